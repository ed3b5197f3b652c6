// The fragment of the address, which only the browser knows: values for a template's form, such as
// `#/job_name=Night`, shown before they are used; and where to go on after signing in.

import { make } from "./elements.js";
import { message } from "./messages.js";

const MOST = 100;

const next = document.querySelector('input[name="next"]');
if (next && !next.value.includes("#")) next.value += location.hash;

const list = document.getElementById("prefilled");
if (list) showValues();

function showValues() {
  const pairs = [...new URLSearchParams(location.hash.slice(1))].filter(([name]) => name.startsWith("/"));
  if (!pairs.length) list.textContent = message("noValuesInLink");
  for (const [name, value] of pairs.slice(0, MOST)) {
    list.append(make("dt", {}, name), make("dd", {}, value));
    list.closest("form").append(make("input", { type: "hidden", name, value }));
  }
}
