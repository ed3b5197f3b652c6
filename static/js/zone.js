// Fills in the time zone of the browser where a form asks for it; without this, it is UTC.

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
for (const field of document.querySelectorAll("[data-zone]")) field.value = timeZone ?? "";
