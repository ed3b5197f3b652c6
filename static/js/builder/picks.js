// Values that the API lists: opened beside their field, searched, refreshed, chosen.

import { elementsOf } from "./fragments.js";
import { change } from "./fields.js";
import { pointerOf } from "./pointers.js";
import { pageToken } from "./posting.js";

const AGAIN = 700;

export function startPicks(bench) {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-pick]");
    if (opener) open(bench, opener);
    const refresh = event.target.closest("[data-pick-refresh]");
    if (refresh) load(bench, refresh.closest(".choice"), "POST");
    const chosen = event.target.closest("[data-pick-value]");
    if (chosen) choose(bench, chosen);
  });
  document.addEventListener("submit", (event) => {
    const menu = event.target.closest("[data-pick-menu]");
    if (!menu) return;
    event.preventDefault();
    menu.querySelector("[data-pick-value]:not([hidden])")?.click();
  });
}

const fieldOf = (element) => element.closest("[data-field]").querySelector("[data-at]");

async function open(bench, opener) {
  const menu = opener.closest("[data-field]").querySelector("[data-pick-menu]");
  menu.showPopover({ source: opener });
  menu.querySelector("input").focus();
  const list = await load(bench, menu, "GET");
  if (list && "never" in list.dataset) await load(bench, menu, "POST");
}

async function load(bench, menu, method) {
  const pointer = pointerOf(fieldOf(menu));
  const address = bench.main.dataset.choices;
  const headers = { "X-CSRFToken": pageToken() };
  const asked = method === "POST" ? { method, headers, body: new URLSearchParams({ pointer }) } : { method };
  const url = method === "POST" ? address : `${address}?${new URLSearchParams({ pointer })}`;
  await bench.edits.idle();
  const response = await fetch(url, asked).catch(() => null);
  if (!response?.ok) return bench.toast(bench.words.noList, "warning");
  const [fresh] = elementsOf(await response.text());
  menu.querySelector("[data-choices]").replaceWith(fresh);
  menu.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
  if ("underWay" in fresh.dataset) setTimeout(() => menu.matches(":popover-open") && load(bench, menu, "GET"), AGAIN);
  return fresh;
}

function choose(bench, chosen) {
  const menu = chosen.closest(".choice");
  const field = fieldOf(menu);
  const value = JSON.parse(chosen.dataset.pickValue);
  field.value = typeof value === "string" ? value : chosen.dataset.pickValue;
  menu.hidePopover();
  field.closest("[data-field]").querySelector(".field-help").textContent = chosen.firstChild.textContent;
  change(bench, field);
  field.focus();
}
