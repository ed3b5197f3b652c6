// Elements for the page: parsed from fragments that our templates drew, or made here.

// Templates escaped what people typed, and a parsed fragment runs no scripts.
export function elementsOf(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.children].map((each) => document.adoptNode(each));
}

// Attributes rather than properties: Firefox reflects `role` and `aria-*` only since 119.
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const makeButton = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);

// Listens on the document for events at elements that match a selector. Parts of the page are
// replaced all the time; a listener of their own would go with them.
export function on(type, selector, run) {
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) run(element, event);
  });
}

const SVG = "http://www.w3.org/2000/svg";

// A symbol of the sprite. Every page shows some already, and their address has the file's hash.
export function icon(name) {
  const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
