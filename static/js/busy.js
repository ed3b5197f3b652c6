// Forms whose answer takes seconds (`data-busy`) are sent once, and say what is being done.

// Most answers come earlier; a text that comes and goes would only flicker.
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
  // The page comes back as it was left when people return to it.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    status.textContent = "";
  });
}
