// Keys of every page: ? lists them, Ctrl+K asks for the finder by the event "find".
(() => {
  const list = document.getElementById("keys");
  const show = () => { if (!list.open) list.showModal(); };
  const find = () => {
    const asked = new CustomEvent("find", { bubbles: true, cancelable: true });
    if (!document.body.dispatchEvent(asked)) return;
    const dialog = document.getElementById("find");
    if (dialog && !dialog.open) dialog.showModal();
  };
  const typing = (target) =>
    target.isContentEditable || target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      find();
    } else if (event.key === "?" && !ctrl && !typing(event.target)) {
      event.preventDefault();
      show();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-find]")) find();
    if (event.target.closest("[data-keys]")) {
      event.target.closest("[popover]")?.hidePopover();
      show();
    }
  });
})();
