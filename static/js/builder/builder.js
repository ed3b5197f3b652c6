// The builder: creates the draft and its views, and starts what the first keystroke needs. The
// rest (rest.js) loads once the page is painted.

import { Draft } from "./draft.js";
import { startFields } from "./fields.js";
import { Form } from "./form.js";
import { startRows } from "./grid_rows.js";
import { startLines } from "./lines.js";
import { Rest } from "./loading.js";
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
  onConflict: async (edit, conflict) => (await rest.load()).resolveConflict(edit, conflict),
  onStale: resync,
  onRecovered: () => form.redraw(),
});
const form = new Form(draft);
const problems = new Problems({
  draft,
  form,
  showInEditor: async (row, column) => (await rest.load()).tabs.showInEditor(row, column),
});

// This page fell behind, or an edit was rejected: everything is drawn as the server has it, but
// for a field that someone types in.
// Returns whether that worked.
async function resync() {
  const state = await draft.refetch();
  if (!state) return false;
  await form.redraw();
  problems.show(state.problems);
  rest.started?.editor.follow();
  return true;
}

startFields({ draft, form });
startRows(draft);
startLines(preview);
problems.show(JSON.parse(document.getElementById("known_problems").value));
const otherTabs = new BroadcastChannel(urls.edit);
const rest = new Rest(urls.rest, { draft, form, problems, resync, otherTabs });
// The connection was changed in another tab.
otherTabs.onmessage = async () => (await rest.load()).followConnection();
// Measurements wait for this mark before they type, tests for "all".
main.dataset.ready = "fields";
