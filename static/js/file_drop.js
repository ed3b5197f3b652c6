// A file dropped anywhere on a page is sent at once, with the form that has a field for it.

const holdsFile = (event) => event.dataTransfer?.types.includes("Files");

// The box is marked while a file is over the page.
export function sendDroppedFile(file, box) {
  document.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    // Without this the browser would open the file in place of the page.
    event.preventDefault();
    box.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || box.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    box.classList.remove("over");
    file.files = event.dataTransfer.files;
    file.form.requestSubmit();
  });
}
