// Steps and their accounts: opened, added, moved, duplicated, removed.

import { elementsOf } from "./fragments.js";
import { childRows, pointerOf } from "./pointers.js";

export function startSteps(bench) {
  document.addEventListener("toggle", (event) => openStep(bench, event.target), true);
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-step]");
    if (tool) {
      event.preventDefault();
      useTool(bench, tool);
    }
    const adder = event.target.closest("[data-add-step]");
    if (adder) openChoice(document.getElementById("add_step"), adder);
    const chosen = event.target.closest("[data-step-uid]");
    if (chosen) addStep(bench, chosen.dataset.stepUid);
    const account = event.target.closest("[data-account]");
    if (account) useAccount(bench, account);
    const fitting = event.target.closest("[data-account-choice] [data-uid]");
    if (fitting) addAccount(bench, fitting.closest("[data-accounts]"), fitting.dataset.uid);
    const indexed = event.target.closest("[data-step-index]");
    if (indexed) {
      event.preventDefault();
      const rows = document.querySelector(`.steps`);
      showStep(childRows(rows)[Number(indexed.dataset.stepIndex)]);
    }
  });
  document.addEventListener("submit", (event) => {
    const search = event.target.closest("[data-step-form], [data-account-choice] form");
    if (!search) return;
    event.preventDefault();
    const typed = search.querySelector("input").value.trim();
    if (search.matches("[data-step-form]")) return addStep(bench, typed);
    if (typed) addAccount(bench, search.closest("[data-accounts]"), byName(search, typed));
  });
  document.addEventListener("input", (event) => {
    const menu = event.target.closest?.(".choice");
    if (menu && event.target.type === "search") filter(menu, event.target.value);
  });
}

async function openStep(bench, details) {
  if (!details.matches?.(".step > details") || !details.open) return;
  const far = details.querySelector("[data-far]");
  if (!far) return;
  await bench.edits.idle(); // else its place may be another step's by then
  const query = new URLSearchParams({ part: "step-body", pointer: pointerOf(details) });
  const response = await fetch(`${bench.main.dataset.part}?${query}`);
  if (response.ok) bench.swap(far, await response.text());
}

function showStep(step) {
  if (!step) return;
  step.querySelector("details").open = true;
  step.scrollIntoView({ block: "start" });
  step.querySelector("summary").focus({ preventScroll: true });
}

async function useTool(bench, tool) {
  const row = tool.closest("[data-row]");
  const rows = row.parentElement;
  const find = () => childRows(rows).indexOf(row);
  const pointer = pointerOf(rows);
  if (tool.dataset.step === "remove") return removeStep(bench, row, rows, pointer, find);
  if (tool.dataset.step === "duplicate") {
    const answer = await bench.change(() => ({ kind: "duplicate", pointer, index: find(), part: "step", at: `${pointer}/${find() + 1}` }));
    if (answer) addRow(bench, rows, find() + 1, answer.html);
    return;
  }
  const to = find() + (tool.dataset.step === "up" ? -1 : 1);
  if (to < 0 || to >= childRows(rows).length) return;
  if (!(await bench.change(() => ({ kind: "move", pointer, index: find(), to })))) return;
  if (to > find()) childRows(rows)[to].after(row);
  else childRows(rows)[to].before(row);
  tool.focus();
  renumber(bench, rows);
}

async function removeStep(bench, row, rows, pointer, find) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (!(await bench.change(() => ({ kind: "remove", pointer: `${pointer}/${find()}` })))) return;
  row.remove();
  (next?.querySelector("summary") ?? document.querySelector("[data-add-step]"))?.focus();
  renumber(bench, rows);
}

function addRow(bench, rows, index, html) {
  const [row] = elementsOf(html);
  const after = childRows(rows)[index];
  if (after) after.before(row);
  else rows.append(row);
  renumber(bench, rows);
  showStep(row);
}

