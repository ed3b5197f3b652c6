// Buttons that copy: data-copy="text" or data-copy-from="#id"; they say Copied in their own place.
(() => {
  const words = document.getElementById("toasts").dataset;
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);

  // Without the clipboard API (plain HTTP on another host): select a hidden field and copy that.
  const copyOld = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    field.setAttribute("aria-hidden", "true");
    const back = document.activeElement;
    (back?.closest("dialog[open], [popover]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    back?.focus({ preventScroll: true });
    if (!done) throw new Error("no clipboard");
  };
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); } catch { copyOld(text); }
  };
  const read = (button) => {
    if (button.dataset.copy !== undefined) return button.dataset.copy;
    const source = document.querySelector(button.dataset.copyFrom);
    return source.value ?? source.textContent;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    event.preventDefault();
    let word = words.saidCopied;
    try { await copy(read(button)); } catch { word = words.saidNotCopied; }
    button.dataset.copied = word;
    said.textContent = word;
    setTimeout(() => { delete button.dataset.copied; said.textContent = ""; }, 1600);
  });
})();
