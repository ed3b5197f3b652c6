// Values in the fragment of the address, such as #/job_name=Night, shown before they are used.
(() => {
  const list = document.getElementById("prefilled");
  const pairs = [...new URLSearchParams(location.hash.slice(1))].filter(([name]) => name.startsWith("/"));
  const add = (tag, text) => list.append(Object.assign(document.createElement(tag), { textContent: text }));
  if (!pairs.length) list.textContent = list.dataset.none;
  for (const [name, value] of pairs.slice(0, 100)) {
    add("dt", name);
    add("dd", value);
    list.closest("form").append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
})();
