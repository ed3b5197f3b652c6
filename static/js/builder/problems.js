// Problems: at the field, at the line, in the list, in the index. A click leads to the field.

import { icon, make, makeButton, on } from "../elements.js";
import { message } from "../messages.js";
import { formElement } from "./form.js";
import { reveal } from "./lines.js";
import { elementAt, elementExactlyAt, parent, pointerOf, split } from "./pointers.js";

const BOXES = ".step, .item-card, .builder-section"; // with badges
const RANK = { error: 0, warning: 1, note: 2 };
const MISSING = ["missing", "missing-when"];
const MARKED = ".is-invalid, .is-warning, .chip.problem-error, .chip.problem-warning, .grid-cell.problem-error, .grid-cell.problem-warning";

export class Problems {
  // `showInEditor(row, column)` opens the JSON editor there, for text that does not parse.
  constructor({ draft, form, showInEditor }) {
    Object.assign(this, { draft, form, showInEditor });
    this.list = [];
    on("click", "#problem_list a", (link, event) => this.choose(link, event));
    on("click", "[data-fix]", (button) => this.fix(this.list[button.dataset.fix]));
    on("click", "[data-add-missing]", (button) => this.addMissing(this.list[button.dataset.addMissing]));
    document.addEventListener("problems", (event) => this.show(event.detail));
    document.addEventListener("redrawn", () => this.place());
  }

  show(problems) {
    this.list = problems;
    this.draft.preview.markProblems(problems.filter((each) => !each.pointer.startsWith("#")));
    this.place();
    this.fillList();
    this.fillBar();
  }

  // Slots are emptied and filled. No element is replaced, as one may have the focus.
  place() {
    const form = formElement();
    for (const slot of form.querySelectorAll(".field-problem:not(:empty)")) slot.replaceChildren();
    for (const marked of form.querySelectorAll(MARKED)) {
      marked.classList.remove("is-invalid", "is-warning", "problem-error", "problem-warning");
      marked.removeAttribute("aria-invalid");
    }
    const byBox = new Map();
    this.list.forEach((problem, index) => this.mark(problem, index, byBox));
    this.fillBadges(byBox);
  }

