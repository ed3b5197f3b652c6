// The builder: one text, its preview, its fields, and the edits between them and the server.

import "../following.js";
import { Edits } from "./edits.js";
import { keepTyped } from "./typed.js";
import { elementsOf } from "./fragments.js";
import { Preview } from "./preview.js";
import { Problems } from "./problems.js";
import { Text } from "./text.js";
import { startEditor } from "./editing.js";
import { startFields, echoWaiting } from "./fields.js";
import { startGrid } from "./grid.js";
import { startKept } from "./kept.js";
import { startLines } from "./lines.js";
import { startMenus } from "./menus.js";
import { focusOn, placeSections } from "./sections.js";
import { startSecrets } from "./secrets.js";
import { startOwnVariables } from "./own_variables.js";
import { startPasting } from "./pasting.js";
import { startSending } from "./sending.js";
import { startSteps } from "./steps.js";
import { startVariables } from "./variables.js";
import { startTurns } from "./turns.js";
import { startWays } from "./ways.js";
import { startPicks } from "./picks.js";
import { startAttachments } from "./attachments.js";
import { startWords } from "./words.js";

const main = document.getElementById("main");
const words = document.getElementById("words").dataset;
const text = new Text(document.getElementById("document").textContent, Number(main.dataset.revision));
const preview = new Preview(document.getElementById("preview"), text);
const bench = { main, words, text, preview, digest: main.dataset.digest, half: JSON.parse(main.dataset.half || "null") };
bench.form = () => document.getElementById("form");
bench.problems = new Problems(bench);
bench.edits = new Edits({
  url: main.dataset.edit,
  text,
  onAnswer: (answer) => take(answer),
  onState: showState,
  onConflict: settle,
  onResync: resync,
  onRefused: () => refetch(text.revision),
  onRegained: () => bench.redraw(),
  onPlaced: () => echoWaiting(bench),
});

// What the server says changed: lines, problems, and whether there is something to undo.
function take(answer) {
  if (answer.lines) {
    answer.gone = text.lines.slice(answer.lines[0], answer.lines[0] + Math.min(answer.lines[1], 3));
    preview.patch(...answer.lines);
  }
  if ("half" in answer) bench.half = answer.half;
  echoWaiting(bench);
  if (answer.problems) {
    bench.digest = answer.digest;
    bench.problems.show(answer.problems);
  }
  document.dispatchEvent(new CustomEvent("edited", { detail: answer }));
}

// A tab that fell behind takes the draft as it is now; a field being typed in stays.
bench.resync = resync;
async function resync() {
  const state = await refetch();
  if (!state) return;
  await bench.redraw();
  bench.problems.show(state.problems);
  bench.resetEditor();
}

// The text as the server has it: an echo that was refused goes, its field keeps what was typed.
async function refetch(since = 0) {
  const response = await fetch(main.dataset.state);
  const state = response.ok && response.headers.get("Content-Type")?.includes("json") && (await response.json());
  if (!state || state.revision < since) return null;
  text.reset(state.text, state.revision);
  preview.redraw();
  echoWaiting(bench);
  bench.digest = state.digest;
  bench.half = state.half;
  return state;
}

// The form anew from the document, section by section; the one with the focus stays. An answer
// that a newer one overtook is old.
let asked = 0;
let drawn = 0;
bench.redraw = async (html) => {
  const number = ++asked;
  const since = html ? Infinity : performance.now();
  const source = html ?? (await (await fetch(`${main.dataset.part}?part=form`)).text());
  if (number < drawn) return;
  drawn = number;
  const [fresh, index] = elementsOf(source);
  const sections = [...fresh.querySelectorAll(".builder-section")];
  placeSections(bench, sections, index, sections.map((each) => each.id), since);
};

// The form follows a change made elsewhere: only the sections that changed come anew.
bench.follow = async (answer) => {
  if (answer?.reload) return location.reload();
  if (!answer?.html) return;
  if (!answer.sections) return bench.redraw(answer.html);
  const sections = elementsOf(answer.html);
  const index = sections.pop();
  const address = document.getElementById("section-address") ? ["section-address"] : [];
  placeSections(bench, sections, index, [...address, ...answer.sections.map((id) => `section-${id}`), "section-more"]);
};

