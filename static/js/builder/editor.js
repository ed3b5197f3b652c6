// The JSON editor: what is typed there travels as a splice, what changes elsewhere is merged in.

import { message, toast } from "../messages.js";
import { findCompletions } from "./completions.js";
import { openWidget } from "./editor_widget.js";
import { codePointsAt, difference, plainBreaks, withIncomplete, withOwnBreaks } from "./text.js";

const PAUSE = 300; // milliseconds without a key before what was typed is sent
const ANNOTATIONS = { error: "error", warning: "warning", note: "info" };

export class Editor {
  // `storeSecrets()` is called when the editor is left, `resync()` when an edit was rejected.
  constructor({ draft, form, problems, storeSecrets, resync }) {
    Object.assign(this, { draft, form, problems, storeSecrets, resync });
    this.box = document.getElementById("editor");
    this.status = document.getElementById("editor_status");
  }

  // `known` is the server's text, the base of the next splice.
  async start() {
    const { draft } = this;
    await draft.queue.idle();
    this.known = this.serverText();
    document.getElementById("editor_text").value = plainBreaks(this.known);
    this.widget = await openWidget(this.box, {
      onInput: () => this.scheduleFlush(),
      onLeave: () => this.leave(),
      findCompletions: (text, at) => findCompletions(draft, text, at),
    });
    this.showProblems(this.problems.list);
    document.addEventListener("problems", (event) => this.showProblems(event.detail));
    document.addEventListener("edited", () => draft.queue.idle().then(() => this.merge()));
    this.status.addEventListener("click", () => this.fault && this.go(this.fault.row, this.fault.column));
    addEventListener("beforeunload", (event) => this.isClean() || (this.flush(), event.preventDefault()));
    if (!this.isClean()) this.scheduleFlush();
  }

  serverText() {
    return withIncomplete(this.draft.text.text, this.draft.incomplete);
  }

  isClean() {
    return !this.widget || this.widget.value() === plainBreaks(this.known);
  }

  scheduleFlush() {
    clearTimeout(this.timer);
    this.isTouched = true;
    this.timer = setTimeout(() => this.flush(), PAUSE);
  }

  // Sends what changed, one splice at a time; typing continues meanwhile and is sent afterwards.
  async flush() {
    clearTimeout(this.timer);
    if (this.sending || this.isFrozen || !this.widget || this.isClean()) return this.sending;
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (!this.isClean() && !this.hasFailed) this.scheduleFlush();
  }

  // Sends everything typed, including what was typed while an earlier edit was in flight.
  async flushAll() {
    do await this.flush();
    while (!this.isClean() && !this.hasFailed && !this.isFrozen);
  }

  async send() {
    this.hasFailed = false;
    try {
      let sent = null;
      const answer = await this.draft.queue.editStructure(() => (sent = this.makeSplice()).edit);
      this.known = sent.text;
      await this.form.follow(answer);
    } catch (rejected) {
      this.hasFailed = true;
      // A conflict: its dialog takes over from here.
      if (rejected?.data?.pointer !== undefined) return;
      if (rejected?.reason) toast(rejected.reason, "error");
      if (rejected) await this.resync();
    }
  }

  // Two texts that come from outside: the one place where a splice is computed by comparing.
  makeSplice() {
    const before = this.known;
    const { start, end, inserted } = withOwnBreaks(before, difference(plainBreaks(before), this.widget.value()));
    const edit = { kind: "splice", index: codePointsAt(before, start), removed: before.slice(start, end), value: inserted };
    return {
      text: before.slice(0, start) + inserted + before.slice(end),
      edit: { ...edit, part: "changed", digest: this.draft.digest },
    };
  }

  // Merges what changed elsewhere. Where it overlaps with what is being typed, typing wins and
  // the server decides about the conflict.
  merge() {
    if (this.isFrozen || !this.draft.queue.isIdle()) return;
    const fresh = this.serverText();
    if (fresh === this.known) return;
    const [old, local] = [plainBreaks(this.known), this.widget.value()];
    const change = difference(old, plainBreaks(fresh));
    const mine = difference(old, local);
    this.known = fresh;
    if (local === old || change.end <= mine.start) return this.widget.apply(change);
    const shift = mine.inserted.length - (mine.end - mine.start);
    if (change.start >= mine.end) this.widget.apply({ ...change, start: change.start + shift, end: change.end + shift });
  }

  // During a conflict nothing is sent until the person has chosen. Returns the text.
  freeze() {
    this.isFrozen = true;
    return this.widget.value();
  }

  reset() {
    this.isFrozen = false;
    this.known = this.serverText();
    this.widget?.set(plainBreaks(this.known));
  }

  // Updates from the draft; unsaved typing stays.
  follow() {
    if (this.isFrozen || this.isClean()) this.reset();
    else this.merge();
  }

  async leave() {
    if (!this.isTouched) return;
    this.isTouched = false;
    await this.flush();
    this.storeSecrets();
  }

  // Problems in the margin. Text that doesn't parse has only one, with its line and column.
  showProblems(problems) {
    const fault = problems.find((each) => each.pointer === "#editor");
    const shown = fault ? [fault] : problems.filter((each) => !each.pointer.startsWith("#"));
    this.widget.annotate(shown.map((each) => ({ row: each.line - 1, column: 0, text: each.message, type: ANNOTATIONS[each.severity] })));
    this.fault = fault ? { row: fault.line - 1, column: Number(fault.params.column) - 1 } : null;
    this.status.classList.toggle("error", Boolean(fault));
    this.status.textContent = fault ? fault.message : message("validJson");
  }

  go(row, column) {
    this.widget.resize();
    this.widget.go(row, column);
  }
}
