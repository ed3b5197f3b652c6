// Problems: at the field, at the line, in the list, in the index. A click goes there.

import { icon } from "./icons.js";
import { elementAt, pointerOf } from "./pointers.js";

const RANK = { error: 0, warning: 1, note: 2 };

export class Problems {
  constructor(bench) {
    this.bench = bench;
    this.list = [];
    document.getElementById("problem_list").addEventListener("click", (event) => this.choose(event));
    document.addEventListener("click", (event) => {
      const fix = event.target.closest("[data-fix]");
      if (fix && !fix.closest("#problem_list")) this.fix(this.list[fix.dataset.fix]);
    });
  }

  show(problems) {
    this.list = problems;
    this.bench.preview.mark(problems.filter((each) => !each.pointer.startsWith("#")));
    this.place();
    this.fillList();
    this.fillBar();
    document.dispatchEvent(new CustomEvent("problems", { detail: problems }));
  }

  // Slots are emptied and filled; nothing that holds the focus is replaced.
  place() {
    const form = this.bench.form();
    for (const slot of form.querySelectorAll(".field-problem:not(:empty)")) slot.replaceChildren();
    for (const marked of form.querySelectorAll(".is-invalid, .is-warning, .chip.problem-error, .chip.problem-warning, .grid-cell.problem-error, .grid-cell.problem-warning")) {
      marked.classList.remove("is-invalid", "is-warning", "problem-error", "problem-warning");
      marked.removeAttribute("aria-invalid");
    }
    const counts = new Map();
    this.list.forEach((problem, index) => this.mark(problem, index, counts));
    this.count(counts);
  }

  mark(problem, index, counts) {
    const element = problem.pointer === "#editor" ? null : elementAt(document.body, problem.pointer);
    if (!element) return;
    for (const box of [element.closest(".step"), element.closest(".builder-section")]) {
      if (box) counts.set(box, [...(counts.get(box) ?? []), problem]);
    }
    const cell = element.closest(".grid-cell, .chip");
    if (cell) {
      cell.classList.add("problem-" + problem.severity);
      cell.title = problem.message;
    }
    const isMarked = element.matches(".is-invalid, .is-warning");
    if (!isMarked && problem.severity !== "note" && element.matches(".form-control, .form-select, .switch")) {
      element.classList.add(problem.severity === "error" ? "is-invalid" : "is-warning");
      if (problem.severity === "error") element.setAttribute("aria-invalid", "true");
    }
    const slot = cell?.classList.contains("grid-cell") ? null : this.slotOf(element);
    if (slot && !slot.hasChildNodes()) {
      slot.className = slot.className.replace(/ (error|warning|note)\b/g, "") + " " + problem.severity;
      slot.append(icon(problem.severity), this.sentence(problem, index));
    }
  }

  slotOf(element) {
    if (element.matches(".field-problem")) return element;
    const box = element.closest("[data-field], .parameters");
    return box?.querySelector(".field-problem") ?? element.closest(".builder-section")?.querySelector(".section-problem") ?? null;
  }

  sentence(problem, index) {
    const text = document.createElement("span");
    quote(text, problem.message);
    if (problem.fix) text.append(" ", this.button(problem, index, "link-button"));
    return text;
  }

  button(problem, index, look) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = look;
    button.dataset.fix = index;
    button.textContent = problem.fix.label;
    return button;
  }

  // Badges in the index and on closed steps.
  count(counts) {
    for (const slot of document.querySelectorAll(".problem-counts")) slot.replaceChildren();
    for (const [box, problems] of counts) {
      const slots = box.matches(".step")
        ? [box.querySelector("summary .problem-counts"), this.indexOfStep(box)]
        : [document.querySelector(`#index a[href="#${CSS.escape(box.id)}"]:not([data-step-index]) .problem-counts`)];
      slots.forEach((slot) => slot?.append(this.badge(problems)));
    }
  }

  indexOfStep(step) {
    const index = pointerOf(step).split("/").pop();
    return document.querySelector(`#index [data-step-index="${index}"] .problem-counts`);
  }

  badge(problems) {
    const worst = problems.reduce((a, b) => (RANK[b.severity] < RANK[a.severity] ? b : a)).severity;
    const badge = document.createElement("span");
    badge.className = "problem-count problem-" + worst;
    badge.append(icon(worst), String(problems.length));
    badge.title = problems[0].message;
    return badge;
  }

  fillList() {
    document.getElementById("problem_list").replaceChildren(...this.list.map((problem, index) => {
      const item = document.createElement("li");
      item.className = "problem-item problem-" + problem.severity;
      const link = document.createElement("a");
      link.href = "#main";
      link.dataset.index = index;
      quote(link, problem.message);
      const where = document.createElement("span");
      where.className = "where";
      where.textContent = problem.pointer.startsWith("#") ? "" : this.bench.words.line.replace("%n", problem.line);
      item.append(icon(problem.severity), link, where);
      if (problem.fix) item.append(this.button(problem, index, "button small"));
      return item;
    }));
  }

  fillBar() {
    const { words } = this.bench;
    const judged = this.list.filter((each) => each.severity !== "note");
    const count = document.getElementById("problem_count");
    const worst = this.list.length ? this.list.reduce((a, b) => (RANK[b.severity] < RANK[a.severity] ? b : a)) : null;
    const text = !this.list.length ? words.none : judged.length === 1 ? words.one : judged.length ? words.many.replace("%n", judged.length) : words.notes;
    count.className = "problem-count " + (worst ? "problem-" + worst.severity : "problem-none");
    count.replaceChildren(icon(worst?.severity ?? "check"), text);
    quote(document.getElementById("problem_first"), worst?.message ?? "");
    document.getElementById("problem_button").disabled = !this.list.length;
  }

  choose(event) {
    const fix = event.target.closest("[data-fix]");
    if (fix) return this.fix(this.list[fix.dataset.fix]);
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    document.getElementById("problems").hidePopover();
    this.go(this.list[link.dataset.index]);
  }

  go(problem) {
    if (problem.pointer === "#editor") return this.bench.showInEditor(problem.line - 1, Number(problem.params.column) - 1);
    this.bench.preview.light(problem.line - 1, true, true);
    this.bench.reveal(problem.pointer);
  }

  async fix(problem) {
    document.getElementById("problems").hidePopover();
    const parts = problem.fix.edits.map((edit) => ({ ...edit, kind: edit.kind === "replace" ? "set" : edit.kind }));
    const answer = await this.bench.change({ kind: "all", parts, part: "form" });
    if (answer) await this.bench.redraw(answer.html);
    this.bench.reveal(problem.pointer);
  }

  firstError() {
    return this.list.find((each) => each.severity === "error");
  }
}

// Words between backticks are code.
function quote(element, sentence) {
  element.replaceChildren(...sentence.split(/`([^`]*)`/).map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  }));
}
