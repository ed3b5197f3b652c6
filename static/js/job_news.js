// Says when a job ended that this person launched, or what became of their schedules, once on one
// of their pages: on a page in view as a message, on a hidden one by the browser, if it was allowed
// to. Also shows how many notifications are unread.

import { on } from "./elements.js";
import { csrfToken } from "./session.js";

const FIRST = 2_000; // milliseconds
const DELAYS = [3, 3, 5, 5, 8, 13, 20]; // seconds between two questions while jobs are unfinished
const LONGEST = 30;
const SCHEDULED = 60; // while schedules are active, which run at any time

const signedIn = Boolean(document.querySelector('meta[name="person"]').content);
const address = document.querySelector('meta[name="person"]').dataset.news;
let timer = 0;
let tries = 0;
let isAsking = false;

// Browsers without it, or pages over plain http, have no Notification.
const permission = () => globalThis.Notification?.permission ?? "denied";

// News is delivered once, so a page that can't show it must not ask.
const canShow = () => !document.hidden || permission() === "granted";

function askIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(ask, milliseconds);
}

async function ask() {
  if (isAsking || !canShow()) return;
  isAsking = true;
  try {
    const response = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
    // Signed out, or the server restarts: the next time this page comes into view it asks again.
    if (!response.ok || response.redirected) return;
    const { news, unfinished, scheduled, unread } = await response.json();
    news.forEach(tell);
    showUnread(unread);
    if (unfinished) askIn(1000 * (DELAYS[tries++] ?? LONGEST));
    else if (scheduled) askIn(1000 * SCHEDULED);
  } catch {
    askIn(1000 * LONGEST);
  } finally {
    isAsking = false;
  }
}

function tell({ text, kind, address: href, link }) {
  if (document.hidden && showNotification(text, href)) return;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind, link: { href, text: link } } }));
}

function showNotification(text, href) {
  try {
    const shown = new Notification(document.title.split(" · ").at(-1), { body: text, tag: href });
    shown.onclick = () => {
      window.focus();
      location.assign(href);
    };
    return true;
  } catch {
    // Android wants a service worker for it.
    return false;
  }
}

function showUnread({ count, text, label }) {
  const link = document.querySelector("[data-unread]");
  link.hidden = !count;
  link.textContent = text;
  link.ariaLabel = label;
}

function showButtons() {
  for (const button of document.querySelectorAll("[data-notify]")) button.toggleAttribute("data-ready", permission() === "default");
}

if (signedIn && address) {
  showButtons();
  on("click", "[data-notify]", () => Notification.requestPermission().then(showButtons));
  document.addEventListener("visibilitychange", () => !document.hidden && askIn(0));
  // A launch on this page: its job is followed from now on.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    // Going back swaps the whole page, which has no target.
    if (detail.target?.id !== "reply" || !document.querySelector("#reply [data-jobs]")) return;
    tries = 0;
    askIn(FIRST);
  });
  askIn(FIRST);
}
