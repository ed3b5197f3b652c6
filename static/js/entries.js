// Rows and steps of a definition: added from a template, numbered on, removed.
(() => {
  let count = 1000;

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-entry]");
    if (add) addEntry(add);
    const remove = event.target.closest("[data-remove-entry]");
    if (remove) removeEntry(remove.closest("[data-entry]"));
  });

  // The address of a job names its step behind ?step=.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-step-uid]")) return;
    const found = /[?&#]step=([^&#\s]+)/.exec(event.target.value);
    if (!found) return;
    try {
      event.target.value = decodeURIComponent(found[1]);
    } catch {
      // Not encoded as addresses are: the server reads it as it can.
    }
  });

  // The focus goes on where the entry stood, so that the keyboard does not begin at the top.
  function removeEntry(entry) {
    const next = entry.nextElementSibling ?? entry.previousElementSibling;
    entry.remove();
    (next?.querySelector("[data-remove-entry]") ?? document.querySelector("[data-add-entry=step]")).focus();
  }

  function addEntry(button) {
    const kind = button.dataset.addEntry;
    const step = button.closest("fieldset");
    const number = step?.querySelector("[data-step-uid]").name.split("-")[1];
    const fresh = document.getElementById(`blank_${kind}`).content.querySelector("[data-entry]").cloneNode(true);
    count += 1;
    for (const field of fresh.querySelectorAll("[name]")) {
      field.name = field.name.replace("__S__", number ?? count).replace(/__[PI]__/, count);
    }
    const mark = { step: "__S__", parameter: "__P__", input: "__I__" }[kind];
    (step ?? document).querySelector(`[data-mark="${mark}"]`).append(fresh);
    fresh.querySelector("input").focus();
  }
})();
