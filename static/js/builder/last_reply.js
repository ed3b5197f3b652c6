// The reply on the page belongs to the payload that was sent. After an edit, or a blocked Send, it
// is marked as the reply to an earlier payload.

import { message } from "../messages.js";

export class LastReply {
  constructor() {
    this.mark = document.getElementById("reply_stale");
    // The server compared the sent payload with the draft when it rendered the page.
    this.isStale = this.mark.textContent !== "";
    document.addEventListener("edited", ({ detail }) => (detail.lines || detail.payload) && this.markStale());
    document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.id === "reply" && this.show());
  }

  markStale() {
    this.isStale = true;
    this.show();
  }

  // The next reply belongs to what is on the page now.
  startFresh() {
    this.isStale = false;
    this.show();
  }

  // After edits during a send, its reply belongs to an earlier payload, too.
  show() {
    const hasVerdict = document.querySelector("#reply[data-outcome]") !== null;
    const text = this.isStale && hasVerdict ? message("staleReply") : "";
    if (this.mark.textContent !== text) this.mark.textContent = text;
  }

  // Shows that the send is in progress before its request leaves. Returns a function that undoes it.
  showSending() {
    const verdict = document.querySelector("#reply .verdict-text");
    if (!verdict) return () => {};
    const shown = [...verdict.childNodes];
    verdict.textContent = message("sending");
    return () => verdict.replaceChildren(...shown);
  }
}
