// Native dialogs: opened and closed by buttons, closed by a press outside, confirmed by typing a name.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.querySelector(opener.dataset.dialogOpen)?.showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog").close();
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.matches?.("dialog[open]")) return;
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  // What was typed in a form is never thrown away by a press beside it.
  if (!inside && !event.target.querySelector("form")) event.target.close();
});
document.addEventListener("input", (event) => {
  const word = event.target.dataset?.confirmWord;
  if (word === undefined) return;
  const button = event.target.closest("dialog, form").querySelector("[data-confirm]");
  button.disabled = event.target.value.trim() !== word;
});
