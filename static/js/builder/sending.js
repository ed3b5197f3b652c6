// Send waits for the edits, leads to what blocks it, and asks for the name of a protected
// connection. Each request names what the page shows; the server rejects it if the draft has
// changed since.

import { make } from "../elements.js";
import { message, toast } from "../messages.js";
import { confirmSession, hasLostSession } from "../session.js";
import { onShortcut } from "../shortcuts.js";
import { shownConnection } from "./connection.js";
import { openDialog } from "./dialogs.js";
import { formElement } from "./form.js";
import { countRows } from "./grid_layout.js";

// A double click is one press, however quick the response to the first click was.
const DOUBLE_PRESS = 700; // milliseconds
const CONFLICT = 409;

const sendForm = () => document.getElementById("send");
const notice = () => document.getElementById("not_sent");

export function startSending({ draft, problems, editor, lastReply, storeSecrets }) {
  let isPreparing = false;
  let sentAt = -DOUBLE_PRESS;
  let restore = () => {};
  let resend = null;

  const block = (...texts) => {
    restore();
    lastReply.markStale();
    showNotice(...texts);
    showReply();
  };
  const blockByProblems = (error) => {
    const link = make("a", { href: "#main" }, problems.describeErrors());
    link.addEventListener("click", (event) => {
      event.preventDefault();
      problems.go(problems.firstError() ?? error);
    });
    const [before, after] = message("notSentProblems", { problems: "\n" }).split("\n");
    block(before, link, after);
    problems.go(error);
  };
  // A message about signing in disappears by itself afterwards.
  const tell = async (reason) => {
    if (!draft.queue.needsSession || (await confirmSession())) toast(reason, "error");
  };
  const prepare = async (form, send) => {
    if (isPreparing || performance.now() - sentAt < DOUBLE_PRESS) return;
    isPreparing = true;
    restore = lastReply.showSending();
    try {
      // While nothing can be saved, Send must not wait: it would fire much later, unexpectedly.
      if (draft.queue.isPaused) await draft.queue.settle();
      if (draft.queue.isPaused) {
        restore();
        return tell(draft.queue.reason);
      }
      await Promise.race([editor.flush(), draft.queue.paused()]);
      if (document.activeElement?.dataset?.secret !== undefined) await storeSecrets();
      const unsaved = await draft.queue.settle();
      await draft.caughtUp();
      // Sending an earlier request again doesn't depend on the current draft.
      if (form.dataset.asSent === undefined) {
        const error = problems.firstError();
        if (error) return blockByProblems(error);
        if (unsaved || !editor.isClean() || hasUnsavedRow()) {
          block(message("notSentUnsaved"));
          return tell(unsaved ?? message("notSentUnsaved"));
        }
      }
      // Nothing is being sent while the dialog is open.
      if (form.dataset.protected) restore();
      if (!(await confirm(form, problems.list))) return restore();
      // There may be new edits by the time the dialog closes.
      if (!draft.queue.isIdle() || !editor.isClean()) return block(message("notSentUnsaved"));
      sentAt = performance.now();
      hideNotice();
      if (form.dataset.asSent === undefined) lastReply.startFresh();
      resend = { form, send };
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
    else editor.flush().then(() => draft.queue.idle()).then(() => draft.caughtUp()).then(confirmSession).then((isMine) => isMine && issue());
  });
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.matches("[data-waits-for-edits]")) return;
    const { id, name } = shownConnection();
    Object.assign(detail.parameters, { revision: draft.text.revision, connection: id, connection_name: name });
  });
  // The message of a rejection replaces the reply or the dry run.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status !== CONFLICT || !["reply", "dry_run_place"].includes(detail.target.id)) return;
    detail.shouldSwap = true;
    detail.isError = false;
  });
  // The server rejects the token of an earlier session before it reads the request. Fetching the
  // current one first would delay each Send, so fetch it afterwards and send once more.
  document.addEventListener("htmx:afterRequest", async ({ detail: { elt, xhr } }) => {
    if (elt !== resend?.form) return;
    const { send } = resend;
    resend = null;
    if (!hasLostSession(xhr.status, false, xhr.getResponseHeader("X-CSRF-Failure"))) return;
    restore();
    if (await confirmSession()) send();
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(failure, () => restore());
  document.addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelector?.("dialog[data-show]:not([open])")?.showModal();
    if (event.detail.target.id === "reply" || event.detail.elt.id === "reply") showReply();
    loadReader(draft.urls.reader);
  });
  document.addEventListener("problems", () => problems.firstError() ?? hideNotice());
  document.addEventListener("draft-changed", () => draft.onStale());
  loadReader(draft.urls.reader);
}

// Asks for the name of a protected connection and shows what goes where. If the name doesn't
// match, the server refuses to send and records that.
async function confirm(form, problems) {
  const { protected: name, host, asSent } = form.dataset;
  if (!name) return true;
  const field = document.getElementById("confirm_send_name");
  const button = field.form.querySelector("[data-confirm]");
  const facts = host ? [[message("host"), host]] : [];
  if (asSent === undefined) facts.push(...describePayload(problems));
  document.getElementById("confirm_send_facts").replaceChildren(...facts.flatMap(([term, ...texts]) => [make("dt", {}, term), ...texts.map((text) => make("dd", {}, text))]));
  document.getElementById("confirm_send_label").textContent = message("protectedHelp", { name });
  button.textContent = message("sendTo", { name });
  button.disabled = true;
  field.value = "";
  field.dataset.confirmWord = name;
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    field.closest("dialog").close("yes");
  };
  if ((await openDialog("confirm_send")) !== "yes") return false;
  form.querySelector('[name="confirm"]').value = field.value;
  return true;
}

// The number of rows by the title of their section, and the warnings.
function describePayload(problems) {
  const rows = [...formElement().querySelectorAll(".grid")].map((grid) => [grid.getAttribute("aria-label"), String(countRows(grid))]);
  const warnings = problems.filter((each) => each.severity === "warning").map((each) => each.message);
  return warnings.length ? [...rows, [message("warnings"), ...warnings]] : rows;
}

// Says why nothing was sent, above the previous reply.
export function showNotice(...texts) {
  const box = notice();
  box.querySelector(".verdict-text").replaceChildren(...texts);
  box.hidden = false;
}

function hideNotice() {
  notice().hidden = true;
}

// Whether a row that the server rejected still holds what was typed.
const hasUnsavedRow = () => [...document.querySelectorAll("[data-blank] .cell")].some((cell) => cell.value !== "");

// What shows a response line by line is fetched with the first response.
const loadReader = (url) => document.querySelector("[data-lines], #reply_text[data-more]") && import(url);

// On a narrow window the reply is in the side pane, which opens for it.
function showReply() {
  const side = document.getElementById("side");
  if (matchMedia("(max-width: 899.98px)").matches && !side.matches(":popover-open")) side.showPopover();
}
