// The finder: filled when it opens; arrows choose, Enter goes.
(() => {
  const dialog = document.getElementById("find");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const lines = () => [...dialog.querySelectorAll("#found a")];
  let hurried = false;

  // Enter goes to the first of what was typed, not of what still stands there.
  const go = () => {
    hurried = document.getElementById("found").dataset.find !== field.value.trim();
    if (!hurried) lines()[0]?.click();
  };

  document.body.addEventListener("find", (event) => {
    event.preventDefault();
    if (dialog.open) return;
    field.value = "";
    dialog.showModal();
    htmx.trigger(field, "show");
  });
  dialog.addEventListener("keydown", (event) => {
    const list = lines();
    const at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown") list[Math.min(at + 1, list.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (list[at - 1] ?? field).focus();
    else if (event.key === "Enter" && at < 0) go();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("htmx:afterSwap", () => hurried && go());
  field.addEventListener("input", () => (hurried = false));
})();
