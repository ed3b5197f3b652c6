// Short messages at the corner: on the event "toast" with {text, kind, undo}, or sent as HX-Trigger.
(() => {
  const box = document.getElementById("toasts");
  const icons = document.querySelector(".top-bar use, .mark use")?.getAttribute("href").split("#")[0];
  const names = { error: "warning", warning: "warning", success: "accepted" };

  const remove = (toast) => toast.remove();
  // An error stays until closed; an offered undo stands ten seconds.
  const leave = (toast, seconds) => {
    let timer;
    const start = () => { timer = setTimeout(remove, seconds * 1000, toast); };
    toast.addEventListener("mouseenter", () => clearTimeout(timer));
    toast.addEventListener("mouseleave", start);
    start();
  };
  const make = (tag, cls, text) => {
    const made = document.createElement(tag);
    made.className = cls;
    if (text) made.textContent = text;
    if (tag === "button") made.type = "button";
    return made;
  };
  const icon = (name) => {
    const holder = document.createElement("template");
    holder.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
    holder.content.querySelector("use").setAttribute("href", `${icons}#${name}`);
    return holder.content.firstChild;
  };
  const show = ({ text, kind = "note", undo }) => {
    const same = [...box.children].find((t) => t.querySelector(".toast-text")?.textContent === text);
    if (same) same.remove();
    const toast = make("div", "toast");
    toast.dataset.kind = kind;
    toast.append(icon(names[kind] || "note"), make("span", "toast-text", text));
    if (undo) {
      const button = make("button", "button small", box.dataset.undo);
      button.setAttribute("hx-post", undo);
      button.setAttribute("hx-swap", "none");
      button.addEventListener("htmx:afterRequest", () => remove(toast));
      toast.append(button);
    }
    const close = make("button", "button quiet square small");
    close.dataset.toastClose = "";
    close.setAttribute("aria-label", box.dataset.close);
    close.append(icon("close"));
    toast.append(close);
    box.append(toast);
    if (undo) htmx.process(toast);
    while (box.children.length > 3) box.firstElementChild.remove();
    if (kind !== "error") leave(toast, undo ? 10 : 6);
  };

  document.addEventListener("toast", (event) => show(event.detail));
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-toast-close]");
    if (close) remove(close.closest(".toast"));
  });
  for (const toast of box.children) if (toast.dataset.kind !== "error") leave(toast, 6);
})();
