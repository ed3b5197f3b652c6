// Edits on their way to the server. Of each field one edit is in flight and only the newest value
// waits. An edit that moves others (rows, steps) waits for those before it and holds those after.

import { message } from "../messages.js";
import { renewSession } from "../session.js";
import { post } from "./server.js";

const PARALLEL = 4;
const RETRY_DELAYS = [500, 1000, 2000, 4000, 8000, 15000]; // milliseconds; the last one repeats
// How often to retry an edit that moves others after the server failed (500). It blocks the edits
// behind it, and one that always fails must not block them forever.
const MOST_FAILURES = 7;

export class EditQueue {
  // `text` knows the revision. The callbacks: `onAnswer(answer)` in the order of revisions,
  // `onState(state, reason)`, `onConflict(edit, conflict)`, `onStale()` when responses were lost,
  // `onRejected()` and `onRecovered()` for a field's value, `onPlaced()` after a structural edit.
  constructor({ url, text, ...callbacks }) {
    Object.assign(this, { url, text, ...callbacks });
    this.tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.waiting = new Map(); // by field
    this.inFlight = new Set();
    this.rejected = new Map(); // by field, or by the queue itself for structural edits
    this.changedAt = new Map(); // by field: when it was last typed in, or its value was answered
    this.drawnAt = new WeakMap(); // revisions of fields that haven't been redrawn since
    this.structural = [];
    this.structuralCount = 0;
    this.early = [];
    this.idlers = [];
    this.pausers = [];
    this.failures = 0;
    this.reason = ""; // why it is paused
    this.needsSession = false;
    addEventListener("online", () => this.retry());
    addEventListener("focus", () => this.isPaused && this.retry());
    addEventListener("beforeunload", (event) => (this.isIdle() && !this.unsaved()) || event.preventDefault());
  }

  isIdle() {
    return !this.waiting.size && !this.inFlight.size && !this.structural.length;
  }

  // Resolves when every edit so far was answered. Send and requests for parts wait for it.
  idle() {
    return this.isIdle() ? Promise.resolve() : new Promise((resolve) => this.idlers.push(resolve));
  }

  // Resolves when nothing can be saved at the moment.
  paused() {
    return this.isPaused ? Promise.resolve() : new Promise((resolve) => this.pausers.push(resolve));
  }

  // Why a field isn't saved, after one more try; undefined when all are.
  async settle() {
    if (this.isPaused) await this.retry();
    this.retryRejected();
    await Promise.race([this.idle(), this.paused()]);
    return this.unsaved();
  }

  unsaved() {
    if (this.isPaused) return this.reason;
    return [...this.rejected.values()].find((each) => each.make)?.reason;
  }

  // A rejected field still shows what was typed. Whenever another edit is accepted, its cause may
  // be gone, so it is tried again.
  retryRejected() {
    for (const [field, { make }] of this.rejected) if (make && !this.waiting.has(field)) this.waiting.set(field, { make });
    this.pump();
  }

  // `make` computes pointer and value when the edit leaves, as rows may have moved by then.
  editField(field, make) {
    this.rejected.delete(field);
    this.changedAt.set(field, performance.now());
    this.waiting.set(field, { make, isTyped: true });
    this.pump();
  }

  // Fields with a value that what was requested at `since` may not contain: typed or saved later,
  // or not saved yet.
  fieldsNewerThan(since) {
    for (const field of this.changedAt.keys()) if (!field.isConnected) this.changedAt.delete(field);
    return [...this.changedAt].filter(([field, at]) => at >= since || this.isUnsaved(field)).map(([field]) => field);
  }

  // The draft is about to be reloaded. A field that stays on the page still shows the old value,
  // so its next edit carries the old revision, and the server notices what it would overwrite.
  holdBack() {
    for (const field of document.querySelectorAll("#form [data-at]"))
      if (!this.drawnAt.has(field)) this.drawnAt.set(field, this.text.revision);
  }

  isUnsaved(field) {
    return this.waiting.has(field) || this.rejected.has(field) || [...this.inFlight].some((job) => job.key === field);
  }

  // Between the answer to a structural edit and the new rows on the page, pointers read from
  // the page are wrong.
  isRearranging() {
    return Boolean(this.structural[0]?.isSent);
  }

  // Resolves with the answer, rejects with `{data, reason}`.
  editStructure(edit) {
    const step = `${this.tab}-s${(this.structuralCount += 1)}`;
    return new Promise((resolve, reject) => {
      this.structural.push({ edit, step, resolve, reject, before: new Set(this.waiting.keys()) });
      this.pump();
    });
  }

  pump() {
    if (this.isPaused) return this.reportState();
    const barrier = this.structural[0];
    if (barrier?.isSent) return;
    for (const [key, job] of this.waiting) {
      if (barrier && !barrier.before.has(key)) continue;
      if (this.inFlight.size >= PARALLEL) break;
      if ([...this.inFlight].some((each) => each.key === key)) continue;
      this.waiting.delete(key);
      this.sendField({ key, ...job });
    }
    const isHeld = barrier && (this.inFlight.size || [...this.waiting.keys()].some((key) => barrier.before.has(key)));
    if (barrier && !isHeld) this.sendStructure(barrier);
    this.reportState();
  }

