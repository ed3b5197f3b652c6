// Fills in the time zone of the browser where a form asks for it; without this, it is UTC.

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
const fill = (root) => {
  for (const field of root.querySelectorAll("[data-zone]")) field.value = timeZone ?? "";
};
fill(document);
// Such as a form that was swapped in after the page was loaded.
document.addEventListener("submit", ({ target }) => fill(target), true);
