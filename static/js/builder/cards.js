// Lists as cards, one per item: open, add, move, duplicate, remove. As with the rows of a grid,
// a card's position in its list is its index.

import { elementsOf, on } from "../elements.js";
import { message } from "../messages.js";
import { showAsSent } from "./fields.js";
import { showCount } from "./grid_cells.js";
import { boxOf, changePart } from "./parts.js";
import { childRows, countOf, indexOf, pointerOf, rowAt } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

const NEAR = "600px"; // cards this far from the visible ones are loaded

export function startCards(page) {
  // `toggle` doesn't bubble, so listen in the capture phase.
  document.addEventListener("toggle", (event) => loadBody(page, event.target), true);
  on("click", "[data-card-add]", (button) => addCard(page, button.previousElementSibling));
  let watch = watchDistant(page.draft);
  document.addEventListener("redrawn", () => {
    watch.disconnect();
    watch = watchDistant(page.draft);
  });
}

const blocksOf = (rows) => [...rows.querySelectorAll(":scope > [data-block]")];
export const countCards = (rows) => (blocksOf(rows).length ? blocksOf(rows).reduce((sum, block) => sum + countOf(block), 0) : childRows(rows).length);

// The fields of a collapsed card are loaded when it is first opened.
async function loadBody({ draft, form }, details) {
  const body = details.matches?.(".item-card > details") && details.open && details.querySelector(":scope > [data-lazy]");
  if (!body) return;
  await draft.queue.idle(); // pending edits may change its index
  const html = await draft.fetchPart({ part: "item-body", pointer: pointerOf(details.parentElement) });
  if (html !== null) form.replace(body, html);
}

// The server draws the first cards of a long list; the rest are loaded as they scroll near.
function watchDistant(draft) {
  const watch = new IntersectionObserver((seen) => {
    for (const each of seen) if (each.isIntersecting) loadBlock(draft, each.target);
  }, { rootMargin: NEAR });
  document.querySelectorAll(".item-cards > [data-block][data-count]").forEach((block) => watch.observe(block));
  return watch;
}

async function loadBlock(draft, block) {
  if (block.dataset.fetching) return;
  block.dataset.fetching = "yes";
  await draft.queue.idle();
  const rows = block.parentElement;
  const blocks = blocksOf(rows);
  const start = blocks.slice(0, blocks.indexOf(block)).reduce((sum, each) => sum + countOf(each), 0);
  const html = await draft.fetchPart({ part: "cards", pointer: pointerOf(rows), start });
  delete block.dataset.fetching;
  if (html === null) return;
  const cards = elementsOf(html);
  const left = countOf(block) - cards.length;
  // The rest stays in a new block, to be loaded next.
  const rest = block.cloneNode();
  block.replaceChildren(...cards);
  delete block.dataset.count;
  block.classList.remove("far");
  rest.dataset.count = left;
  if (left > 0) block.after(rest);
  document.dispatchEvent(new CustomEvent("redrawn"));
}

async function addCard(page, rows, index = countCards(rows)) {
  const edit = () => ({ kind: "add-item", pointer: pointerOf(rows), index });
  return insertCard(page, rows, index, edit);
}

// Sends an edit that inserts an item, and places its card. A long list that isn't fully drawn is
// redrawn as a whole.
async function insertCard(page, rows, index, makeEdit) {
  const box = boxOf(rows);
  if (blocksOf(rows).length) return focusCard((await changePart(page, box, makeEdit))?.querySelector(".item-cards"), index);
  const answer = await page.draft.change(() => ({ ...makeEdit(), part: "card", at: `${pointerOf(rows)}/${index}` }));
  if (!answer) return;
  const [card] = elementsOf(answer.html);
  const after = rowAt(rows, index);
  if (after) after.before(card);
  else rows.append(card);
  const field = box.querySelector("[data-at]");
  if (field.type === "hidden") showAsSent(field);
  document.dispatchEvent(new CustomEvent("redrawn"));
  renumber(page, rows);
  focusCard(rows, index);
}

function focusCard(rows, index) {
  const card = rows && rowAt(rows, index);
  if (!card || !("row" in card.dataset)) return;
  card.querySelector(":is(.item-body, .item-control) :is(input:not([type=hidden]), textarea, select, button)")?.focus();
}

// The actions of a card's menu. Indices are read when an edit is sent, since earlier cards may
// have changed by then.
export async function changeCard(page, card, action) {
  const { draft } = page;
  const rows = card.parentElement.closest("[data-rows]");
  const index = () => indexOf(card, rows);
  const pointer = () => pointerOf(rows);
  if (action === "insert") return addCard(page, rows, index() + 1);
  if (action === "duplicate") return insertCard(page, rows, index() + 1, () => ({ kind: "duplicate", pointer: pointer(), index: index() }));
  if (action === "remove") return removeCard(page, card, rows, index, pointer);
  const to = index() + (action === "up" ? -1 : 1);
  const other = to >= 0 && rowAt(rows, to);
  if (!other || !("row" in other.dataset)) return;
  if (!(await draft.change(() => ({ kind: "move", pointer: pointer(), index: index(), to })))) return;
  if (action === "up") other.before(card);
  else other.after(card);
  renumber(page, rows);
  card.querySelector(":scope > [data-card-menu]").focus();
}

async function removeCard(page, card, rows, index, pointer) {
  const neighbour = rowAt(rows, index() + 1) ?? rowAt(rows, index() - 1);
  const name = card.querySelector(".item-name").textContent;
  if (!(await page.draft.change(() => ({ kind: "remove", pointer: `${pointer()}/${index()}` })))) return;
  card.remove();
  offerUndo(message("removed", { name }));
  renumber(page, rows);
  (neighbour?.querySelector("[data-card-menu]") ?? rows.nextElementSibling).focus();
}

// Cards are numbered, unless each has its own name.
function renumber({ problems }, rows) {
  showCount(pointerOf(rows), countCards(rows));
  const { word } = rows.dataset;
  if (word) rows.querySelectorAll(":scope > .item-card, :scope > [data-block] > .item-card").forEach((card) => rename(card, `${word} ${indexOf(card, rows) + 1}`));
  problems.place();
}

function rename(card, name) {
  const old = card.getAttribute("aria-label");
  if (old === name) return;
  card.setAttribute("aria-label", name);
  card.querySelector(".item-name").textContent = name;
  const menu = card.querySelector(":scope > [data-card-menu]");
  menu.setAttribute("aria-label", menu.getAttribute("aria-label").replace(old, name));
}
