// One key: `a` begins a draft from the exchange on the page, or from the row under the focus
// or the pointer. Two ticked rows can be compared.
(() => {
  const typing = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const chosen = () => [...document.querySelectorAll('[name="chosen"]:checked')];

  const buttonFor = (target) => {
    const row = target.closest?.("[data-exchange]") ?? document.querySelector("[data-exchange]:hover");
    if (row) return row.querySelector("[data-again]");
    return document.querySelector("[data-again]");
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const button = buttonFor(event.target);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  const count = () => {
    const button = document.querySelector("[data-compare]");
    if (button) button.disabled = chosen().length !== 2;
  };
  document.addEventListener("change", count);
  addEventListener("pageshow", count);
  // The older one is `a`: rows stand newest first.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "compare_chosen") return;
    event.preventDefault();
    const [newer, older] = chosen();
    location.assign(`${event.target.getAttribute("action")}?a=${older.value}&b=${newer.value}`);
  });
})();
