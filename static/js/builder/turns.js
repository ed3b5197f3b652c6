// Undo and redo, the connection, laying out, and the keys of the builder.

import { elementsOf } from "./fragments.js";
import { offerWhere } from "./text.js";

const CROWDED = /[{[]\s*["\d{[tfn-].*[}\]]|,\s*"[^"]*"\s*:/;

export function startTurns(bench) {
  const { main } = bench;

  const turn = async (direction) => {
    await bench.flushEditor();
    const answer = await bench.change({ url: main.dataset[direction] });
    if (!answer) return;
    if (answer.nothing) return bench.toast(answer.sentence);
    await bench.follow(answer);
    sayTurn(bench, direction, answer);
    enable(direction === "undo" ? "redo" : "undo");
  };
  bench.showTab = (tab) => showTab(bench, tab);
  const buttons = Object.fromEntries([...document.querySelectorAll("[data-turn]")].map((each) => [each.dataset.turn, each]));
  const enable = (direction) => (buttons[direction].disabled = false);

  // Laying out is offered where a line holds more than one value.
  const format = document.getElementById("format");
  offerWhere(bench, format, (line) => bench.text.lines.length < 5000 && CROWDED.test(line));
  document.addEventListener("edited", (event) => {
    if (event.detail.lines || "half" in event.detail) enable("undo");
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-turn]");
    if (button) turn(button.dataset.turn);
    const chosen = event.target.closest("[data-connect]");
    if (chosen && (await bench.change({ kind: "connect", value: chosen.dataset.connect }))) location.reload();
    if (event.target.closest("#format")) bench.change({ kind: "format" });
    const copy = event.target.closest("#copy_document");
    if (copy) copyDocument(bench);
    const language = event.target.closest("[data-language]");
    if (language) chooseLanguage(bench, language);
    const tab = event.target.closest('[role="tab"][id^="tab_"]');
    if (tab) showTab(bench, tab);
  });
  document.addEventListener("change", async (event) => {
    if (!event.target.matches?.("[data-path]")) return;
    await bench.edits.idle();
    bench.redraw();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
    const key = event.key.toLowerCase();
    if (key === "z" && !typing) {
      event.preventDefault();
      turn(event.shiftKey ? "redo" : "undo");
    } else if (key === "y" && !typing) {
      event.preventDefault();
      turn("redo");
    }
  });
}

// The last steps, fetched each time the list opens.
document.addEventListener("beforetoggle", async (event) => {
  if (event.target.id !== "steps_made" || event.newState !== "open") return;
  const response = await fetch(event.target.dataset.steps);
  if (response.ok) event.target.replaceChildren(...elementsOf(await response.text()));
}, true);

// What a turn changed: the first lines as they were and as they are.
function sayTurn(bench, direction, answer) {
  const { words } = bench;
  const said = direction === "undo" ? words.undone : words.redone;
  if (!answer.gone || !answer.lines) return bench.toast(said);
  const [start, , fresh] = answer.lines;
  const short = (lines) => lines.map((line) => line.trim()).join(" ").slice(0, 60) || "–";
  bench.toast(`${said} ${words.line.replace("%n", start + 1)}: ${short(answer.gone)} → ${short(fresh)}`);
}

async function copyDocument(bench) {
  await bench.edits.idle();
  const shown = document.getElementById("code");
  await navigator.clipboard?.writeText(shown.hidden ? bench.text.text : shown.textContent);
  bench.toast(bench.words.copied);
}

function chooseLanguage(bench, language) {
  language.closest("[popover]").hidePopover();
  const tab = document.getElementById("tab_code");
  tab.textContent = language.textContent;
  tab.dataset.code = language.dataset.language;
  showTab(bench, tab);
}

async function showTab(bench, tab) {
  for (const each of tab.parentElement.children) {
    each.setAttribute("aria-selected", String(each === tab));
    document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
  if (tab.id === "tab_editor") return void (await bench.openEditor());
  await bench.flushEditor();
  if (!tab.dataset.code) return;
  const code = document.getElementById("code");
  await bench.edits.idle();
  const response = await fetch(tab.dataset.code);
  code.textContent = await response.text();
}
