// Variables: names offered after `{{` is typed, and the preview with their values.

import { Preview } from "./preview.js";
import { offerWhere, Text } from "./text.js";

const BEGUN = /\{\{([\w.+-]*)$/;

export function startVariables(bench) {
  startOffers(bench);
  startValues(bench);
}

function startOffers(bench) {
  const menu = document.getElementById("variables");
  const list = document.getElementById("variable_list");
  const namesNow = () => JSON.parse(bench.main.dataset.variables || "[]");
  let field = null;
  let chosen = 0;

  const close = () => {
    field = null;
    if (menu.matches(":popover-open")) menu.hidePopover();
  };
  const look = (typedIn) => {
    const before = typedIn.value.slice(0, typedIn.selectionStart ?? 0);
    const begun = BEGUN.exec(before);
    const fitting = begun ? namesNow().filter((name) => name.toLowerCase().includes(begun[1].toLowerCase())) : [];
    if (!fitting.length || fitting.includes(begun[1]) && typedIn.value.startsWith("}}", typedIn.selectionStart)) return close();
    field = typedIn;
    chosen = 0;
    list.replaceChildren(...fitting.slice(0, 12).map(option));
    mark();
    if (!menu.matches(":popover-open")) menu.showPopover();
    place(menu, field);
  };
  const mark = () => [...list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === chosen)));
  const take = (name) => {
    const at = field.selectionStart;
    const start = field.value.slice(0, at).lastIndexOf("{{");
    const end = at + /^[\w.+-]*(\}\})?/.exec(field.value.slice(at))[0].length;
    const typedIn = field;
    close();
    typedIn.setRangeText(`{{${name}}}`, start, end, "end");
    typedIn.focus();
    typedIn.dispatchEvent(new Event("input", { bubbles: true }));
  };

  bench.offerVariables = (typedIn) => {
    typedIn.focus();
    typedIn.setRangeText("{{", typedIn.selectionStart ?? typedIn.value.length, typedIn.selectionEnd ?? typedIn.value.length, "end");
    look(typedIn);
  };
  document.addEventListener("input", (event) => {
    const typedIn = event.target;
    if (typedIn.matches?.("input[data-at]:not([type=checkbox]), textarea[data-at]") && bench.form().contains(typedIn)) look(typedIn);
  });
  document.addEventListener("focusout", (event) => event.target === field && setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option.textContent);
  });
  document.addEventListener("keydown", (event) => {
    if (!field || event.target !== field) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) chosen = (chosen + steps[event.key] + list.children.length) % list.children.length;
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    mark();
  }, true);
}

function option(name) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.setAttribute("role", "option");
  button.className = "mono";
  button.textContent = name;
  return button;
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  menu.style.setProperty("position", "fixed");
  menu.style.setProperty("inset", "auto");
  menu.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - 280))}px`);
  menu.style.setProperty("top", `${Math.min(box.bottom + 2, innerHeight - 200)}px`);
}

// The second look at the document: what is sent, fixed in time while one looks.
function startValues(bench) {
  const button = document.getElementById("show_values");
  const box = document.getElementById("resolved");
  const seen = new URLSearchParams({ at: new Date().toISOString(), seed: crypto.randomUUID?.() ?? "" });
  let preview = null;
  let timer = 0;

  const draw = async () => {
    await bench.edits.idle();
    const response = await fetch(`${bench.main.dataset.resolved}?${seen}`);
    if (!response.ok) return;
    const text = new Text(await response.text(), 0);
    if (!preview) preview = new Preview(box, text);
    else {
      preview.text = text;
      preview.redraw();
    }
  };
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    box.hidden = !on;
    document.getElementById("preview").hidden = on;
    if (on) draw();
  };
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await bench.showTab(document.getElementById("tab_json"));
    show(on);
  });
  document.addEventListener("click", (event) => {
    const other = event.target.closest('[role="tab"], [data-language]');
    if (!other) return;
    box.hidden = true;
    button.setAttribute("aria-pressed", "false");
  });
  document.addEventListener("edited", () => {
    clearTimeout(timer);
    if (!box.hidden) timer = setTimeout(draw, 200);
  });
  offerWhere(bench, button, (line) => preview !== null || line.includes("{{"));
}
