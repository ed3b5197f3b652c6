// Details that somebody opened stay open when the part they are in is refreshed.

let open = [];

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  open = [...target.querySelectorAll("details[open][id]")].map(({ id }) => id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
});
