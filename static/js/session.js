// The session of the page's person. Signing in gives the browser a new CSRF token. A page that was
// already open takes it over, but only if the same person signed in.

import { message, toast } from "./messages.js";

const PATIENCE = 10_000; // milliseconds
const CHECK_EVERY = 5000; // milliseconds, while nothing can be saved

const personOf = () => document.querySelector('meta[name="person"]');
const tokenOf = () => document.querySelector('meta[name="csrf-token"]');
const waiting = [];
let asking = null;
let notice = "";
let timer = 0;

export const csrfToken = () => tokenOf().content;

// Whether a request failed because the person was signed out or the token is out of date.
export const hasLostSession = (status, wasRedirected, csrfHeader) =>
  wasRedirected || status === 401 || (status === 403 && Boolean(csrfHeader));

// Takes the current token. Resolves with "", or a message that says why the page can't save.
export function renewSession() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

// The same, with a notice that stays until the person is signed in again.
export async function confirmSession() {
  const reason = await renewSession();
  if (reason) show(reason);
  return !reason;
}

// Calls back once the person is signed in again.
export const onceRenewed = (act) => void waiting.push(act);

async function ask() {
  const { content: owner, dataset } = personOf();
  const answer = await fetchSession(dataset.session);
  if (!answer) return message("noResponse");
  // A page opened without signing in, such as the sign-in page, works for anyone.
  if (owner && !answer.person) return message("signedOut");
  if (owner && answer.person !== owner) return message("otherPerson", { other: answer.name, owner: dataset.name });
  tokenOf().content = answer.token;
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = answer.token;
  withdraw();
  waiting.splice(0).forEach((act) => act());
  return "";
}

async function fetchSession(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function show(reason) {
  if (notice !== reason) withdraw();
  toast(reason, "error");
  notice = reason;
  checkLater();
}

function checkLater() {
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_EVERY);
}

// Polls until the person is signed in again; `ask` then removes the notice.
async function check() {
  const reason = notice && (await renewSession());
  if (reason && reason !== notice) show(reason);
  else if (reason) checkLater();
}

function withdraw() {
  if (notice) document.dispatchEvent(new CustomEvent("toast-withdrawn", { detail: notice }));
  notice = "";
}

addEventListener("focus", () => notice && renewSession());
