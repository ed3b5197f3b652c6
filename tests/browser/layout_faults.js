// What is wrong with the places of a page's controls, as sentences. The box of a control is what
// its scrolling ancestors leave of it. Sticky and fixed ones lie over what scrolls beneath them.
() => {
  const wide = document.documentElement.scrollWidth;
  const found = wide > innerWidth ? [`page is ${wide} wide`] : [];
  const name = (each) => {
    const text = each.textContent.trim() || each.getAttribute("aria-label") || each.id || each.name;
    return `${each.tagName.toLowerCase()} "${text.replace(/\s+/g, " ").slice(0, 30)}"`;
  };
  const boxOf = (each) => {
    // A link of several lines doesn't cover all of its box.
    if (each.getClientRects().length > 1) return null;
    let { left, top, right, bottom } = each.getBoundingClientRect();
    for (let up = each; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (["fixed", "sticky"].includes(style.position) || style.clipPath !== "none") return null;
      if (up === each || style.overflow === "visible") continue;
      const frame = up.getBoundingClientRect();
      left = Math.max(left, frame.left); right = Math.min(right, frame.right);
      top = Math.max(top, frame.top); bottom = Math.min(bottom, frame.bottom);
    }
    return right - left > 3 && bottom - top > 3 ? { each, left, top, right, bottom } : null;
  };
  const controls = [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")];
  const boxes = controls.filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true })).map(boxOf).filter(Boolean);
  for (const [place, one] of boxes.entries()) {
    for (const two of boxes.slice(place + 1)) {
      if (one.each.contains(two.each) || two.each.contains(one.each)) continue;
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (across > 2 && down > 2) found.push(`${name(one.each)} overlaps ${name(two.each)}`);
    }
    const card = one.each.parentElement.closest(".card, .panel, .step")?.getBoundingClientRect();
    if (card && (one.left < card.left - 1 || one.right > card.right + 1)) found.push(`${name(one.each)} leaves its card`);
  }
  for (const tabs of document.querySelectorAll(".tabs, .navigation")) {
    if (tabs.checkVisibility() && tabs.scrollWidth > tabs.clientWidth + 1) found.push(`${name(tabs)} is cut`);
  }
  return found;
}
