// Ways that exclude each other, and a value that may be text, a whole number or tags.

import { pointerOf } from "./pointers.js";
import { change } from "./fields.js";
import { icon } from "./icons.js";
import { doToField } from "./menus.js";
import { focusOn } from "./sections.js";

export function startWays(bench) {
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-choose]")) choose(bench, event.target);
    if (event.target.matches?.("[data-type]")) chooseType(bench, event.target);
  });
  document.addEventListener("keydown", (event) => {
    const entry = event.target.closest?.("[data-tag-entry]");
    if (!entry) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      addTags(bench, entry);
    } else if (event.key === "Backspace" && entry.value === "") {
      entry.closest("li").previousElementSibling?.remove();
      writeTags(bench, entry.closest("[data-typed]"));
    }
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.("[data-tag-entry]") && event.target.value.trim()) addTags(bench, event.target);
  });
  document.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-tag]");
    if (tag) {
      const box = tag.closest("[data-typed]");
      tag.closest("li").remove();
      writeTags(bench, box);
      box.querySelector("[data-tag-entry]").focus();
    }
    const raw = event.target.closest("[data-raw]");
    if (raw) doToField(bench, raw.closest("[data-field]"), "json");
  });
}

// The fields of another way are put away by the server, and the form is drawn without them.
// Refused, the form has been drawn as the draft is.
async function choose(bench, radio) {
  const field = radio.closest("[data-field]").querySelector("[data-at]");
  const answer = await bench.change(() => ({ kind: "choose", pointer: pointerOf(field), value: radio.value, part: "form" }));
  if (!answer) return;
  document.activeElement?.blur();
  await bench.redraw(answer.html);
  focusOn(radio.name);
}

const partsOf = (box) => ({
  field: box.querySelector("[data-at]"),
  list: box.querySelector(".tags"),
  entry: box.querySelector("[data-tag-entry]"),
  plain: box.querySelector("[data-plain]"),
});

function chooseType(bench, select) {
  const { field, list, entry, plain } = partsOf(select.closest("[data-typed]"));
  const isTags = select.value === "tags";
  if (select.value === "integer" && field.value !== "" && !/^-?\d+$/.test(field.value.trim())) {
    bench.toast(bench.words.noWhole.replace("%n", field.value), "warning");
    select.value = field.dataset.kind === "integer" ? "integer" : "text";
    return;
  }
  field.dataset.kind = select.value === "integer" ? "integer" : "text";
  list.hidden = !isTags;
  plain.hidden = isTags;
  if (isTags) {
    list.querySelectorAll(".chip").forEach((chip) => chip.remove());
    field.value.split(",").map((tag) => tag.trim()).filter(Boolean).forEach((tag) => entry.closest("li").before(chip(bench, tag)));
  }
  if (field.value !== "") change(bench, field);
}

function addTags(bench, entry) {
  const tags = entry.value.split(",").map((tag) => tag.trim()).filter(Boolean);
  tags.forEach((tag) => entry.closest("li").before(chip(bench, tag)));
  entry.value = "";
  writeTags(bench, entry.closest("[data-typed]"));
}

function chip(bench, tag) {
  const item = document.createElement("li");
  item.className = "chip";
  const name = document.createElement("span");
  name.textContent = tag;
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.tag = "";
  button.setAttribute("aria-label", bench.words.removeTag.replace("%n", tag));
  button.append(icon("close"));
  item.append(name, button);
  return item;
}

// Tags travel as one text: "tag-1, tag-2".
function writeTags(bench, box) {
  const { field, list } = partsOf(box);
  field.value = [...list.querySelectorAll(".chip span")].map((each) => each.textContent).join(", ");
  change(bench, field);
}
