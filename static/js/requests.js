// What every htmx request carries, the message shown when one fails, and polls that pause.

import { message, toast } from "./messages.js";

const BY_STATUS = { 403: "forbidden", 404: "notFound", 409: "conflict", 413: "tooLarge" };

const csrfToken = document.querySelector('meta[name="csrf-token"]').content;
const report = (name) => toast(message(name), "error");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken;
});
document.addEventListener("htmx:sendError", () => report("noResponse"));
document.addEventListener("htmx:timeout", () => report("slowResponse"));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  // The response brings its own message then.
  if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
  report(BY_STATUS[xhr.status] ?? (xhr.status >= 500 ? "serverFailed" : "notAccepted"));
});

// Parts that follow something under way (`data-follows`) ask nothing while the page is hidden,
// and at once when it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.hasAttribute("data-follows")) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.querySelectorAll("[data-follows]").forEach((part) => htmx.trigger(part, "resume"));
});
