// Splits between columns: dragged, moved by arrow keys, reset by a double click, remembered.
// A classic script in the head: a stored size applies before the first paint.
(() => {
  const root = document.documentElement;
  const LIMITS = { index: [140, 360], side: [320, 1100], reply: [96, 900] }; // pixels
  const KEY_STEPS = { ArrowLeft: -16, ArrowUp: -16, ArrowRight: 16, ArrowDown: 16 };
  // What the other columns need, or those above and below the reply.
  const RESERVED = { width: 420, height: 280 };
  let sizes = {};
  // A browser that blocks storage throws on access.
  try { sizes = JSON.parse(localStorage.getItem("splits")) || {}; } catch { sizes = {}; }

  const set = (name, size) => {
    const [least, most] = LIMITS[name];
    const available = name === "reply" ? innerHeight - RESERVED.height : innerWidth - RESERVED.width;
    const applied = Math.round(Math.max(least, Math.min(size, most, available)));
    root.style.setProperty(`--split-${name}`, `${applied}px`);
    document.querySelector(`[data-split="${name}"]`)?.setAttribute("aria-valuenow", applied);
    return applied;
  };
  const store = (name, size) => {
    sizes[name] = size;
    try { localStorage.setItem("splits", JSON.stringify(sizes)); } catch { /* this page only */ }
  };
  for (const name of Object.keys(LIMITS)) if (sizes[name] > 0) set(name, sizes[name]);

  const measure = (split) => {
    const box = document.querySelector(split.dataset.pane).getBoundingClientRect();
    return split.classList.contains("flat") ? box.height : box.width;
  };
  // The pane of "index" comes before its split, the others after it.
  const direction = (split) => (split.dataset.split === "index" ? 1 : -1);

  document.addEventListener("pointerdown", (event) => {
    const split = event.target.closest?.(".split");
    if (!split) return;
    event.preventDefault();
    split.setPointerCapture(event.pointerId);
    split.classList.add("dragged");
    const axis = split.classList.contains("flat") ? "clientY" : "clientX";
    const start = event[axis];
    const size = measure(split);
    let last = size;
    const move = (moved) => {
      last = set(split.dataset.split, size + direction(split) * (moved[axis] - start));
    };
    const end = () => {
      split.classList.remove("dragged");
      split.removeEventListener("pointermove", move);
      store(split.dataset.split, last);
    };
    split.addEventListener("pointermove", move);
    split.addEventListener("lostpointercapture", end, { once: true });
  });
  document.addEventListener("keydown", (event) => {
    const split = event.target.closest?.(".split");
    const step = KEY_STEPS[event.key];
    if (!split || !step) return;
    event.preventDefault();
    const { split: name } = split.dataset;
    store(name, set(name, measure(split) + direction(split) * step));
  });
  document.addEventListener("dblclick", (event) => {
    const split = event.target.closest?.(".split");
    if (!split) return;
    root.style.removeProperty(`--split-${split.dataset.split}`);
    store(split.dataset.split, 0);
  });
  // Popovers of a narrow window; widened, they are ordinary parts of the page again.
  for (const [width, part] of [[900, ".builder-side"], [768, ".more"]]) {
    matchMedia(`(min-width: ${width}px)`).addEventListener("change", () => {
      document.querySelector(`${part}:popover-open`)?.hidePopover();
    });
  }
})();
