// Parameters outside the body: add, leave out; the media type; the request preview of operations
// without a body.

import { elementsOf, on } from "../elements.js";
import { findNamed, openChoice } from "./choices.js";

const DELAY = 150; // milliseconds after an edit

export function startParameters({ draft, form }) {
  on("click", "[data-add-parameter]", (opener) => openChoice(opener.parentElement.querySelector("[data-parameter-choice]"), opener));
  on("click", "[data-parameter-key]", (option) => add({ draft, form }, option));
  on("click", "[data-leave-out]", (button) => leaveOut({ draft, form }, button));
  on("change", "[data-media-type]", (select) => chooseMediaType({ draft, form }, select));
  on("change", "[data-send-body]", (toggle) => switchBody({ draft, form }, toggle));
  on("submit", "[data-parameter-choice] form", (search, event) => {
    event.preventDefault();
    const options = search.parentElement.querySelectorAll("[data-parameter-key]:not([hidden])");
    findNamed(options, search.querySelector("input").value, ({ firstChild }) => [firstChild.textContent])?.click();
  });
  if (document.getElementById("request_line")) followRequest(draft);
}

const section = () => document.getElementById("section-address");

async function add({ draft, form }, option) {
  const { parameterKey: key, start } = option.dataset;
  option.closest("[popover]").hidePopover();
  const answer = await draft.change({ kind: "path", pointer: key, value: start, part: "address" });
  if (!answer?.html) return;
  form.replace(section(), answer.html);
  section().querySelector(`[data-path="${CSS.escape(key)}"]`)?.focus();
}

async function leaveOut({ draft, form }, button) {
  const answer = await draft.change({ kind: "leave-out", pointer: button.dataset.leaveOut, part: "address" });
  if (!answer?.html) return;
  form.replace(section(), answer.html);
  section().querySelector("[data-add-parameter]")?.focus();
}

// The form depends on the media type's schema.
async function chooseMediaType({ draft, form }, select) {
  const answer = await draft.change({ kind: "media-type", value: select.value, part: "form" });
  if (answer?.html) form.redraw(answer.html);
}

// The preview and the form are different without a body.
async function switchBody({ draft, form }, toggle) {
  if (await draft.change({ kind: "body", value: toggle.checked ? "send" : "leave-out" })) return form.onReload();
  toggle.checked = !toggle.checked;
}

function followRequest(draft) {
  let timer = 0;
  document.addEventListener("edited", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await draft.queue.idle();
      const html = await draft.fetchPart({ part: "request" });
      if (html !== null) document.getElementById("request_line").textContent = elementsOf(html)[0].textContent;
    }, DELAY);
  });
}
