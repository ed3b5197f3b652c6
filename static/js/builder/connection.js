// The draft's connection: chosen on this page, or taken over when another tab chose one.
// Accounts, variables and warnings depend on it.

import { elementsOf, on } from "../elements.js";
import { message } from "../messages.js";

const button = () => document.getElementById("connection_button");

// What the page shows, which each Send names.
export const shownConnection = () => ({ id: button().dataset.connection, name: button().dataset.name });

// `showNotice(text)` says why nothing can be sent. Returns the handler for changes in other tabs.
export function startConnection({ draft, form, editor, otherTabs, showNotice }) {
  // Reloading before the last response has been processed would ask whether to leave the page.
  const reload = async () => {
    await draft.queue.idle();
    // With unsaved edits the browser asks first; anyone who stays sees the current draft.
    if (draft.queue.unsaved() || !editor.isClean()) await draft.onStale();
    location.reload();
  };

  on("click", "[data-connect]", async ({ dataset }) => {
    await editor.flush();
    if (!(await draft.change({ kind: "connect", value: dataset.connect }))) return;
    otherTabs.postMessage("connected");
    reload();
  });
  on("click", "[data-reload]", reload);
  form.onReload = () => {
    otherTabs.postMessage("connected");
    reload();
  };
  return async () => {
    await draft.queue.idle();
    if (!(await draft.onStale())) showNotice(message("connectionChanged"));
  };
}

// The connection as the server has it: `{html, protected, host}`.
export function showConnection({ html, protected: name, host }) {
  const [fresh, menu] = elementsOf(html);
  if (fresh.outerHTML !== button().outerHTML) {
    document.getElementById("connection_menu").replaceWith(menu);
    button().replaceWith(fresh);
  }
  document.body.toggleAttribute("data-protected", Boolean(name));
  const send = document.getElementById("send");
  if (name) Object.assign(send.dataset, { protected: name, host });
  else delete send.dataset.protected;
}
