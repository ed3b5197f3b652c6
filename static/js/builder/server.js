// Requests of the builder to the server.

import { confirmSession, csrfToken, hasLostSession } from "../session.js";
import { parseOr } from "./text.js";

const PATIENCE = 60_000; // milliseconds

// A POST of JSON: `{status, hasLostSession, data}`, `data` null where the response isn't JSON.
// Rejects when the network is down or nothing answers.
// XMLHttpRequest, because `fetch` delivers head and body separately: the browser may draw a frame
// in between, which delays the confirmation of the edit.
export function post(url, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = PATIENCE;
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.onload = () => resolve({ status: request.status, hasLostSession: lostSession(request, url), data: jsonOf(request) });
    request.onerror = request.onabort = request.ontimeout = reject;
    request.send(JSON.stringify(body));
  });
}

// A redirect leads to the sign-in page.
const lostSession = (request, url) =>
  hasLostSession(request.status, !request.responseURL.endsWith(url), request.getResponseHeader("X-CSRF-Failure"));

// A POST of form fields or a file; null when the network is down or the person is signed out.
export async function postForm(url, body) {
  if (!(await confirmSession())) return null;
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body }).catch(() => null);
}

// The text at a URL; null when the network is down, the server refuses, or it redirects to the
// sign-in page.
export async function fetchText(url) {
  const response = await fetch(url).catch(() => null);
  return response?.ok && !response.redirected ? response.text() : null;
}

const jsonOf = (request) =>
  (request.getResponseHeader("Content-Type") ?? "").includes("json") ? parseOr(request.responseText, null) : null;
