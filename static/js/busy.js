// Slow forms (`data-busy`) are submitted once and show what is happening.

// Most responses arrive sooner; a message would only flicker.
const SOON = 150;

// On the document, where page.js first checks the session and then submits the form again.
document.addEventListener("submit", (event) => {
  const { target: form } = event;
  if (!form.matches("[data-busy]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  form.querySelector("button").setAttribute("aria-disabled", "true");
  setTimeout(() => (form.querySelector("[role=status]").textContent = form.dataset.busy), SOON);
});
// When people go back, the page is restored in its busy state.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    delete form.dataset.sent;
    form.querySelector("button").removeAttribute("aria-disabled");
    form.querySelector("[role=status]").textContent = "";
  }
});
