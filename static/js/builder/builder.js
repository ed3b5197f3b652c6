// The builder: creates the draft and its views, and starts what the first keystroke needs. The
// rest (rest.js) loads when the page is first used.

import { Draft } from "./draft.js";
import { startFields } from "./fields.js";
import { FirstUse } from "./first_use.js";
import { Form } from "./form.js";
import { startRows } from "./grid_rows.js";
import { startLines } from "./lines.js";
import { Preview } from "./preview.js";
import { Problems } from "./problems.js";
import { DocumentText } from "./text.js";

const main = document.getElementById("main");
const urls = main.dataset;
const text = new DocumentText(document.getElementById("document").textContent, Number(urls.revision));
const preview = new Preview(document.getElementById("preview"), text);

// These need each other: the draft calls back when the page has to follow, the form asks which
// fields are unsaved. Callbacks run later than this module, so they may name what comes below.
const draft = new Draft({
  urls,
  text,
  preview,
  onConflict: async (edit, conflict) => (await firstUse.load()).resolveConflict(edit, conflict),
  onStale: resync,
  onRecovered: () => form.redraw(),
});
const form = new Form(draft);
const problems = new Problems({
  draft,
  form,
  showInEditor: async (row, column) => (await firstUse.load()).tabs.showInEditor(row, column),
});

// This page fell behind, or an edit was rejected: everything is drawn as the server has it, but
// for a field that someone types in.
// Returns whether that worked.
async function resync() {
  const state = await draft.refetch();
  if (!state) return false;
  await form.redraw();
  problems.show(state.problems);
  firstUse.rest?.editor.follow();
  return true;
}

startFields({ draft, form });
startRows(draft);
startLines(preview);
problems.show(JSON.parse(document.getElementById("known_problems").value));
const otherTabs = new BroadcastChannel(urls.edit);
const firstUse = new FirstUse(urls.rest, { draft, form, problems, resync, otherTabs });
// The connection was changed in another tab.
otherTabs.onmessage = async () => (await firstUse.load()).followConnection();
// Tests and measurements wait for this mark before they type.
main.dataset.ready = "true";
