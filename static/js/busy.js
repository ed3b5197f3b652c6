// Slow forms (`data-busy`) are submitted once and show what is happening.

// Most responses arrive sooner; a message would only flicker.
const SOON = 150;

for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button");
  const status = form.querySelector("[role=status]");
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "true";
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => (status.textContent = form.dataset.busy), SOON);
  });
  // When people go back, the page is restored in its busy state.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    status.textContent = "";
  });
}
