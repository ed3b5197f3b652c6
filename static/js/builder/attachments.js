// Attachments: files dropped or chosen become references; the bytes travel once.

import { childRows, pointerOf } from "./pointers.js";
import { pageToken } from "./posting.js";

export function startAttachments(bench) {
  const boxOf = (element) => element?.closest?.("[data-section]")?.querySelector("[data-files]");

  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-attach]");
    if (!tool) return;
    const box = boxOf(tool);
    const input = box.querySelector("[data-attach-input]");
    const row = tool.closest("[data-row]");
    if (tool.dataset.attach === "remove") return remove(bench, box, row);
    input.replaces = row;
    input.multiple = !row;
    input.click();
  });
  document.addEventListener("paste", (event) => {
    const box = event.target.closest?.("[data-files]");
    if (box && !event.target.matches("input, textarea")) paste(bench, box, event);
  });
  // A data URI that was typed or pasted into a row is a file from now on.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.('.file input[data-at="/data"]')) reread(bench, boxOf(event.target));
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-attach-input]")) return;
    const files = [...event.target.files];
    event.target.value = "";
    attach(bench, boxOf(event.target), files, event.target.replaces);
  });
  document.addEventListener("dragover", (event) => {
    const box = event.dataTransfer?.types.includes("Files") && event.target.closest?.("[data-section]")?.querySelector("[data-files]");
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    mark(box);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(null));
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    mark(null);
    const box = boxOf(event.target) ?? bench.form().querySelector("[data-files]");
    if (box) attach(bench, box, [...event.dataTransfer.files], event.target.closest?.("[data-files] [data-row]"));
  });
  document.addEventListener("redrawn", () => learn(bench));
  document.addEventListener("edited", () => weigh(bench));
  learn(bench);
  bench.preview.box.addEventListener("click", (event) => {
    const chip = event.target.closest(".attached");
    if (chip) expand(bench, chip);
  });
}

function mark(box) {
  document.querySelectorAll(".files.dragged").forEach((each) => each !== box && each.classList.remove("dragged"));
  if (box) box.classList.add("dragged");
}

// What the preview writes in a reference's place.
function learn(bench) {
  const known = bench.preview.files;
  const before = known.size;
  for (const each of bench.form().querySelectorAll("[data-file]")) {
    known.set(each.dataset.file, { shown: each.dataset.shown, address: each.value });
  }
  if (known.size !== before) bench.preview.redraw();
}

// The whole body as the wire has it follows each edit: files count as their base64.
function weigh(bench) {
  const said = document.getElementById("body_size");
  if (!said) return;
  const text = bench.text.text;
  let size = new TextEncoder().encode(text).length;
  for (const { dataset } of bench.form().querySelectorAll("[data-file]")) {
    const mark = `{{file:${dataset.file}}}`;
    size += (text.split(mark).length - 1) * (Number(dataset.wire) - mark.length);
  }
  said.firstElementChild.textContent = said.dataset.said.replace("%n", saySize(size));
  said.querySelector("progress").value = (100 * size) / Number(said.dataset.most);
}

// As the server says it: 12 bytes, 3.4 kB, 7.0 MB.
function saySize(size) {
  if (size < 1000) return size === 1 ? "1 byte" : `${size} bytes`;
  const isSmall = size < 1e6;
  return `${(size / (isSmall ? 1000 : 1e6)).toFixed(1)} ${isSmall ? "kB" : "MB"}`;
}

async function expand(bench, chip) {
  const known = bench.preview.files.get(chip.dataset.file);
  if (!known) return;
  if (chip.dataset.expanded) {
    delete chip.dataset.expanded;
    chip.textContent = known.shown;
    return;
  }
  const response = await fetch(known.address);
  if (!response.ok) return bench.toast(bench.words.fileGone, "warning");
  chip.dataset.expanded = "true";
  chip.textContent = await response.text();
}

async function attach(bench, box, files, row) {
  for (const file of files) {
    const kept = await upload(bench, box, file);
    if (!kept) continue;
    const rows = box.querySelector("[data-rows]");
    const array = pointerOf(rows);
    const order = JSON.parse(box.dataset.order);
    const edit = row?.isConnected
      ? { kind: "all", pointer: array, parts: replacing(pointerOf(row), kept) }
      : { kind: "insert", pointer: array, index: childRows(rows).length, value: kept.value, order };
    const answer = await bench.change({ ...edit, part: "section", at: array });
    if (!answer) return;
    box = bench.swap(box.closest("[data-section]"), answer.html).querySelector("[data-files]");
    recount(box);
    if (row) return;
  }
}

// Files on the clipboard are attached as dropped ones are, a data URI under a plain name.
async function paste(bench, box, event) {
  const text = event.clipboardData.getData("text/plain").trim();
  const files = [...event.clipboardData.files];
  if (!files.length && !text.startsWith("data:")) return;
  event.preventDefault();
  if (files.length) return attach(bench, box, files);
  const rows = box.querySelector("[data-rows]");
  const value = JSON.stringify({ name: bench.words.pasted, data: text });
  const order = JSON.parse(box.dataset.order);
  await bench.change({ kind: "insert", pointer: pointerOf(rows), index: childRows(rows).length, value, order });
  await reread(bench, box);
}

async function reread(bench, box) {
  await bench.edits.idle();
  const pointer = pointerOf(box.querySelector("[data-rows]"));
  const since = performance.now();
  const response = await fetch(`${bench.main.dataset.part}?${new URLSearchParams({ part: "section", pointer })}`);
  if (!response.ok) return;
  recount(bench.swap(box.closest("[data-section]"), await response.text(), since).querySelector("[data-files]"));
}

const replacing = (pointer, kept) => [
  { kind: "set", pointer: `${pointer}/name`, value: kept.name, order: ["name", "data"] },
  { kind: "set", pointer: `${pointer}/data`, value: kept.data, order: ["name", "data"] },
];

async function upload(bench, box, file) {
  const { largest, tooLarge, to } = box.dataset;
  if (file.size > Number(largest)) {
    bench.toast(tooLarge.replace("%n", file.name), "error");
    return null;
  }
  const form = new FormData();
  form.append("file", file);
  box.setAttribute("aria-busy", "true");
  const headers = { "X-CSRFToken": pageToken() };
  const response = await fetch(to, { method: "POST", body: form, headers }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  box.removeAttribute("aria-busy");
  if (response?.ok && answer) return answer;
  bench.toast(answer?.sentence ?? bench.words.notUploaded.replace("%n", file.name), "error");
  return null;
}

async function remove(bench, box, row) {
  const array = pointerOf(box.querySelector("[data-rows]"));
  const answer = await bench.change(() => ({ kind: "remove", pointer: pointerOf(row), part: "section", at: array }));
  if (!answer) return;
  const fresh = bench.swap(box.closest("[data-section]"), answer.html).querySelector("[data-files]");
  recount(fresh);
  fresh.querySelector(".file-drop").focus();
}

function recount(box) {
  const rows = box.querySelector("[data-rows]");
  const count = childRows(rows).length;
  document.querySelectorAll(`[data-count-of="${CSS.escape(pointerOf(rows))}"]`).forEach((each) => (each.textContent = count));
}
