// Symbols of the sprite, by name.

const SPACE = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SPACE, "use");
  use.setAttribute("href", `${document.getElementById("main").dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
