// Requests of the builder to the server.

import { parseOr } from "./text.js";

// A POST of JSON: `{status, wasRedirected, data}`, `data` null where the response isn't JSON. A
// redirect leads to the page for signing in. Rejects when the network is down.
// XMLHttpRequest, because `fetch` delivers head and body one after the other: the browser may
// draw a frame in between, and the edit is confirmed that much later.
export function post(url, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.onload = () => resolve({ status: request.status, wasRedirected: !request.responseURL.endsWith(url), data: jsonOf(request) });
    request.onerror = request.onabort = reject;
    request.send(JSON.stringify(body));
  });
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;

// A POST of form fields or a file; null when the network is down.
export const postForm = (url, body) =>
  fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body }).catch(() => null);

// The text at a URL; null when the network is down or the server refuses.
export async function fetchText(url) {
  const response = await fetch(url).catch(() => null);
  return response?.ok ? response.text() : null;
}

const jsonOf = (request) =>
  (request.getResponseHeader("Content-Type") ?? "").includes("json") ? parseOr(request.responseText, null) : null;
