// The draft on this page: its text, its problems' digest, and its edits. What changed is announced
// by events on the document: "edited" with the server's answer, "problems" with their list.

import { message, toast } from "../messages.js";
import { showConnection } from "./connection.js";
import { EditQueue } from "./edit_queue.js";
import { echoWaiting } from "./fields.js";
import { fetchText } from "./server.js";

const REPLACED = 3; // lines of the old text that undo may quote
const SAVING_DELAY = 400; // milliseconds before "Saving…" shows

const announce = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export class Draft {
  // `urls` are the data attributes of the main element. `onConflict(edit, conflict)` lets the
  // person choose; `onStale()` draws the page as the server has the draft; `onRecovered()` draws
  // the form after a rejected field was saved.
  constructor({ urls, text, preview, onConflict, onStale, onRecovered }) {
    Object.assign(this, { urls, text, preview });
    this.onStale = () => (this.catchingUp = onStale());
    this.catchingUp = Promise.resolve(true);
    this.digest = urls.digest;
    this.incomplete = JSON.parse(urls.incomplete || "null");
    this.variables = JSON.parse(urls.variables || "[]");
    this.queue = new EditQueue({
      url: urls.edit,
      text,
      onConflict,
      onStale: this.onStale,
      onRecovered,
      onAnswer: (answer) => this.take(answer),
      onState: showState,
      onRejected: () => this.refetch(text.revision),
      onPlaced: () => echoWaiting(this),
    });
  }

  // The server's answer to an edit: changed lines, and problems where they changed.
  take(answer) {
    if (answer.lines) {
      const [start, removed] = answer.lines;
      answer.replaced = this.text.lines.slice(start, start + Math.min(removed, REPLACED));
      this.preview.patch(...answer.lines);
    }
    if ("half" in answer) this.incomplete = answer.half;
    echoWaiting(this);
    if (answer.problems) {
      this.digest = answer.digest;
      announce("problems", answer.problems);
    }
    announce("edited", answer);
  }

  // The draft as the server has it, or null. This also withdraws the echo of a rejected value,
  // while its field keeps what was typed.
  async refetch(since = 0) {
    const source = await fetchText(this.urls.state);
    // The sign-in page isn't JSON.
    const state = source?.startsWith("{") ? JSON.parse(source) : null;
    if (!state || state.revision < since) return null;
    this.queue.holdBack();
    this.text.reset(state.text, state.revision);
    this.preview.redraw();
    echoWaiting(this);
    this.digest = state.digest;
    this.incomplete = state.half;
    this.variables = state.variables;
    showConnection(state.connection);
    return state;
  }

  // Resolves when the page shows the draft at least as new as when this was last called.
  caughtUp() {
    return this.catchingUp;
  }

  // A structural edit: an object, or a function that makes it once earlier edits were answered.
  // Returns the answer, or null after a failure was reported and the page follows the draft.
  async change(edit) {
    try {
      return await this.queue.editStructure(() => ({ ...(typeof edit === "function" ? edit() : edit), digest: this.digest }));
    } catch (rejected) {
      if (rejected?.reason) toast(rejected.reason, "error");
      await this.onStale();
      return null;
    }
  }

  // The HTML of a part of the form, such as `{part: "section", pointer}`; null when it fails.
  fetchPart(query) {
    return fetchText(`${this.urls.part}?${new URLSearchParams(query)}`);
  }
}

let stateTimer = 0;

// An edit is usually saved within milliseconds: "Saving…" would only flicker.
function showState(state, reason) {
  const box = document.getElementById("saved");
  clearTimeout(stateTimer);
  box.dataset.state = state;
  const show = () => {
    const text = reason ?? message(state);
    if (box.textContent !== text) box.textContent = text;
  };
  if (state === "saving") stateTimer = setTimeout(show, SAVING_DELAY);
  else show();
}
