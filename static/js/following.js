// What follows something under way asks less when nobody looks: hidden pages wait until seen again.
(() => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.hasAttribute("data-follows")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    document.querySelectorAll("[data-follows]").forEach((part) => htmx.trigger(part, "resume"));
  });
})();