// Numbers come from the position; the index is told of names and counts.
function renumber(bench, rows) {
  const list = document.querySelector(`[data-index-of="${CSS.escape(pointerOf(rows))}"]`);
  const names = childRows(rows).map((row) => row.querySelector(".step-name").textContent);
  list?.replaceChildren(...names.map((name, index) => indexEntry(name, index, rows.closest("section").id)));
  document.querySelectorAll(`[data-count-of="${CSS.escape(pointerOf(rows))}"]`).forEach((count) => (count.textContent = names.length));
  document.querySelector("[data-empty]")?.toggleAttribute("hidden", names.length > 0);
  bench.problems.place();
}

function indexEntry(name, index, section) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${section}`;
  link.dataset.stepIndex = index;
  for (const [look, text] of [["number", index + 1], ["index-name", name], ["problem-counts", ""]]) {
    const span = document.createElement("span");
    span.className = look;
    span.textContent = text;
    link.append(span);
  }
  item.append(link);
  return item;
}

// The UID of a job address stands behind `?step=`.
const uidIn = (typed) => /[?&]step=([^&#\s]+)/.exec(typed)?.[1] ?? typed;

async function addStep(bench, typed) {
  const rows = document.querySelector(".steps");
  const menu = document.getElementById("add_step");
  const uid = decode(uidIn(typed));
  const pointer = pointerOf(rows);
  const index = childRows(rows).length;
  menu.hidePopover();
  menu.querySelector("input").value = "";
  const answer = await bench.change({ kind: "add-step", pointer, index, value: uid, part: "step", at: `${pointer}/${index}` });
  if (answer) addRow(bench, rows, index, answer.html);
  menu.querySelector(`[data-step-uid="${CSS.escape(uid)}"]`)?.remove();
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function useAccount(bench, button) {
  const box = button.closest("[data-accounts]");
  if (button.dataset.account === "choose") return openChoice(box.querySelector("[data-account-choice]"), button);
  const chip = button.closest("[data-row]");
  changeAccounts(bench, box, () => ({ kind: "remove", pointer: pointerOf(chip) }));
}

function addAccount(bench, box, uid) {
  const rows = box.querySelector("[data-rows]");
  box.querySelector("[data-account-choice]").hidePopover();
  changeAccounts(bench, box, () => ({
    kind: "insert", pointer: pointerOf(rows), index: childRows(rows).length, value: JSON.stringify(uid), order: ["accounts"],
  }));
}

async function changeAccounts(bench, box, make) {
  const step = box.closest(".step");
  const answer = await bench.change(() => ({ ...make(), part: "accounts", at: pointerOf(step) }));
  if (!answer) return;
  const fresh = bench.swap(box, answer.html);
  fresh.querySelector('[data-account="choose"]').focus();
  const names = [...fresh.querySelectorAll(".chip > span")].map((each) => each.textContent).join(", ");
  const facts = step.querySelector(".step-facts");
  const rest = facts.textContent.split(" · ").slice(1);
  facts.textContent = [names || "no account", ...rest].join(" · ");
}

export function openChoice(menu, anchor) {
  menu.showPopover({ source: anchor });
  const search = menu.querySelector("input[type=search]");
  search.value = "";
  filter(menu, "");
  search.focus();
}

function filter(menu, typed) {
  const wanted = typed.trim().toLowerCase();
  let found = 0;
  for (const option of menu.querySelectorAll("[data-uid], [data-step-uid], [data-pick-value]")) {
    const id = option.dataset.uid ?? option.dataset.stepUid ?? option.dataset.pickValue;
    option.hidden = wanted !== "" && !`${option.textContent} ${id}`.toLowerCase().includes(wanted);
    found += option.hidden ? 0 : 1;
  }
  menu.querySelector("[data-none]")?.toggleAttribute("hidden", found > 0);
}

// Enter takes the only account that fits what was typed, else the text as a UID.
function byName(search, typed) {
  const shown = [...search.parentElement.querySelectorAll("[data-uid]")].filter((each) => !each.hidden);
  return shown.length === 1 ? shown[0].dataset.uid : typed;
}
