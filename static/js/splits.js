// Column splits: dragged, moved by arrow keys, remembered. Stands in the head so that nothing jumps.
(() => {
  const root = document.documentElement;
  const limits = { index: [140, 360], side: [320, 1100], reply: [96, 900] };
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem("splits")) || {}; } catch { kept = {}; }

  const set = (name, size) => {
    const [least, most] = limits[name];
    const room = name === "reply" ? innerHeight - 280 : innerWidth - 420;
    const held = Math.round(Math.max(least, Math.min(size, most, room)));
    root.style.setProperty(`--split-${name}`, `${held}px`);
    document.querySelector(`[data-split="${name}"]`)?.setAttribute("aria-valuenow", held);
    return held;
  };
  const keep = (name, size) => {
    kept[name] = size;
    try { localStorage.setItem("splits", JSON.stringify(kept)); } catch { /* private window */ }
  };
  for (const name of Object.keys(limits)) if (kept[name] > 0) set(name, kept[name]);

  const pane = (split) => document.querySelector(split.dataset.pane);
  const measure = (split) => {
    const box = pane(split).getBoundingClientRect();
    return split.classList.contains("flat") ? box.height : box.width;
  };
  // The pane of "index" stands before its split, the others after it.
  const direction = (split) => (split.dataset.split === "index" ? 1 : -1);

  document.addEventListener("pointerdown", (event) => {
    const split = event.target.closest?.(".split");
    if (!split) return;
    event.preventDefault();
    split.setPointerCapture(event.pointerId);
    split.classList.add("dragged");
    const flat = split.classList.contains("flat");
    const from = flat ? event.clientY : event.clientX;
    const size = measure(split);
    let last = size;
    const move = (at) => {
      last = set(split.dataset.split, size + direction(split) * ((flat ? at.clientY : at.clientX) - from));
    };
    const end = () => {
      split.classList.remove("dragged");
      split.removeEventListener("pointermove", move);
      keep(split.dataset.split, last);
    };
    split.addEventListener("pointermove", move);
    split.addEventListener("lostpointercapture", end, { once: true });
  });
  document.addEventListener("keydown", (event) => {
    const split = event.target.closest?.(".split");
    const step = { ArrowLeft: -16, ArrowUp: -16, ArrowRight: 16, ArrowDown: 16 }[event.key];
    if (!split || !step) return;
    event.preventDefault();
    const { split: name } = split.dataset;
    keep(name, set(name, measure(split) + direction(split) * step));
  });
  document.addEventListener("dblclick", (event) => {
    const split = event.target.closest?.(".split");
    if (!split) return;
    root.style.removeProperty(`--split-${split.dataset.split}`);
    keep(split.dataset.split, 0);
  });
  // The sheet of a narrow window is an ordinary column in a wide one.
  matchMedia("(min-width: 900px)").addEventListener("change", () => {
    document.querySelector(".builder-side:popover-open")?.hidePopover();
  });
})();
