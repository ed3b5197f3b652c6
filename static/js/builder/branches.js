// Union branches: radio buttons choose one. And values of several types: text, a number or tags.

import { icon, make, makeButton, on } from "../elements.js";
import { message, toast } from "../messages.js";
import { saveField } from "./fields.js";
import { focusByName } from "./form.js";
import { editAsJson } from "./menus.js";
import { pointerOf } from "./pointers.js";

export function startBranches({ draft, form }) {
  on("change", "[data-choose]", (radio) => chooseBranch({ draft, form }, radio));
  on("change", "[data-type]", (select) => chooseType(draft, select));
  on("focusout", "[data-tag-entry]", (entry) => entry.value.trim() && addTags(draft, entry));
  on("keydown", "[data-tag-entry]", (entry, event) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      addTags(draft, entry);
    } else if (event.key === "Backspace" && entry.value === "") {
      entry.closest("li").previousElementSibling?.remove();
      saveTags(draft, entry.closest("[data-typed]"));
    }
  });
  on("click", "[data-tag]", (remove) => {
    const box = remove.closest("[data-typed]");
    remove.closest("li").remove();
    saveTags(draft, box);
    box.querySelector("[data-tag-entry]").focus();
  });
  on("click", "[data-raw]", (button) => editAsJson({ draft, form }, button.closest("[data-field]").querySelector("[data-at]")));
}

// The server stores the values of the branch one leaves and the form is drawn without them.
async function chooseBranch({ draft, form }, radio) {
  const field = radio.closest("[data-field]").querySelector("[data-at]");
  const answer = await draft.change(() => ({ kind: "choose", pointer: pointerOf(field), value: radio.value, part: "form" }));
  if (!answer) return;
  document.activeElement?.blur();
  await form.redraw(answer.html);
  focusByName(radio.name);
}

const partsOf = (box) => ({
  field: box.querySelector("[data-at]"),
  list: box.querySelector(".tags"),
  entry: box.querySelector("[data-tag-entry]"),
  plain: box.querySelector("[data-plain]"),
});

const splitTags = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

function chooseType(draft, select) {
  const { field, list, entry, plain } = partsOf(select.closest("[data-typed]"));
  const isTags = select.value === "tags";
  if (select.value === "integer" && field.value !== "" && !/^-?\d+(\.0+)?$/.test(field.value.trim())) {
    toast(message("notWhole", { value: field.value }), "warning");
    select.value = field.dataset.kind === "integer" ? "integer" : "text";
    return;
  }
  field.dataset.kind = select.value === "integer" ? "integer" : "text";
  list.hidden = !isTags;
  plain.hidden = isTags;
  if (isTags) {
    list.querySelectorAll(".chip").forEach((chip) => chip.remove());
    entry.closest("li").before(...splitTags(field.value).map(makeTag));
  }
  if (field.value !== "") saveField(draft, field);
}

function addTags(draft, entry) {
  entry.closest("li").before(...splitTags(entry.value).map(makeTag));
  entry.value = "";
  saveTags(draft, entry.closest("[data-typed]"));
}

function makeTag(name) {
  const remove = makeButton({ "data-tag": "", "aria-label": message("removeTag", { name }) }, icon("close"));
  return make("li", { class: "chip" }, make("span", {}, name), remove);
}

// The API takes tags as one text: "tag-1, tag-2".
function saveTags(draft, box) {
  const { field, list } = partsOf(box);
  field.value = [...list.querySelectorAll(".chip span")].map((each) => each.textContent).join(", ");
  saveField(draft, field);
}
