// The tab "Changed": what differs from the exchange that this draft sends again.

import { elementsOf } from "./fragments.js";

const tab = document.getElementById("changed_tab");
const panel = document.getElementById("changed");
let waiting = 0;

async function look() {
  const response = await fetch(tab.dataset.changed);
  if (!response.ok) return;
  const [list] = elementsOf(await response.text());
  panel.replaceChildren(list);
  tab.querySelector(".count").textContent = list.dataset.count;
  return list;
}

function show(on) {
  panel.hidden = !on;
  tab.setAttribute("aria-selected", String(on));
  if (!on) return;
  for (const other of tab.parentElement.children) if (other !== tab) other.setAttribute("aria-selected", "false");
  for (const id of ["preview", "code", "editor"]) document.getElementById(id).hidden = true;
}

if (tab) {
  document.addEventListener("click", (event) => {
    const clicked = event.target.closest('[role="tab"], [data-language]');
    if (clicked) show(clicked === tab);
  });
  // Typing is answered first; the account follows when it rests.
  document.addEventListener("edited", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 500);
  });
  look().then((list) => list?.querySelector(".message") && show(true));
}
