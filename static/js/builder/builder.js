// The builder: one text, its preview, its fields, and the edits between them and the server.

import { Edits } from "./edits.js";
import { elementsOf } from "./fragments.js";
import { Preview } from "./preview.js";
import { Problems } from "./problems.js";
import { Text } from "./text.js";
import { startFields, echoWaiting } from "./fields.js";
import { startGrid } from "./grid.js";
import { startKept } from "./kept.js";
import { startLines } from "./lines.js";
import { startMenus } from "./menus.js";
import { startSending } from "./sending.js";
import { startSteps } from "./steps.js";
import { startTurns } from "./turns.js";
import { startWays } from "./ways.js";
import { startAttachments } from "./attachments.js";
import { startWords } from "./words.js";

const main = document.getElementById("main");
const words = document.getElementById("words").dataset;
const text = new Text(document.getElementById("document").textContent, Number(main.dataset.revision));
const preview = new Preview(document.getElementById("preview"), text);
const bench = { main, words, text, preview, digest: main.dataset.digest };
bench.form = () => document.getElementById("form");
bench.problems = new Problems(bench);
bench.edits = new Edits({
  url: main.dataset.edit,
  text,
  onAnswer: (answer) => follow(answer),
  onState: showState,
  onConflict: settle,
  onResync: resync,
});

// What the server says changed: lines, problems, and whether there is something to undo.
function follow(answer) {
  if (answer.lines) preview.patch(...answer.lines);
  echoWaiting(bench);
  if (answer.problems) {
    bench.digest = answer.digest;
    bench.problems.show(answer.problems);
  }
  document.dispatchEvent(new CustomEvent("edited", { detail: answer }));
}

// A tab that fell behind takes the draft as it is now; a field being typed in stays.
async function resync() {
  const response = await fetch(main.dataset.state);
  if (!response.ok) return;
  const state = await response.json();
  text.reset(state.text, state.revision);
  preview.redraw();
  bench.digest = state.digest;
  await bench.redraw();
  bench.problems.show(state.problems);
}

// The form anew from the document, section by section; the one with the focus stays.
bench.redraw = async (html) => {
  const source = html ?? (await (await fetch(`${main.dataset.part}?part=form`)).text());
  const [fresh, index] = elementsOf(source);
  const form = bench.form();
  const kept = form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  const focused = kept ? document.activeElement.closest(".builder-section")?.id : null;
  const known = new Set();
  for (const section of fresh.querySelectorAll(".builder-section")) {
    known.add(section.id);
    const old = document.getElementById(section.id);
    if (section.id === focused) continue;
    if (old) old.replaceWith(section);
    else form.querySelector("#section-more").before(section);
  }
  form.querySelectorAll(".builder-section").forEach((old) => known.has(old.id) || old.remove());
  document.querySelector("#index .index-list").replaceWith(index);
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
};

// One part anew: replaced where it stands, then told of its problems.
bench.swap = (target, html) => {
  const [fresh] = elementsOf(html);
  if (target && fresh) target.replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("redrawn"));
  bench.problems.place();
  return fresh;
};

function showState(state, sentence) {
  const saved = document.getElementById("saved");
  clearTimeout(bench.stateTimer);
  saved.dataset.state = state;
  const say = () => (saved.textContent = sentence ?? words[state]);
  if (state === "saving") bench.stateTimer = setTimeout(say, 400);
  else say();
}

// Both values, and the person chooses.
function settle(edit, conflict) {
  const dialog = document.getElementById("conflict");
  document.getElementById("conflict_pointer").textContent = conflict.pointer;
  document.getElementById("conflict_theirs").textContent = conflict.theirs;
  document.getElementById("conflict_yours").textContent = edit.typed ?? conflict.yours;
  dialog.addEventListener("close", async () => {
    await resync();
    if (dialog.returnValue === "yours") bench.edits.field(`mine ${edit.pointer}`, () => edit);
    await bench.edits.idle();
    bench.redraw();
  }, { once: true });
  if (!dialog.open) dialog.showModal();
}

bench.toast = (sentence, kind = "note") =>
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: sentence, kind } }));

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
startWords();
startSending(bench);
startKept(bench);
bench.problems.show(JSON.parse(document.getElementById("known_problems").value));
main.dataset.ready = "true";
