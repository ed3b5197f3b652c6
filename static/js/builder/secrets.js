// Credentials go to the secret store: those typed into a field of the document when it is left,
// those of masked fields without ever standing in the document.

import { icon } from "./icons.js";
import { pointerOf } from "./pointers.js";

export function startSecrets(bench) {
  bench.keepSecrets = async () => {
    const answer = await bench.change({ url: bench.main.dataset.secrets });
    if (!answer?.taken?.length) return;
    await bench.follow(answer);
    bench.toast(answer.sentence);
  };
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (field.dataset?.secret === undefined || !bench.form().contains(field)) return;
    if (field.value && !field.value.includes("{{secret:")) bench.keepSecrets();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-secret-entry]")) enter(bench, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-secret-entry]")) enter(bench, event.target);
  });
  document.addEventListener("click", (event) => {
    const replace = event.target.closest("[data-secret-replace]");
    if (replace) uncover(replace.parentElement);
    const paste = event.target.closest("[data-paste-cookies]");
    if (paste) pasteCookies(bench, paste.closest("[data-field]").querySelector("[data-at]"));
  });
}

// The value leaves alone and the field is emptied at once; a chip names the secret.
async function enter(bench, field) {
  const value = field.value;
  if (value === "") return;
  const box = field.parentElement;
  field.value = "";
  const pointer = pointerOf(box);
  const answer = await bench.change({ url: bench.main.dataset.secrets, entered: { [pointer]: value } });
  if (!answer?.taken?.length) return;
  cover(bench, box, answer.references[pointer]);
  await bench.follow(answer);
  bench.toast(answer.sentence);
}

function cover(bench, box, reference) {
  const name = /secret:([^{}]+)/.exec(reference)?.[1] ?? "";
  box.querySelectorAll("[data-secret-chip], [data-secret-replace]").forEach((each) => each.remove());
  const chip = document.createElement("span");
  chip.className = "chip";
  chip.dataset.secretChip = "";
  const label = document.createElement("span");
  label.textContent = name;
  chip.append(icon("secret"), label);
  const replace = document.createElement("button");
  replace.type = "button";
  replace.className = "button quiet small";
  replace.dataset.secretReplace = "";
  replace.textContent = bench.words.replace;
  box.prepend(chip, replace);
  box.dataset.state = "sent";
  box.querySelector("[data-secret-entry]").hidden = true;
  const around = box.closest("[data-field]");
  around.classList.remove("off");
  const toggle = around.querySelector(':scope > .field-tools [data-act="switch"]');
  if (toggle) toggle.checked = true;
}

function uncover(box) {
  box.querySelectorAll("[data-secret-chip], [data-secret-replace]").forEach((each) => each.remove());
  const field = box.querySelector("[data-secret-entry]");
  field.hidden = false;
  field.focus();
}

async function pasteCookies(bench, group) {
  const text = await bench.ask(bench.words.cookies, bench.words.cookiesHelp, "", 6);
  document.getElementById("ask_text").value = "";
  if (!text) return;
  const answer = await bench.change({ url: bench.main.dataset.secrets, pointer: pointerOf(group), cookies: text });
  if (!answer?.taken?.length) return;
  await bench.redraw();
  bench.toast(answer.sentence);
}
