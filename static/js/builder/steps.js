// Steps and their accounts: opened, added, moved, duplicated, removed.

import { elementsOf, make, on } from "../elements.js";
import { message } from "../messages.js";
import { openChoice } from "./choices.js";
import { showCount } from "./grid_cells.js";
import { childRows, pointerOf } from "./pointers.js";
import { offerUndo } from "./toolbar.js";

// The functions below call `{draft, form, problems}` the `page`.
export function startSteps(page) {
  // `toggle` does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", (event) => loadBody(page, event.target), true);
  on("click", "[data-step]", (tool, event) => {
    event.preventDefault();
    useTool(page, tool);
  });
  on("click", "[data-step-index]", (link, event) => {
    event.preventDefault();
    showStep(childRows(document.querySelector(".steps"))[Number(link.dataset.stepIndex)]);
  });
  on("click", 'a.skip[href^="#section-"], #index a[href^="#section-"]:not([data-step-index])', showSection);
  on("click", "[data-add-step]", (button) => openChoice(document.getElementById("add_step"), button));
  on("click", "[data-step-uid]", (chosen) => addStep(page, chosen.dataset.stepUid));
  on("click", "[data-account]", (button) => useAccount(page, button));
  on("click", "[data-account-choice] [data-uid]", (chosen) => addAccount(page, chosen.closest("[data-accounts]"), chosen.dataset.uid));
  on("submit", "[data-step-form], [data-account-choice] form", (search, event) => {
    event.preventDefault();
    const typed = search.querySelector("input").value.trim();
    if (search.matches("[data-step-form]")) return addStep(page, typed);
    if (typed) addAccount(page, search.closest("[data-accounts]"), uidByName(search, typed));
  });
}

// The fields of a closed step are drawn when it is first opened.
async function loadBody({ draft, form }, details) {
  if (!details.matches?.(".step > details") || !details.open) return;
  const body = details.querySelector("[data-lazy]");
  if (!body) return;
  await draft.queue.idle(); // else its index may be another step's by then
  const html = await draft.fetchPart({ part: "step-body", pointer: pointerOf(details) });
  if (html !== null) form.replace(body, html);
}

// To its first field, as someone on a keyboard wants to type there. Where it has none, the link
// itself leads to the section.
function showSection(link, event) {
  const section = document.querySelector(link.hash);
  const field = [...section.querySelectorAll("input, textarea, select")].find((each) => each.checkVisibility());
  if (!field) return;
  event.preventDefault();
  section.scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
  field.select?.(); // as Tab does: typing replaces the value
}

function showStep(step) {
  if (!step) return;
  step.querySelector("details").open = true;
  step.scrollIntoView({ block: "start" });
  step.querySelector("summary").focus({ preventScroll: true });
}

// Indices are read when an edit leaves, as the steps before it may have changed by then.
async function useTool(page, tool) {
  const { draft } = page;
  const row = tool.closest("[data-row]");
  const rows = row.parentElement;
  const index = () => childRows(rows).indexOf(row);
  const pointer = pointerOf(rows);
  if (tool.dataset.step === "remove") return removeStep(page, row, rows, () => `${pointer}/${index()}`);
  if (tool.dataset.step === "duplicate") {
    const answer = await draft.change(() => ({ kind: "duplicate", pointer, index: index(), part: "step", at: `${pointer}/${index() + 1}` }));
    if (answer) insertStep(page, rows, index() + 1, answer.html);
    return;
  }
  const to = index() + (tool.dataset.step === "up" ? -1 : 1);
  if (to < 0 || to >= childRows(rows).length) return;
  if (!(await draft.change(() => ({ kind: "move", pointer, index: index(), to })))) return;
  if (to > index()) childRows(rows)[to].after(row);
  else childRows(rows)[to].before(row);
  tool.focus();
  renumber(page, rows);
}