  async sendField(job) {
    this.inFlight.add(job);
    const edit = job.make();
    if (edit) await this.deliver(job, edit);
    else this.rejected.delete(job.key);
    if (this.changedAt.has(job.key)) this.changedAt.set(job.key, performance.now());
    this.inFlight.delete(job);
    this.continue();
  }

  async sendStructure(barrier) {
    barrier.isSent = true;
    const job = { key: barrier };
    this.inFlight.add(job);
    const edit = typeof barrier.edit === "function" ? barrier.edit() : barrier.edit;
    // Where the answer to the first try was lost, the edit may have been made all the same:
    // `again` asks the server to check before it makes it twice.
    const answer = await this.deliver(job, { step: barrier.step, ...edit, again: barrier.isRetry });
    this.inFlight.delete(job);
    if (job.isLost) {
      barrier.isSent = false;
      barrier.isRetry = true;
    } else {
      if (answer?.ok) barrier.resolve(answer.data);
      else barrier.reject(answer);
      // The caller's continuation puts the new rows on the page first; edits that waited read
      // their pointers there.
      await new Promise((resolve) => setTimeout(resolve));
      this.structural.shift();
      this.onPlaced();
    }
    this.continue();
  }

  async deliver(job, edit) {
    let response;
    try {
      response = await post(edit.url ?? this.url, { ...edit, url: undefined, revision: this.drawnAt.get(job.key) ?? this.text.revision, tab: this.tab });
    } catch {
      return this.postpone(job, message("offline"));
    }
    if (response.hasLostSession) return this.postpone(job, message("signedOut"), { needsSession: true });
    // A proxy answers so while the server restarts.
    if (response.status >= 502) return this.postpone(job, message("failing"));
    if (response.status === 500 && !job.make && this.failures < MOST_FAILURES) return this.postpone(job, message("failing"));
    if (response.status === 500) this.retryLater();
    else this.failures = 0;
    const { data } = response;
    if (data?.done) return { ok: false, data };
    const key = job.make ? job.key : this;
    const wasAccepted = !this.rejected.delete(key);
    if (response.status < 400 || response.status === 409) this.drawnAt.delete(job.key);
    if (response.status === 409) this.onConflict(edit, data);
    else if (response.status >= 400 || !data) {
      this.rejected.set(key, { make: job.make, reason: explain(response) });
      if (job.make && wasAccepted) this.onRejected();
    } else {
      this.rejected.delete(this);
      this.receive(data);
      this.retryRejected();
      if (job.make && !wasAccepted) this.idle().then(this.onRecovered);
      return { ok: true, data };
    }
    return { ok: false, data, reason: explain(response) };
  }

  // Nothing can be saved: keep the edit unless a newer one is queued, and retry later.
  postpone(job, reason, { needsSession = false } = {}) {
    job.isLost = true;
    if (job.make && !this.waiting.has(job.key)) this.waiting.set(job.key, { make: job.make });
    this.pause(reason);
    this.needsSession ||= needsSession;
    // Usually the person has already signed in again, and only the page's token is out of date.
    if (needsSession && this.failures === 1) this.retry();
    return null;
  }

  pause(reason) {
    this.isPaused = true;
    this.reason = reason;
    this.retryLater();
    this.pausers.splice(0).forEach((resolve) => resolve());
  }

  retryLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), RETRY_DELAYS[Math.min(this.failures, RETRY_DELAYS.length - 1)]);
    this.failures += 1;
  }

  async retry() {
    clearTimeout(this.timer);
    if (this.needsSession) {
      const reason = await renewSession();
      if (reason) {
        this.pause(reason);
        return this.reportState();
      }
    }
    this.needsSession = this.isPaused = false;
    this.retryRejected();
  }

  // Answers may arrive out of order. Each names the revision it is based on, so that an early one
  // waits for its predecessor.
  receive(data) {
    if (data.lines === undefined && data.revision === undefined) return;
    this.early.push(data);
    for (let next; (next = this.early.find((each) => each.base === this.text.revision)); ) {
      this.early.splice(this.early.indexOf(next), 1);
      this.text.revision = next.revision;
      this.onAnswer(next);
    }
    this.early = this.early.filter((each) => each.revision > this.text.revision);
  }

  continue() {
    this.pump();
    if (!this.isIdle()) return;
    // The predecessor of these was another tab's edit or a lost answer; it will not come.
    if (this.early.length && !this.isPaused) {
      this.early = [];
      this.onStale();
    }
    this.idlers.splice(0).forEach((resolve) => resolve());
  }

  reportState() {
    const [rejected] = this.rejected.values();
    const state = this.isPaused ? "offline" : rejected ? "refused" : this.isIdle() ? "saved" : "saving";
    this.onState(state, this.isPaused ? this.reason : rejected?.reason);
  }
}

function explain({ data, status }) {
  if (data?.sentence) return data.sentence;
  if (status === 500) return message("failing");
  if (status === 403) return message("pageTooOld");
  if (status === 404) return message("draftGone");
  if (status === 413) return message("tooLargeToSave");
  return message("notSavedStatus", { status });
}
