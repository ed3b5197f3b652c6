// The messages that scripts show, by name. Templates render them (`_messages.html` and
// `builder/_messages.html`), so that they are translated with all others.

const lists = [...document.querySelectorAll("template[data-messages]")];

// `message("removeTag", { name })` fills "Remove {name}". An undefined name throws:
// tests/architecture compares the names in the scripts with those in the templates.
export function message(name, values = {}) {
  const text = lists.find((list) => name in list.dataset).dataset[name];
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// By an event, as toasts also come from htmx responses (HX-Trigger); see toasts.js.
export const toast = (text, kind = "note") =>
  void document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));