  mark(problem, index, byBox) {
    const element = problem.pointer === "#editor" ? null : elementAt(document.body, problem.pointer);
    if (!element) return;
    for (let box = element.closest(BOXES); box; box = box.parentElement.closest(BOXES)) {
      byBox.set(box, [...(byBox.get(box) ?? []), problem]);
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
    // A grid cell has no room for text: its corner and its title say it.
    const slot = cell?.classList.contains("grid-cell") ? null : slotOf(element);
    if (slot && !slot.hasChildNodes()) {
      slot.className = slot.className.replace(/ (error|warning|note)\b/g, "") + " " + problem.severity;
      slot.append(icon(problem.severity), describe(problem, index));
    }
  }

  // Badges in the index and on closed steps.
  fillBadges(byBox) {
    for (const slot of document.querySelectorAll(".problem-counts")) slot.replaceChildren();
    for (const [box, problems] of byBox) {
      const slots = box.matches(".item-card")
        ? [box.querySelector("summary .problem-counts")]
        : box.matches(".step")
        ? [box.querySelector("summary .problem-counts"), indexSlotOf(box)]
        : [document.querySelector(`#index a[href="#${CSS.escape(box.id)}"]:not([data-step-index]) .problem-counts`)];
      slots.forEach((slot) => slot?.append(badge(problems)));
    }
  }

  fillList() {
    document.getElementById("problem_list").replaceChildren(...this.list.map((problem, index) => {
      const link = make("a", { href: "#main", "data-index": index }, ...quoted(problem.message));
      const line = problem.pointer.startsWith("#") ? "" : message("line", { line: problem.line });
      const item = make("li", { class: "problem-item problem-" + problem.severity });
      item.append(icon(problem.severity), link, make("span", { class: "where" }, line));
      item.append(...fixButtons(problem, index, "button small"));
      return item;
    }));
  }

  fillBar() {
    const serious = this.list.filter((each) => each.severity !== "note").length;
    const count = document.getElementById("problem_count");
    const worst = worstOf(this.list);
    count.className = "problem-count " + (worst ? "problem-" + worst.severity : "problem-none");
    count.dataset.count = serious || "";
    count.replaceChildren(icon(worst?.severity ?? "check"), make("span", {}, describeCount(this.list.length, serious)));
    document.getElementById("problem_first").replaceChildren(...quoted(worst?.message ?? ""));
    document.getElementById("problem_button").disabled = !this.list.length;
  }

  choose(link, event) {
    event.preventDefault();
    document.getElementById("problems").hidePopover();
    this.go(this.list[link.dataset.index]);
  }

  go(problem) {
    if (problem.pointer === "#editor") return this.showInEditor(problem.line - 1, Number(problem.params.column) - 1);
    this.draft.preview.highlight(problem.line - 1, { reveal: true });
    reveal(problem.pointer);
  }

  async fix(problem) {
    document.getElementById("problems").hidePopover();
    const parts = problem.fix.edits.map((edit) => ({ ...edit, kind: edit.kind === "replace" ? "set" : edit.kind }));
    const answer = await this.draft.change({ kind: "all", parts, part: "form" });
    if (answer) await this.form.redraw(answer.html);
    reveal(problem.pointer);
  }

  addMissing({ pointer }) {
    document.getElementById("problems").hidePopover();
    const adder = adderOf(pointer);
    // parts.js adds it.
    if (adder) adder.dispatchEvent(new CustomEvent("add-missing", { bubbles: true, detail: split(pointer).at(-1) }));
    else reveal(pointer);
  }

  // The number of problems that block Send: "1 problem".
  describeErrors() {
    const count = this.list.filter((each) => each.severity === "error").length;
    return count === 1 ? message("oneProblem") : message("problems", { count });
  }

  firstError() {
    return this.list.find((each) => each.severity === "error");
  }
}

const worstOf = (problems) =>
  problems.length ? problems.reduce((a, b) => (RANK[b.severity] < RANK[a.severity] ? b : a)) : null;

function describeCount(total, serious) {
  if (!total) return message("noProblems");
  if (!serious) return message("onlyNotes");
  return serious === 1 ? message("oneProblem") : message("problems", { count: serious });
}

function slotOf(element) {
  if (element.matches(".field-problem")) return element;
  const box = element.closest("[data-field], .parameters");
  return box?.querySelector(".field-problem") ?? element.closest(".builder-section")?.querySelector(".section-problem") ?? null;
}

function describe(problem, index) {
  const text = make("span", {}, ...quoted(problem.message));
  const buttons = fixButtons(problem, index, "link-button");
  if (buttons.length) text.append(" ", ...buttons);
  return text;
}

// The button that fixes a problem with one click, if possible.
function fixButtons(problem, index, look) {
  if (problem.fix) return [makeButton({ class: look, "data-fix": index }, problem.fix.label)];
  const isAddable = MISSING.includes(problem.code) && adderOf(problem.pointer);
  return isAddable ? [makeButton({ class: look, "data-add-missing": index }, message("addMissing"))] : [];
}

// The button that adds keys to the object that lacks one; null once its field is drawn.
function adderOf(pointer) {
  const form = formElement();
  if (elementExactlyAt(form, pointer)) return null;
  const above = parent(pointer);
  const box = above === "" ? document.getElementById("section-more") : elementExactlyAt(form, above)?.closest("[data-field]");
  return box?.querySelector("[data-field-add]") ?? null;
}

function indexSlotOf(step) {
  const index = pointerOf(step).split("/").pop();
  return document.querySelector(`#index [data-step-index="${index}"] .problem-counts`);
}

function badge(problems) {
  const { severity } = worstOf(problems);
  const look = { class: "problem-count problem-" + severity, title: problems[0].message };
  return make("span", look, icon(severity), problems.length);
}

// Words between backticks are code.
const quoted = (text) => text.split(/`([^`]*)`/).map((part, index) => (index % 2 ? make("code", {}, part) : part));
