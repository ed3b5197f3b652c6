// The page of a share link: the preview and the problems follow what is typed. Nothing is stored.

import { icon } from "./elements.js";
import { LinesView } from "./json_lines.js";
import { message } from "./messages.js";
import { csrfToken, hasLostSession, renewSession } from "./session.js";

const PAUSE = 300; // milliseconds without a key
const RETRY = 5000; // milliseconds after a failure
// A double click is one press, however quick the response to the first click was.
const DOUBLE_PRESS = 700; // milliseconds

const box = document.getElementById("shared_text");
const form = document.getElementById("fill_form");
const state = document.getElementById("preview_state");
const lines = box.textContent.split("\n");
const view = new LinesView(box, true);
let timer = 0;
let asking = null;
let pressedAt = -DOUBLE_PRESS;

view.append(lines);
box.addEventListener("click", (event) => {
  const fold = event.target.closest(".fold");
  if (fold) view.fold(fold.closest(".line").line);
});

if (form) {
  form.addEventListener("input", () => later(PAUSE));
  // Before htmx, which listens at the form itself.
  document.addEventListener("submit", ignoreDoublePress, true);
  markInvalid();
  document.addEventListener("htmx:afterSettle", markInvalid);
}

function ignoreDoublePress(event) {
  const isSecond = performance.now() - pressedAt < DOUBLE_PRESS;
  if (!isSecond) return void (pressedAt = performance.now());
  event.preventDefault();
  event.stopPropagation();
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(check, milliseconds);
}

async function check() {
  // The newest text counts: an answer about an older one is not waited for.
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const answer = await ask(mine.signal);
    if (answer.wait) return pause(answer.wait);
    state.textContent = "";
    show(answer);
  } catch (error) {
    if (mine.signal.aborted) return;
    state.textContent = message("previewStopped");
    if (error.message !== "404") later(RETRY);
  }
}

async function ask(signal, isSecond = false) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  const response = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), headers, signal });
  if (!isSecond && hasLostSession(response.status, false, response.headers.get("X-CSRF-Failure"))) {
    await renewSession();
    return ask(signal, true);
  }
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

function pause(seconds) {
  state.textContent = message("previewPaused", { seconds });
  later(seconds * 1000);
}

function show({ text, problems, other }) {
  patch(text.split("\n"));
  for (const [id, [severity, problem]] of Object.entries({ ...problems, "open-other": ["error", other] })) {
    const place = document.getElementById(`${id}_problem`);
    place.textContent = problem;
    place.className = `guest-problem ${severity}`;
  }
  markInvalid();
}

// Only the lines between the first and the last that differ change, and glow.
function patch(fresh) {
  const old = view.text.lines;
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let same = 0;
  const most = Math.min(old.length, fresh.length) - start;
  while (same < most && old[old.length - 1 - same] === fresh[fresh.length - 1 - same]) same += 1;
  if (start === old.length && start === fresh.length) return;
  view.patch(start, old.length - same - start, fresh.slice(start, fresh.length - same));
}

// What is wrong is said to screen readers too, and marked by an icon as well as by its colour.
function markInvalid() {
  for (const place of form.querySelectorAll(".guest-problem")) {
    if (place.textContent && !place.querySelector(".icon")) place.prepend(icon("warning"));
    const field = document.getElementById(place.id.replace(/_problem$/, ""));
    if (place.matches(".error") && place.textContent) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
}
