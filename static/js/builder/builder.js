// The builder: creates the draft and the views of it, and gives each behaviour what it needs.

import { startAttachments } from "./attachments.js";
import { startBranches } from "./branches.js";
import { startChoices } from "./choices.js";
import { startConnection } from "./connection.js";
import { resolveConflict } from "./dialogs.js";
import { Draft } from "./draft.js";
import { startFields } from "./fields.js";
import { Form } from "./form.js";
import { startGrid } from "./grid.js";
import { LastReply } from "./last_reply.js";
import { startLines } from "./lines.js";
import { startMenus } from "./menus.js";
import { startPasting } from "./pasting.js";
import { Preview } from "./preview.js";
import { Problems } from "./problems.js";
import { startSecrets, storeSecrets } from "./secrets.js";
import { showNotice, startSending } from "./sending.js";
import { startSteps } from "./steps.js";
import { LazyEditor, Tabs } from "./tabs.js";
import { DocumentText } from "./text.js";
import { startToolbar } from "./toolbar.js";
import { startOwnVariables, startResolved, startSuggestions } from "./variables.js";

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
  onConflict: (edit, conflict) => resolveConflict({ draft, form, editor, resync }, edit, conflict),
  onStale: resync,
  onRecovered: () => form.redraw(),
});
const form = new Form(draft);
const store = () => storeSecrets({ draft, form });
const problems = new Problems({ draft, form, showInEditor: (row, column) => tabs.showInEditor(row, column) });
const editor = new LazyEditor(urls.editor, { draft, form, problems, storeSecrets: store, resync });
const tabs = new Tabs({ draft, editor });

// This page fell behind, or an edit was rejected: everything is drawn as the server has it, but
// for a field that someone types in.
// Returns whether that worked.
async function resync() {
  const state = await draft.refetch();
  if (!state) return false;
  await form.redraw();
  problems.show(state.problems);
  editor.follow();
  return true;
}

startFields({ draft, form });
startGrid({ draft, form, problems });
startSteps({ draft, form, problems });
startLines(preview);
startMenus({ draft, form, problems, suggestVariables: startSuggestions(draft) });
startToolbar({ draft, form, editor });
startBranches({ draft, form });
startAttachments({ draft, form });
startChoices(draft);
startConnection({ draft, form, editor, showNotice });
startSending({ draft, problems, editor, lastReply: new LastReply(), storeSecrets: store });
startSecrets({ draft, form });
startOwnVariables(draft);
startResolved(draft, () => tabs.showJson());
startPasting({ draft, form, editor });
problems.show(JSON.parse(document.getElementById("known_problems").value));
// Tests and measurements wait for this mark before they type.
main.dataset.ready = "true";
