// Light or dark. A classic script in the head, so that the first paint has the right colours.
(() => {
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  // A browser that blocks storage throws on access; the choice then holds for this page only.
  const read = () => {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  };
  let choice = read();
  const show = () => {
    root.dataset.bsTheme = choice === "system" ? (prefersDark.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };
  show();
  prefersDark.addEventListener("change", show);
  addEventListener("storage", () => { choice = read(); show(); });
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    choice = button.dataset.themeChoice;
    try { localStorage.setItem("theme", choice); } catch { /* see read() */ }
    show();
    button.closest("[popover]")?.hidePopover();
  });
})();
