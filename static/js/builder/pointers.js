// JSON Pointers (RFC 6901) of the elements on the page, computed from where they are now.
// `data-at` holds a pointer relative to the row around the element, since rows move.

export const escapeSegment = (key) => key.replace(/~/g, "~0").replace(/\//g, "~1");
export const split = (pointer) =>
  pointer.split("/").slice(1).map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
export const parent = (pointer) => pointer.slice(0, pointer.lastIndexOf("/"));

// The pointer of a field, a row or a list of rows: a row's index is its position.
export function pointerOf(element) {
  const own = element.dataset.at ?? "";
  const row = element.matches("[data-row]") ? element : element.closest("[data-row]");
  if (!row) return own;
  const rows = row.parentElement.closest("[data-rows]");
  const rowPointer = pointerOf(rows) + "/" + indexOf(row, rows);
  return row === element ? rowPointer : rowPointer + own;
}

// A long list is split into blocks. A block that isn't drawn yet knows its number of rows. A blank
// row has the index that it will get once something is typed in it.
export function indexOf(row, rows) {
  let index = 0;
  const block = row.parentElement;
  if (block === rows) return childRows(rows).indexOf(row);
  for (const each of rows.querySelectorAll(":scope > [data-block]")) {
    if (each === block) return index + rowsBefore(row);
    index += countOf(each);
  }
  return index;
}

function rowsBefore(row) {
  let count = 0;
  for (let each = row.previousElementSibling; each; each = each.previousElementSibling) if (isInDocument(each)) count += 1;
  return count;
}

// A new row that is still blank exists only on this page.
const isInDocument = (child) => "row" in child.dataset && !("blank" in child.dataset);

export const childRows = (box) => [...box.children].filter(isInDocument);
export const countOf = (block) => Number(block.dataset.count ?? childRows(block).length);

// The row at an index, its block where that isn't drawn yet, or undefined.
export function rowAt(rows, index) {
  const blocks = rows.querySelectorAll(":scope > [data-block]");
  if (!blocks.length) return childRows(rows)[index];
  for (const block of blocks) {
    const count = countOf(block);
    if (index < count) return block.dataset.count ? block : childRows(block)[index];
    index -= count;
  }
  return undefined;
}

// The element that edits a pointer, or the nearest one around it; null when none is drawn.
export function elementAt(root, pointer) {
  for (let at = pointer; at !== ""; at = parent(at)) {
    const found = elementExactlyAt(root, at);
    if (found) return found;
  }
  return null;
}

// The element that edits exactly this pointer, or null. The whole pointer may be written at one
// element; else a prefix of it names a list, and the rest is looked for in one of its rows.
export function elementExactlyAt(root, pointer) {
  const written = [...root.querySelectorAll(`[data-at="${CSS.escape(pointer)}"]`)];
  const outside = written.find((each) => rowOf(each) === rowOf(root));
  if (outside) return outside;
  const parts = pointer.split("/");
  for (let cut = parts.length - 1; cut > 0; cut--) {
    const lists = [...root.querySelectorAll(`[data-rows][data-at="${CSS.escape(parts.slice(0, cut).join("/"))}"]`)];
    const rows = lists.find((each) => rowOf(each) === rowOf(root));
    if (!rows || !/^\d+$/.test(parts[cut])) continue;
    const row = rowAt(rows, Number(parts[cut]));
    if (!row) return null;
    if (cut === parts.length - 1 || !("row" in row.dataset)) return fieldOfCard(row) ?? row;
    return elementExactlyAt(row, "/" + parts.slice(cut + 1).join("/"));
  }
  return null;
}

// A card may be a field itself: the item of a list of numbers, for example.
const fieldOfCard = (row) => row.matches(".item-card") ? [...row.querySelectorAll('[data-at=""]')].find((each) => rowOf(each) === row) : null;

// The row around an element; a row counts as its own.
const rowOf = (element) => element.closest?.("[data-row]") ?? null;
