// Menus to choose from: a search field above a list. Of steps, accounts, and values that the API
// lists; those are loaded, searched, refreshed.

import { elementsOf, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { saveField } from "./fields.js";
import { pointerOf } from "./pointers.js";
import { fetchText, postForm } from "./server.js";

const POLL = 700; // milliseconds between looks at a list that is being fetched

export function startChoices(draft) {
  on("input", ".choice input[type=search]", (search) => filter(search.closest(".choice"), search.value));
  on("click", "[data-list-open]", (opener) => openList(draft, opener));
  on("click", "[data-list-refresh]", (button) => loadList(draft, button.closest(".choice"), { isRefresh: true }));
  on("click", "[data-list-value]", (chosen) => choose(draft, chosen));
  on("input", "#form :is([data-followed], .joined [data-at])", (field) => followHint(draft, field));
  on("submit", "[data-list-menu]", (menu, event) => {
    event.preventDefault();
    menu.querySelector("[data-list-value]:not([hidden])")?.click();
  });
}

// While a value is being edited, the name next to it is out of date: hide it at once, and show
// the new value's name once that is saved.
async function followHint(draft, field) {
  const help = field.closest("[data-field]").querySelector(".field-help");
  const typed = field.value;
  help.textContent = "";
  await draft.queue.idle();
  const pointer = field.dataset.path ? field.dataset.at : pointerOf(field);
  const html = field.isConnected && field.value === typed ? await draft.fetchPart({ part: "hint", pointer }) : null;
  if (html !== null && field.value === typed) help.textContent = elementsOf(html)[0].textContent;
}

export function openChoice(menu, anchor) {
  menu.showPopover({ source: anchor });
  const search = menu.querySelector("input[type=search]");
  search.value = "";
  filter(menu, "");
  search.focus();
}

// Browsers without anchor positioning put popovers in a corner of the window.
export function placeBeside(menu, anchor) {
  if (CSS.supports("position-area", "bottom")) return;
  const box = anchor.getBoundingClientRect();
  menu.style.setProperty("position", "fixed");
  menu.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - 260))}px`);
  menu.style.setProperty("top", `${Math.min(box.bottom + 2, innerHeight - 240)}px`);
}

// The best match: names come before descriptions.
export function findNamed(options, typed, namesOf) {
  const wanted = typed.trim().toLowerCase();
  const fits = [(name) => name === wanted, (name) => name.startsWith(wanted), (name) => name.includes(wanted), () => true];
  const has = (option, fit) => namesOf(option).some((name) => fit(name.trim().toLowerCase()));
  return fits.map((fit) => [...options].find((each) => has(each, fit))).find(Boolean);
}

function filter(menu, typed) {
  const wanted = typed.trim().toLowerCase();
  let found = 0;
  for (const option of menu.querySelectorAll("[data-uid], [data-step-uid], [data-list-value], [data-option], [data-parameter-key]")) {
    const { uid, stepUid, listValue, parameterKey } = option.dataset;
    const id = uid ?? stepUid ?? listValue ?? parameterKey ?? "";
    option.hidden = wanted !== "" && !`${option.textContent} ${id}`.toLowerCase().includes(wanted);
    found += option.hidden ? 0 : 1;
  }
  menu.querySelector("[data-none]")?.toggleAttribute("hidden", found > 0);
}

const fieldOf = (element) => element.closest("[data-field]").querySelector("[data-at]");

async function openList(draft, opener) {
  const menu = opener.closest("[data-field]").querySelector("[data-list-menu]");
  menu.showPopover({ source: opener });
  menu.querySelector("input").focus();
  const list = await loadList(draft, menu);
  // It hasn't been fetched from the API yet.
  if (list && "never" in list.dataset) await loadList(draft, menu, { isRefresh: true });
}

// The list as the server has it; a refresh makes the server fetch it from the API again.
async function loadList(draft, menu, { isRefresh = false } = {}) {
  const query = new URLSearchParams({ pointer: pointerOf(fieldOf(menu)) });
  const url = draft.urls.choices;
  await draft.queue.idle();
  const response = isRefresh ? await postForm(url, query) : null;
  const html = isRefresh ? (response?.ok ? await response.text() : null) : await fetchText(`${url}?${query}`);
  if (html === null) return toast(message("listFailed"), "warning");
  const [fresh] = elementsOf(html);
  menu.querySelector("[data-choices]").replaceWith(fresh);
  menu.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
  if ("underWay" in fresh.dataset) setTimeout(() => menu.matches(":popover-open") && loadList(draft, menu), POLL);
  return fresh;
}

function choose(draft, chosen) {
  const menu = chosen.closest(".choice");
  const field = fieldOf(menu);
  const value = JSON.parse(chosen.dataset.listValue);
  field.value = typeof value === "string" ? value : chosen.dataset.listValue;
  menu.hidePopover();
  saveField(draft, field);
  followHint(draft, field);
  field.focus();
}
