// What every htmx request and form carries, the message shown when one fails, and polls that pause.

import { message, toast } from "./messages.js";
import { confirmSession, csrfToken, hasLostSession, onceRenewed } from "./session.js";

const BY_STATUS = { 403: "forbidden", 404: "notFound", 409: "conflict", 413: "tooLarge" };

const report = (name) => toast(message(name), "error");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:sendError", () => report("noResponse"));
document.addEventListener("htmx:timeout", () => report("slowResponse"));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  // The response brings its own message then.
  if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
  if (hasLostSession(xhr.status, false, xhr.getResponseHeader("X-CSRF-Failure"))) return confirmSession();
  report(BY_STATUS[xhr.status] ?? (xhr.status >= 500 ? "serverFailed" : "notAccepted"));
});

// Signing in again in another tab replaces the token, and nothing typed may be lost with the old
// one. So the session is checked before anything is changed.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb, triggeringEvent, issueRequest } = event.detail;
  // The builder checks by itself, once its edits are saved.
  if (verb === "get" || elt.matches("[data-waits-for-edits]")) return;
  event.preventDefault();
  confirmSession().then((isMine) => {
    if (isMine) issueRequest(false);
    // A field that saves itself has no button to press again.
    else if (triggeringEvent?.type === "change") onceRenewed(() => elt.isConnected && issueRequest(false));
  });
});
// After signing out, the response leads away from the page, which may hold unsaved text.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status !== 401 || (requestConfig.verb === "get" && !document.querySelector("[data-edit]"))) return;
  event.preventDefault();
  confirmSession();
});

const confirmed = new WeakSet();
const confirming = new WeakSet();

// The same for forms without htmx.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-anybody]")) return;
  if (confirmed.delete(form)) return;
  event.preventDefault();
  if (confirming.has(form)) return;
  confirming.add(form);
  const isMine = await confirmSession();
  confirming.delete(form);
  if (!isMine || !form.isConnected) return;
  confirmed.add(form);
  form.requestSubmit(submitter);
  // The browser's own validation may have blocked it.
  confirmed.delete(form);
});

// Parts that follow something under way (`data-follows`) ask nothing while the page is hidden,
// and at once when it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.hasAttribute("data-follows")) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.querySelectorAll("[data-follows]").forEach((part) => globalThis.htmx?.trigger(part, "resume"));
});
