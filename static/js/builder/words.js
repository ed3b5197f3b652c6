// A group says in words what its fields mean together: "Every 3 hours".

export function startWords() {
  const say = (group) => {
    const sentence = group.querySelector("[data-words]");
    if (!sentence) return;
    sentence.textContent = sentence.dataset.words.replace(/\{(\w+)\}/g, (_, key) => wordOf(group, key));
  };
  const all = () => document.querySelectorAll(".group").forEach(say);
  document.addEventListener("input", (event) => {
    const group = event.target.closest?.(".group");
    if (group) say(group);
  });
  document.addEventListener("redrawn", all);
  all();
}

// One of something is named by its plain value, several by the words of the choice.
function wordOf(group, key) {
  const field = group.querySelector(`[data-at$="/${key}"]`);
  if (!field?.matches("select")) return field?.value ?? "";
  const single = [...group.querySelectorAll("input[inputmode]")].some((each) => each.value.trim() === "1");
  const chosen = field.selectedOptions[0];
  return single ? field.value.replace(/"/g, "") : chosen.textContent;
}
