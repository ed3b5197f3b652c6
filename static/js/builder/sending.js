// Send waits for the edits, jumps to what blocks it, and asks for the name where that is due.

export function startSending(bench) {
  const form = () => document.getElementById("send");

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    form().requestSubmit();
  });

  document.addEventListener("htmx:confirm", (event) => {
    const source = event.detail.elt;
    if (!source.matches("[data-waits-for-edits]")) return;
    event.preventDefault();
    const go = () => event.detail.issueRequest(true);
    if (source === form() || source.matches("[data-send]")) prepare(bench, source, go);
    else Promise.resolve(bench.flushEditor()).then(() => bench.edits.idle()).then(go);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelector?.("dialog[data-show]:not([open])")?.showModal();
    if (event.detail.target.id === "reply" || event.detail.elt.id === "reply") showReply();
    fetchReader();
  });
  // What reads an answer line by line comes with the first answer: building needs none of it.
  const fetchReader = () => document.querySelector("[data-lines], #reply_text[data-more]") && import(bench.main.dataset.reader);
  fetchReader();
}

// A double press is one press, however quick the answer to the first one was.
const DOUBLE = 700;
let preparing = false;
let pressedAt = -DOUBLE;

async function prepare(bench, form, go) {
  if (preparing || performance.now() - pressedAt < DOUBLE) return;
  preparing = true;
  try {
    await bench.flushEditor();
    if (document.activeElement?.dataset?.secret !== undefined) await bench.keepSecrets();
    const unsaved = await bench.edits.settled();
    const first = bench.problems.firstError();
    if (first && form.dataset.asSent === undefined) return bench.problems.go(first);
    if (unsaved && form.dataset.asSent === undefined) return bench.toast(unsaved, "error");
    const name = form.dataset.protected;
    if (name) {
      const typed = await bench.ask(bench.words.protected, bench.words.protectedHelp.replace("%n", name));
      if (typed === null) return;
      form.querySelector('[name="confirm"]').value = typed;
    }
    pressedAt = performance.now();
    go();
  } finally {
    preparing = false;
  }
}

// On a narrow window the reply stands in the sheet: bring it up.
function showReply() {
  const side = document.getElementById("side");
  if (matchMedia("(max-width: 899.98px)").matches && !side.matches(":popover-open")) side.showPopover();
}
