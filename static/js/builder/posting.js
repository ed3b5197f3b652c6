// One POST of JSON: `{status, data}`, `data` null where the answer is no JSON. Fails when the
// network is away. Not by `fetch`, which hands over an answer's head and its body one after the
// other: a frame is drawn between, and the edit is confirmed that much later.
export function post(url, body) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("X-CSRFToken", pageToken());
    request.onload = () => done({ status: request.status, isOurs: request.responseURL.endsWith(url), data: read(request) });
    request.onerror = request.onabort = fail;
    request.send(JSON.stringify(body));
  });
}

// What says that a request comes from a page of ours.
export const pageToken = () => document.querySelector('meta[name="csrf-token"]').content;

function read(request) {
  if (!(request.getResponseHeader("Content-Type") ?? "").includes("json")) return null;
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
