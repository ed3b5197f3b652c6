// Send waits for the edits, leads to what blocks it, and asks for the name of a protected
// connection.

import { message, toast } from "../messages.js";
import { confirmSession } from "../session.js";
import { onShortcut } from "../shortcuts.js";
import { ask } from "./dialogs.js";

// A double click is one press, however quick the response to the first click was.
const DOUBLE_PRESS = 700; // milliseconds

const sendForm = () => document.getElementById("send");

export function startSending({ draft, problems, editor, storeSecrets }) {
  let isPreparing = false;
  let sentAt = -DOUBLE_PRESS;

  const prepare = async (form, send) => {
    if (isPreparing || performance.now() - sentAt < DOUBLE_PRESS) return;
    isPreparing = true;
    try {
      // While nothing can be saved, Send must not wait: it would go off much later, unexpectedly.
      if (draft.queue.isPaused) await draft.queue.settle();
      if (draft.queue.isPaused) return toast(draft.queue.reason, "error");
      await Promise.race([editor.flush(), draft.queue.paused()]);
      if (document.activeElement?.dataset?.secret !== undefined) await storeSecrets();
      const unsaved = await draft.queue.settle();
      // Sending once more what was sent before doesn't depend on the draft as it is now.
      if (form.dataset.asSent === undefined) {
        const error = problems.firstError();
        if (error) return problems.go(error);
        if (unsaved) return toast(unsaved, "error");
      }
      if (!(await confirm(form)) || !(await confirmSession())) return;
      sentAt = performance.now();
      send();
    } finally {
      isPreparing = false;
    }
  };

  onShortcut("send", () => sendForm().requestSubmit(), { whileTyping: true, overDialogs: false });
  document.addEventListener("htmx:confirm", (event) => {
    const source = event.detail.elt;
    if (!source.matches("[data-waits-for-edits]")) return;
    event.preventDefault();
    const issue = () => event.detail.issueRequest(true);
    if (source === sendForm() || source.matches("[data-send]")) prepare(source, issue);
    else editor.flush().then(() => draft.queue.idle()).then(confirmSession).then((isMine) => isMine && issue());
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelector?.("dialog[data-show]:not([open])")?.showModal();
    if (event.detail.target.id === "reply" || event.detail.elt.id === "reply") showReply();
    loadReader(draft.urls.reader);
  });
  loadReader(draft.urls.reader);
}

async function confirm(form) {
  const name = form.dataset.protected;
  if (!name) return true;
  const typed = await ask(message("protected"), message("protectedHelp", { name }));
  if (typed === null) return false;
  form.querySelector('[name="confirm"]').value = typed;
  return true;
}

// What shows a response line by line is fetched with the first response.
const loadReader = (url) => document.querySelector("[data-lines], #reply_text[data-more]") && import(url);

// On a narrow window the reply is in the side pane, which opens for it.
function showReply() {
  const side = document.getElementById("side");
  if (matchMedia("(max-width: 899.98px)").matches && !side.matches(":popover-open")) side.showPopover();
}
