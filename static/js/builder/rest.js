// What the first key needn't wait for: menus, dialogs, Send and everything that changes more than
// one field. loading.js loads it.

import "../json_texts.js";
import { startAttachments } from "./attachments.js";
import { startBranches } from "./branches.js";
import { startCards } from "./cards.js";
import { startChoiceLists } from "./choice_lists.js";
import { startChoices } from "./choices.js";
import { startConnection } from "./connection.js";
import { resolveConflict } from "./dialogs.js";
import { startFileFields } from "./file_fields.js";
import { startGrid } from "./grid.js";
import { LastReply } from "./last_reply.js";
import { startMaps } from "./maps.js";
import { startMenus } from "./menus.js";
import { startParameters } from "./parameters.js";
import { startParts } from "./parts.js";
import { startPasting } from "./pasting.js";
import { startPickers } from "./pickers.js";
import { startSecrets, storeSecrets } from "./secrets.js";
import { showNotice, startSending } from "./sending.js";
import { startSteps } from "./steps.js";
import { LazyEditor, Tabs } from "./tabs.js";
import { startToolbar } from "./toolbar.js";
import { startOwnVariables, startResolved, startSuggestions } from "./variables.js";

// Returns what the scripts that are there from the start call.
export function startRest({ draft, form, problems, resync, otherTabs }) {
  const store = () => storeSecrets({ draft, form });
  const editor = new LazyEditor(draft.urls.editor, { draft, form, problems, storeSecrets: store, resync });
  const tabs = new Tabs({ draft, editor });

  startGrid({ draft, form, problems });
  startSteps({ draft, form, problems });
  startMenus({ draft, form, problems, suggestVariables: startSuggestions(draft) });
  startToolbar({ draft, form, editor });
  startBranches({ draft, form });
  startParts({ draft, form });
  startCards({ draft, form, problems });
  startMaps({ draft, form });
  startPickers(draft);
  startAttachments({ draft, form });
  startFileFields({ draft, form, problems });
  startChoices(draft);
  startChoiceLists(draft);
  startParameters({ draft, form });
  const followConnection = startConnection({ draft, form, editor, otherTabs, showNotice });
  startSending({ draft, problems, editor, lastReply: new LastReply(), storeSecrets: store });
  startSecrets({ draft, form });
  startOwnVariables(draft);
  startResolved(draft, () => tabs.showJson());
  startPasting({ draft, form, editor });
  return {
    editor,
    tabs,
    followConnection,
    resolveConflict: (edit, conflict) => resolveConflict({ draft, form, editor, resync }, edit, conflict),
  };
}
