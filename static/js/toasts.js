// Short messages in the corner: on the event "toast" with {text, kind, undo, link}, which scripts
// dispatch and htmx raises for a response's HX-Trigger header. `undo` is an address to post to, or
// a function. "toast-withdrawn" with its text removes a toast.

import { icon, make, makeButton, on } from "./elements.js";
import { withVisible } from "./hidden_characters.js";
import { message } from "./messages.js";
import { onShortcut } from "./shortcuts.js";

const MOST = 3;
const ICONS = { error: "warning", warning: "warning", success: "accepted" };
const SECONDS = { plain: 6, withUndo: 10 };
const box = document.getElementById("toasts");

// Time stops while the pointer or the keyboard is at it and while the page is hidden, so that
// nobody has to hurry. The seconds left show on the Undo button.
function removeInTime(toast) {
  const undo = toast.querySelector("[data-toast-undo]");
  const clock = undo && undo.appendChild(make("span", { class: "seconds", "aria-hidden": "true" }));
  let left = undo ? SECONDS.withUndo : SECONDS.plain;
  const show = () => clock && (clock.textContent = left);
  const timer = setInterval(() => {
    if (!toast.isConnected) return clearInterval(timer);
    if (document.hidden || toast.matches(":hover, :has(:focus-visible)")) return;
    left -= 1;
    show();
    if (left <= 0) remove(toast);
  }, 1000);
  show();
}

function remove(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) document.getElementById("main")?.focus({ preventScroll: true });
}

function undoButton(toast, undo) {
  const isAddress = typeof undo === "string";
  const request = isAddress ? { "hx-post": undo, "hx-swap": "none" } : {};
  const button = makeButton({ class: "button small", "data-toast-undo": "", ...request }, message("undo"));
  // After a failure it stays, to try again.
  if (isAddress) button.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && remove(toast));
  else button.addEventListener("click", () => (remove(toast), undo()));
  return button;
}

function show({ text, kind = "note", undo, link }) {
  find(text)?.remove();
  const toast = make("div", { class: "toast", "data-kind": kind }, icon(ICONS[kind] ?? "note"), make("span", { class: "toast-text" }, ...withVisible(text)));
  if (undo) toast.append(undoButton(toast, undo));
  if (link) toast.append(make("a", { class: "button small", href: link.href }, link.text));
  toast.append(makeButton({ class: "button quiet square small", "data-toast-close": "", "aria-label": message("close") }, icon("close")));
  box.append(toast);
  if (typeof undo === "string") htmx.process(toast);
  while (box.children.length > MOST) box.firstElementChild.remove();
  // An error stays until it is closed, and so does news that may come while nobody looks.
  if (kind !== "error" && !link) removeInTime(toast);
  if (undo) requestAnimationFrame(() => takeLostFocus(toast));
}

// What was removed took the focus with it: someone on a keyboard continues at Undo.
function takeLostFocus(toast) {
  if (document.activeElement === document.body) toast.querySelector("[data-toast-undo]")?.focus({ preventScroll: true });
}

const find = (text) => [...box.children].find((each) => each.querySelector(".toast-text")?.textContent === text);

document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("toast-withdrawn", (event) => find(event.detail)?.remove());
on("click", "[data-toast-close]", (close) => remove(close.closest(".toast")));
on("keydown", ".toast", (toast, event) => event.key === "Escape" && remove(toast));
// In the builder, undo takes back the newest edit, which is what its toasts offer too.
onShortcut("undo", () => {
  const undo = [...box.querySelectorAll("[data-toast-undo]")].at(-1);
  undo?.click();
  return Boolean(undo);
});
for (const toast of box.children) if (toast.dataset.kind !== "error") removeInTime(toast);
