// The payload's own variables: a dialog of names and values, each change an edit of its own.

import { elementsOf } from "./fragments.js";

export function startOwnVariables(bench) {
  const dialog = document.getElementById("own_variables");
  const place = dialog.querySelector(".dialog-body");

  const draw = (html) => {
    place.replaceChildren(...elementsOf(html));
    bench.main.dataset.variables = place.firstElementChild.dataset.names;
  };
  const change = async (pointer, value) => {
    const answer = await bench.change({ kind: "variable", pointer, value, part: "variables" });
    if (answer?.html) draw(answer.html);
    return Boolean(answer);
  };
  const add = async () => {
    const [name, value] = ["new_variable", "new_variable_value"].map((id) => document.getElementById(id).value);
    if (!name.trim()) return document.getElementById("new_variable").focus();
    if (await change(name.trim(), value.trim() ? value : '""')) document.getElementById("new_variable").focus();
  };

  document.getElementById("open_variables").addEventListener("click", async () => {
    await bench.edits.idle();
    const response = await fetch(`${bench.main.dataset.part}?part=variables`);
    if (!response.ok) return;
    draw(await response.text());
    dialog.showModal();
    document.getElementById("new_variable").focus();
  });
  place.addEventListener("change", (event) => {
    const name = event.target.dataset.variable;
    if (name) change(name, event.target.value.trim() ? event.target.value : '""');
  });
  place.addEventListener("click", (event) => {
    const gone = event.target.closest("[data-variable-remove]");
    if (gone) change(gone.dataset.variableRemove, "");
    if (event.target.closest("#add_variable")) add();
  });
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.target.id.startsWith("new_variable")) add();
    else event.target.blur();
  });
}
