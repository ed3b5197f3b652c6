// Short messages in the corner: on the event "toast" with {text, kind, undo, link}, which scripts
// dispatch and htmx raises for a response's HX-Trigger header. "toast-withdrawn" with its text
// removes a toast.

import { icon, make, makeButton, on } from "./elements.js";
import { message } from "./messages.js";

const MOST = 3;
const ICONS = { error: "warning", warning: "warning", success: "accepted" };
const SECONDS = { plain: 6, withUndo: 10 };
const box = document.getElementById("toasts");

// Time stops while the pointer is over it.
function removeAfter(toast, seconds) {
  let timer;
  const start = () => {
    timer = setTimeout(() => toast.remove(), seconds * 1000);
  };
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", start);
  start();
}

function undoButton(toast, url) {
  const button = makeButton({ class: "button small", "hx-post": url, "hx-swap": "none" }, message("undo"));
  button.addEventListener("htmx:afterRequest", () => toast.remove());
  return button;
}

function show({ text, kind = "note", undo, link }) {
  find(text)?.remove();
  const toast = make("div", { class: "toast", "data-kind": kind }, icon(ICONS[kind] ?? "note"), make("span", { class: "toast-text", dir: "auto" }, text));
  if (undo) toast.append(undoButton(toast, undo));
  if (link) toast.append(make("a", { class: "button small", href: link.href }, link.text));
  toast.append(makeButton({ class: "button quiet square small", "data-toast-close": "", "aria-label": message("close") }, icon("close")));
  box.append(toast);
  if (undo) htmx.process(toast);
  while (box.children.length > MOST) box.firstElementChild.remove();
  // An error stays until it is closed, and so does news that may come while nobody looks.
  if (kind !== "error" && !link) removeAfter(toast, undo ? SECONDS.withUndo : SECONDS.plain);
}

const find = (text) => [...box.children].find((each) => each.querySelector(".toast-text")?.textContent === text);

document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("toast-withdrawn", (event) => find(event.detail)?.remove());
on("click", "[data-toast-close]", (close) => close.closest(".toast").remove());
for (const toast of box.children) if (toast.dataset.kind !== "error") removeAfter(toast, SECONDS.plain);
