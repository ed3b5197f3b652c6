// Sets light or dark before the first paint; stands in the head without defer.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const read = () => {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  };
  let choice = read();
  const show = () => {
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };
  show();
  dark.addEventListener("change", show);
  addEventListener("storage", () => { choice = read(); show(); });
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    choice = button.dataset.themeChoice;
    try { localStorage.setItem("theme", choice); } catch { /* private window: this page only */ }
    show();
    button.closest("[popover]")?.hidePopover();
  });
})();
