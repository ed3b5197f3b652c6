// Changes of a text: the smallest one between two, and offsets as the server counts them.

// What turns `old` into `fresh`: `old.slice(start, end)` gives way to `inserted`.
export function difference(old, fresh) {
  const shorter = Math.min(old.length, fresh.length);
  let start = 0;
  while (start < shorter && old.charCodeAt(start) === fresh.charCodeAt(start)) start += 1;
  if (isHalf(old, start) || isHalf(fresh, start)) start -= 1;
  let tail = 0;
  while (tail < shorter - start && old.charCodeAt(old.length - 1 - tail) === fresh.charCodeAt(fresh.length - 1 - tail)) tail += 1;
  if (isHalf(old, old.length - tail) || isHalf(fresh, fresh.length - tail)) tail -= 1;
  return { start, end: old.length - tail, inserted: fresh.slice(start, fresh.length - tail) };
}

// Whether an offset would cut a character of two units in half.
const isHalf = (text, at) => at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

// JavaScript counts UTF-16 units, the server counts characters.
export const pointsAt = (text, units) => units - (text.slice(0, units).match(PAIR)?.length ?? 0);

export function unitsAt(text, points) {
  if (!/[\ud800-\udbff]/.test(text)) return points;
  let units = 0;
  for (let left = points; left > 0 && units < text.length; left -= 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

// The text with the half-typed place put in: `[offset, how many characters go, what comes]`.
export function withHalf(text, half) {
  if (!half) return text;
  const [offset, removed, inserted] = half;
  return text.slice(0, unitsAt(text, offset)) + inserted + text.slice(unitsAt(text, offset + removed));
}

// Editors know one kind of line break; the document keeps its own.
export const plainBreaks = (text) => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);

// A change of the text with plain breaks, as a change of the text as it is.
export function withBreaks(raw, { start, end, inserted }) {
  if (!raw.includes("\r")) return { start, end, inserted };
  const at = (wanted) => {
    let offset = 0;
    for (let seen = 0; seen < wanted; seen += 1) offset += raw[offset] === "\r" && raw[offset + 1] === "\n" ? 2 : 1;
    return offset;
  };
  return { start: at(start), end: at(end), inserted: raw.includes("\r\n") ? inserted.replace(/\n/g, "\r\n") : inserted };
}
