// Details that are open or closed as somebody left them. A classic script right after the element,
// which it changes before the first paint.
(() => {
  const details = document.currentScript.previousElementSibling;
  const key = `open ${details.id}`;
  let stored = null;
  // A browser that blocks storage throws on access.
  try { stored = localStorage.getItem(key); } catch { stored = null; }
  // On a phone two charts would hide the list.
  details.open = stored ? stored === "yes" : innerWidth >= 768;
  details.querySelector("summary").addEventListener("click", () => {
    try { localStorage.setItem(key, details.open ? "no" : "yes"); } catch { /* this page only */ }
  });
})();
