// The reply on the page belongs to what was sent. After an edit of that, or a Send that was
// blocked, it is marked as the reply to an earlier payload.

import { message } from "../messages.js";

export class LastReply {
  constructor() {
    this.mark = document.getElementById("reply_stale");
    // The server compared what was sent with the draft when it drew the page.
    this.isStale = this.mark.textContent !== "";
    document.addEventListener("edited", ({ detail }) => (detail.lines || detail.payload) && this.markStale());
    document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.id === "reply" && this.show());
  }

  markStale() {
    this.isStale = true;
    this.show();
  }

  // From now on the reply is awaited to what is on the page.
  startFresh() {
    this.isStale = false;
    this.show();
  }

  // Edits made while a send is under way make its reply one to an earlier payload, too.
  show() {
    const hasVerdict = document.querySelector("#reply[data-outcome]") !== null;
    const text = this.isStale && hasVerdict ? message("staleReply") : "";
    if (this.mark.textContent !== text) this.mark.textContent = text;
  }

  // Says that the send is under way before its request leaves. Returns what takes that back.
  showSending() {
    const verdict = document.querySelector("#reply .verdict-text");
    if (!verdict) return () => {};
    const shown = [...verdict.childNodes];
    verdict.textContent = message("sending");
    return () => verdict.replaceChildren(...shown);
  }
}