// One part anew: replaced where it stands, then told of its problems. `since` is when it was
// asked for, where what was typed since may have been saved.
bench.swap = (target, html, since = Infinity) => {
  const [fresh] = elementsOf(html);
  if (target && fresh) keepTyped(bench, since, () => target.replaceWith(fresh));
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
  return fresh;
};

function showState(state, sentence) {
  const saved = document.getElementById("saved");
  clearTimeout(bench.stateTimer);
  saved.dataset.state = state;
  const say = () => {
    const said = sentence ?? words[state];
    if (saved.textContent !== said) saved.textContent = said;
  };
  if (state === "saving") bench.stateTimer = setTimeout(say, 400);
  else say();
}

const fieldInFocus = () => bench.form().querySelector(":focus");

// Both values, and the person chooses.
function settle(edit, conflict) {
  const mine = edit.kind === "splice" ? bench.mineInEditor() : null;
  const dialog = document.getElementById("conflict");
  const held = fieldInFocus();
  document.getElementById("conflict_pointer").textContent = conflict.pointer;
  document.getElementById("conflict_theirs").textContent = conflict.theirs || "–";
  document.getElementById("conflict_yours").textContent = (edit.typed ?? (conflict.yours || edit.value)) || "–";
  dialog.addEventListener("close", async () => {
    // The form is drawn anew around a field that is typed in: this one follows too. Where it
    // was drawn anew behind the dialog, the focus has nowhere to go back to.
    const active = fieldInFocus() ?? held;
    active?.blur();
    await resync();
    const again = mine === null ? edit : insist(conflict, mine);
    if (dialog.returnValue === "yours") bench.edits.field(`mine ${conflict.pointer}`, () => again);
    await bench.edits.idle();
    await bench.redraw();
    focusOn(active?.name);
  }, { once: true });
  if (!dialog.open) dialog.showModal();
}

// The editor's value at the place both changed; half-typed, its whole text.
function insist({ pointer, yours }, mine) {
  try {
    if (pointer) return JSON.parse(yours) === undefined ? null : { kind: "set", pointer, value: yours };
  } catch {
    // No value yet: what was typed goes on in the editor.
  }
  return { kind: "write", value: mine };
}

bench.toast = (sentence, kind = "note") =>
  void document.dispatchEvent(new CustomEvent("toast", { detail: { text: sentence, kind } }));

// A structural edit; what goes wrong is said, and the form shows the draft as it is.
bench.change = async (edit) => {
  try {
    return await bench.edits.structure(() => ({ ...(typeof edit === "function" ? edit() : edit), digest: bench.digest }));
  } catch (refused) {
    if (refused?.sentence) bench.toast(refused.sentence, "error");
    await resync();
    return null;
  }
};

// One question with one answer; null when it was cancelled.
bench.ask = (title, label, value = "", rows = 1) =>
  new Promise((done) => {
    const dialog = document.getElementById("ask");
    const field = document.getElementById("ask_text");
    document.getElementById("ask_title").textContent = title;
    document.getElementById("ask_label").textContent = label;
    field.value = value;
    field.rows = rows;
    field.onkeydown = (event) => {
      if (event.key !== "Enter" || (rows > 1 && !event.ctrlKey)) return;
      event.preventDefault();
      event.stopPropagation();
      dialog.close("yes");
    };
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes" ? field.value : null), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    field.select();
  });

startFields(bench);
startGrid(bench);
startSteps(bench);
startLines(bench);
startMenus(bench);
startTurns(bench);
startWays(bench);
startAttachments(bench);
startPicks(bench);
startWords();
startSending(bench);
startKept(bench);
startSecrets(bench);
startVariables(bench);
startOwnVariables(bench);
startPasting(bench);
startEditor(bench);
bench.problems.show(JSON.parse(document.getElementById("known_problems").value));
main.dataset.ready = "true";
