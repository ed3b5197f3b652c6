// The JSON editor: what is typed there travels as a splice, what changes elsewhere comes in.

import { difference, plainBreaks, pointsAt, withBreaks, withHalf } from "./changes.js";
import { findOffers } from "./offers.js";
import { openPad } from "./pads.js";

const PAUSE = 300;

export class Editor {
  constructor(bench, box) {
    this.bench = bench;
    this.box = box;
    this.status = document.getElementById("editor_status");
  }

  async start() {
    const { bench } = this;
    await bench.edits.idle();
    this.known = this.fresh();
    const area = document.getElementById("editor_text");
    area.value = plainBreaks(this.known);
    this.pad = await openPad(this.box, () => this.wait(), () => this.leave(), (text, at) => findOffers(bench, text, at));
    this.say(bench.problems.list);
    document.addEventListener("problems", (event) => this.say(event.detail));
    document.addEventListener("edited", () => bench.edits.idle().then(() => this.adopt()));
    this.status.addEventListener("click", () => this.fault && this.go(this.fault.row, this.fault.column));
    addEventListener("beforeunload", (event) => this.isClean() || (this.flush(), event.preventDefault()));
    if (!this.isClean()) this.wait();
  }

  // The text as the server has it.
  fresh() {
    return withHalf(this.bench.text.text, this.bench.half);
  }

  isClean() {
    return this.pad.value() === plainBreaks(this.known);
  }

  wait() {
    clearTimeout(this.timer);
    this.touched = true;
    this.timer = setTimeout(() => this.flush(), PAUSE);
  }

  // Send what changed, one change at a time; typing goes on meanwhile.
  async flush() {
    clearTimeout(this.timer);
    if (this.sending || this.frozen || !this.pad || this.isClean()) return this.sending;
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (!this.isClean() && !this.failed) this.wait();
  }

  async send() {
    this.failed = false;
    try {
      let sent = null;
      const answer = await this.bench.edits.structure(() => (sent = this.make()).edit);
      this.known = sent.text;
      await this.bench.follow(answer);
    } catch (refused) {
      this.failed = true;
      if (refused?.data?.pointer !== undefined) return;
      if (refused?.sentence) this.bench.toast(refused.sentence, "error");
      if (refused) await this.bench.resync();
    }
  }

  make() {
    const before = this.known;
    const { start, end, inserted } = withBreaks(before, difference(plainBreaks(before), this.pad.value()));
    return {
      text: before.slice(0, start) + inserted + before.slice(end),
      edit: { kind: "splice", index: pointsAt(before, start), removed: before.slice(start, end), value: inserted, part: "changed", digest: this.bench.digest },
    };
  }

  // Take in what changed elsewhere; what is being typed stays where it is.
  adopt() {
    if (this.frozen || !this.bench.edits.isIdle()) return;
    const fresh = this.fresh();
    if (fresh === this.known) return;
    const [old, local] = [plainBreaks(this.known), this.pad.value()];
    const change = difference(old, plainBreaks(fresh));
    const mine = difference(old, local);
    this.known = fresh;
    if (local === old || change.end <= mine.start) return this.pad.apply(change);
    const shift = mine.inserted.length - (mine.end - mine.start);
    if (change.start >= mine.end) this.pad.apply({ ...change, start: change.start + shift, end: change.end + shift });
  }

  // Two tabs met: keep still until the person has chosen, and hand out what stands here.
  freeze() {
    this.frozen = true;
    return this.pad.value();
  }

  reset() {
    this.frozen = false;
    this.known = this.fresh();
    this.pad?.set(plainBreaks(this.known));
  }

  async leave() {
    if (!this.touched) return;
    this.touched = false;
    await this.flush();
    this.bench.keepSecrets();
  }

  // Problems in the margin; a half-typed text has one, in words, with its line and column.
  say(problems) {
    const half = problems.find((each) => each.pointer === "#editor");
    const shown = half ? [half] : problems.filter((each) => !each.pointer.startsWith("#"));
    const types = { error: "error", warning: "warning", note: "info" };
    this.pad.mark(shown.map((each) => ({ row: each.line - 1, column: 0, text: each.message, type: types[each.severity] })));
    this.fault = half ? { row: half.line - 1, column: Number(half.params.column) - 1 } : null;
    this.status.classList.toggle("error", Boolean(half));
    this.status.textContent = half ? half.message : this.box.dataset.good;
  }

  go(row, column) {
    this.pad.resize();
    this.pad.go(row, column);
  }
}
