// The import page: a file dropped anywhere on it is imported at once.

const form = document.getElementById("api_import");
const file = document.getElementById("api_file");
const box = form.querySelector("[data-drop]");
const status = document.getElementById("import_status");
const button = form.querySelector("button");
const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
// Most imports finish sooner; a message would only flicker.
const SOON = 150;

document.addEventListener("dragover", (event) => {
  if (!holdsFile(event)) return;
  // Without this, the browser would open the file and leave the page.
  event.preventDefault();
  box.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || box.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  box.classList.remove("over");
  file.files = event.dataTransfer.files;
  form.requestSubmit();
});
// On the document, since page.js first confirms the session and then resubmits the form.
document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
  button.setAttribute("aria-disabled", "true");
  const isHere = file.files.length || document.getElementById("api_text").value.trim();
  const step = isHere ? status.dataset.text : status.dataset.fetching;
  setTimeout(() => (status.textContent = step), SOON);
});
// When people go back, the page is restored in its busy state.
addEventListener("pageshow", () => {
  delete form.dataset.sent;
  button.removeAttribute("aria-disabled");
  status.textContent = "";
});
