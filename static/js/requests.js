// What every htmx request carries, and the sentence shown when one fails.
(() => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const words = document.getElementById("toasts").dataset;
  const tell = (text) =>
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "error" } }));

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:sendError", () => tell(words.offline));
  document.addEventListener("htmx:timeout", () => tell(words.timeout));
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
    tell(words[xhr.status] || (xhr.status >= 500 ? words[500] : words.other));
  });
})();
