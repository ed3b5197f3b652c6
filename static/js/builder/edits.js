// Edits on their way to the server: one field travels; of one field, the newest waits.

import { post } from "./posting.js";

const PARALLEL = 4;
const PATIENCE = [500, 1000, 2000, 4000, 8000, 15000];

export class Edits {
  constructor({ url, stateUrl, text, onAnswer, onState, onConflict, onResync, onRefused, onRegained, onPlaced }) {
    Object.assign(this, { url, stateUrl, text, onAnswer, onState, onConflict, onResync, onRefused, onRegained, onPlaced });
    this.tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.waiting = new Map();
    this.flying = new Set();
    this.refused = new Map();
    this.typed = new Map();
    this.structural = [];
    this.early = [];
    this.failures = 0;
    this.confirmed = 0;
    addEventListener("online", () => this.retry());
    addEventListener("beforeunload", (event) => (this.isIdle() && !this.unsaved()) || event.preventDefault());
  }

  isIdle() {
    return !this.waiting.size && !this.flying.size && !this.structural.length;
  }

  // Everything said so far has been saved: Send and structural answers wait for this.
  idle() {
    return this.isIdle() ? Promise.resolve() : new Promise((done) => (this.idlers ??= []).push(done));
  }

  // What keeps a field from being saved, after one more try; undefined when nothing does.
  async settled() {
    this.insist();
    await this.idle();
    return this.unsaved();
  }

  unsaved() {
    return [...this.refused.values()].find((each) => each.make)?.sentence;
  }

  // A refused field still shows what was typed: it tries again when anything is accepted.
  insist() {
    for (const [key, { make }] of this.refused) if (make && !this.waiting.has(key)) this.waiting.set(key, { make });
    this.pump();
  }

  // A field's edit; `make` computes pointer and value when it leaves, as rows may have moved.
  field(key, make) {
    this.refused.delete(key);
    this.typed.set(key, performance.now());
    this.waiting.set(key, { make, isTyped: true });
    this.pump();
  }

  // Fields whose newest value no answer before `since` can know: not saved yet, or typed later.
  fieldsNewerThan(since) {
    for (const field of this.typed.keys()) if (!field.isConnected) this.typed.delete(field);
    return [...this.typed].filter(([field, at]) => at >= since || this.isUnsaved(field)).map(([field]) => field);
  }

  isUnsaved(field) {
    return this.waiting.has(field) || this.refused.has(field) || [...this.flying].some((job) => job.key === field);
  }

  // An edit that moves others: waits for those before it, holds those after it.
  structure(edit) {
    const step = `${this.tab}-s${(this.steps = (this.steps ?? 0) + 1)}`;
    return new Promise((done, fail) => {
      this.structural.push({ edit, step, done, fail, before: new Set(this.waiting.keys()) });
      this.pump();
    });
  }

  pump() {
    if (this.paused) return this.tell();
    const barrier = this.structural[0];
    if (barrier?.flying) return;
    for (const [key, job] of this.waiting) {
      if (barrier && !barrier.before.has(key)) continue;
      if (this.flying.size >= PARALLEL) break;
      if ([...this.flying].some((each) => each.key === key)) continue;
      this.waiting.delete(key);
      this.fly({ key, ...job });
    }
    const isHeld = barrier && (this.flying.size || [...this.waiting.keys()].some((key) => barrier.before.has(key)));
    if (barrier && !isHeld) this.flyStructure(barrier);
    this.tell();
  }

  async fly(job) {
    this.flying.add(job);
    const edit = job.edit ?? job.make();
    if (edit) await this.deliver(job, edit);
    else this.refused.delete(job.key);
    this.flying.delete(job);
    this.after();
  }

  async flyStructure(barrier) {
    barrier.flying = true;
    const job = { key: barrier };
    this.flying.add(job);
    const made = typeof barrier.edit === "function" ? barrier.edit() : barrier.edit;
    // The answer to the first try may have been lost after it was done: `again` asks to look.
    const answer = await this.deliver(job, { step: barrier.step, ...made, again: barrier.tried });
    this.flying.delete(job);
    if (job.lost) {
      barrier.flying = false;
      barrier.tried = true;
    } else {
      if (answer?.ok) barrier.done(answer.data);
      else barrier.fail(answer);
      // Whoever asked puts the answer in place first: what waited finds its pointers there.
      await new Promise((placed) => setTimeout(placed));
      this.structural.shift();
      this.onPlaced();
    }
    this.after();
  }

  async deliver(job, edit) {
    let response;
    try {
      response = await post(edit.url ?? this.url, {
        ...edit, url: undefined, revision: this.text.revision, tab: this.tab,
      });
    } catch {
      return this.lose(job, edit);
    }
    if (response.status >= 502) return this.lose(job, edit);
    this.failures = 0;
    const { data } = response;
    if (data?.done) return { ok: false, data };
    const isNew = !this.refused.delete(job.make ? job.key : this);
    if (response.status === 409) this.onConflict(edit, data);
    else if (response.status >= 400 || !data) {
      this.refused.set(job.make ? job.key : this, { make: job.make, sentence: sentence(response, data) });
      if (job.make && isNew) this.onRefused();
    } else {
      this.refused.delete(this);
      this.receive(data);
      this.insist();
      if (job.make && !isNew) this.idle().then(this.onRegained);
      return { ok: true, data };
    }
    return { ok: false, data, sentence: sentence(response, data) };
  }

  // The network is away: keep the edit, try again, and say so.
  lose(job, edit) {
    job.lost = true;
    if (typeof job.key !== "object" || job.make) {
      if (!this.waiting.has(job.key)) this.waiting.set(job.key, { make: job.make ?? (() => edit), edit: undefined });
    }
    this.paused = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), PATIENCE[Math.min(this.failures++, PATIENCE.length - 1)]);
    return null;
  }

  retry() {
    this.paused = false;
    this.pump();
  }

  // Answers may come out of order: each says on which revision it was made.
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

  after() {
    this.pump();
    if (!this.isIdle()) return;
    if (this.early.length && !this.paused) {
      this.early = [];
      this.onResync();
    }
    this.idlers?.splice(0).forEach((done) => done());
  }

  tell() {
    const [refused] = this.refused.values();
    const state = this.paused ? "offline" : refused ? "refused" : this.isIdle() ? "saved" : "saving";
    this.onState(state, refused?.sentence);
  }
}

function sentence(response, data) {
  if (data?.sentence) return data.sentence;
  if (!response.isOurs || response.status === 401) return "You are signed out. Sign in again in another tab, then go on here.";
  if (response.status === 403) return "This page is too old to save. Copy what you need and reload it.";
  if (response.status === 404) return "This draft is gone: discarded in another tab, or never yours.";
  if (response.status === 413) return "That is too large to be saved.";
  return `Not saved: the server answered ${response.status}.`;
}