async function removeStep(page, row, rows, pointer) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  if (!(await page.draft.change(() => ({ kind: "remove", pointer: pointer() })))) return;
  row.remove();
  offerUndo(message("removed", { name: row.querySelector(".step-name").textContent }));
  (neighbour?.querySelector("summary") ?? document.querySelector("[data-add-step]"))?.focus();
  renumber(page, rows);
}

function insertStep(page, rows, index, html) {
  const [row] = elementsOf(html);
  const after = childRows(rows)[index];
  if (after) after.before(row);
  else rows.append(row);
  renumber(page, rows);
  showStep(row);
}

// CSS numbers the steps; the index and the counts are brought up to date here.
function renumber({ problems }, rows) {
  const pointer = pointerOf(rows);
  const names = childRows(rows).map((row) => row.querySelector(".step-name").textContent);
  const list = document.querySelector(`[data-index-of="${CSS.escape(pointer)}"]`);
  list?.replaceChildren(...names.map((name, index) => indexEntry(name, index, rows.closest("section").id)));
  showCount(pointer, names.length);
  document.querySelector("[data-empty]")?.toggleAttribute("hidden", names.length > 0);
  problems.place();
}

function indexEntry(name, index, section) {
  const texts = [["number", index + 1], ["index-name", name], ["problem-counts", ""]];
  const parts = texts.map(([look, text]) => make("span", { class: look }, text));
  return make("li", {}, make("a", { href: `#${section}`, "data-step-index": index }, ...parts));
}

// A UID, or the address of a job, which names its step in `?step=`.
function readStepUid(typed) {
  const encoded = /[?&]step=([^&#\s]+)/.exec(typed)?.[1] ?? typed;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

async function addStep(page, typed) {
  const rows = document.querySelector(".steps");
  const menu = document.getElementById("add_step");
  const uid = readStepUid(typed);
  const pointer = pointerOf(rows);
  const index = childRows(rows).length;
  menu.hidePopover();
  menu.querySelector("input").value = "";
  const answer = await page.draft.change({ kind: "add-step", pointer, index, value: uid, part: "step", at: `${pointer}/${index}` });
  if (answer) insertStep(page, rows, index, answer.html);
  menu.querySelector(`[data-step-uid="${CSS.escape(uid)}"]`)?.remove();
}

function useAccount(page, button) {
  const box = button.closest("[data-accounts]");
  if (button.dataset.account === "choose") return openChoice(choiceOf(box), button);
  const chip = button.closest("[data-row]");
  changeAccounts(page, box, () => ({ kind: "remove", pointer: pointerOf(chip) }));
}

// Each step may have hundreds of accounts to choose from. They stay in a template until needed.
function choiceOf(box) {
  const template = box.querySelector("template");
  template?.replaceWith(template.content);
  return box.querySelector("[data-account-choice]");
}

function addAccount(page, box, uid) {
  const rows = box.querySelector("[data-rows]");
  box.querySelector("[data-account-choice]").hidePopover();
  changeAccounts(page, box, () => ({
    kind: "insert", pointer: pointerOf(rows), index: childRows(rows).length, value: JSON.stringify(uid), order: ["accounts"],
  }));
}

async function changeAccounts({ draft, form }, box, makeEdit) {
  const step = box.closest(".step");
  const answer = await draft.change(() => ({ ...makeEdit(), part: "accounts", at: pointerOf(step) }));
  if (!answer) return;
  const fresh = form.replace(box, answer.html);
  fresh.querySelector('[data-account="choose"]').focus();
  // The summary line begins with the accounts: "Jane, Joe · 3 of 7 parameters set".
  const names = [...fresh.querySelectorAll(".chip > span")].map((each) => each.textContent).join(", ");
  const facts = step.querySelector(".step-facts");
  const rest = facts.textContent.split(" · ").slice(1);
  facts.textContent = [names || message("noAccount"), ...rest].join(" · ");
}

// Enter takes the only account that matches what was typed, else the text as a UID.
function uidByName(search, typed) {
  const shown = [...search.parentElement.querySelectorAll("[data-uid]")].filter((each) => !each.hidden);
  return shown.length === 1 ? shown[0].dataset.uid : typed;
}
