// Native pickers next to fields for dates and times. The field itself stays text: it may hold a
// variable, and it is sent exactly as typed.

import { on } from "../elements.js";
import { saveField } from "./fields.js";

const DATE = /^\d{4}-\d\d-\d\d$/;

export function startPickers(draft) {
  on("pointerdown", "[data-picker]", follow);
  on("focusin", "[data-picker]", follow);
  on("change", "[data-picker]", (picker) => {
    const field = fieldOf(picker);
    if (picker.value === "") return;
    field.value = written(picker);
    saveField(draft, field);
    field.focus();
  });
}

const fieldOf = (picker) => picker.parentElement.querySelector("[data-at]");

// Opens at the field's value, in the person's time zone.
function follow(picker) {
  const typed = fieldOf(picker).value.trim();
  if (picker.type === "date") picker.value = DATE.test(typed) ? typed : "";
  else if (picker.type === "time") picker.value = typed.slice(0, 5);
  else picker.value = localOf(typed);
}

function localOf(typed) {
  const time = Date.parse(typed);
  if (Number.isNaN(time)) return "";
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

// RFC 3339 in UTC, as required by `format: date-time` and `format: time`.
function written({ type, value }) {
  if (type === "datetime-local") return new Date(value).toISOString().replace(/\.\d+/, "");
  return type === "time" ? `${value.slice(0, 5)}:00Z` : value;
}
