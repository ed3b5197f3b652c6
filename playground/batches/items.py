"""The array of a payload that takes one item per row, formatted as the template has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from playground.drafts.incomplete import text_at
from playground.jsontext.edits import insert_item, set_value
from playground.jsontext.indentation import separator
from playground.jsontext.pointers import find_child
from playground.jsontext.scanning import children
from playground.jsontext.splices import apply


@dataclass(frozen=True)
class ItemsText:
    """A payload cut at its array: `outer` has `token` in its place, `inner` one item in it.

    `head` and `tail` are the array's brackets with the white space inside, `comma` is what
    separates its items.
    """

    outer: str
    inner: str
    token: str
    head: str
    comma: str
    tail: str

    def insert(self, text: str, items: Sequence[str]) -> str:
        """The text with an array of these items in place of the token."""
        array = f"{self.head}{self.comma.join(items)}{self.tail}" if items else "[]"
        before, _, after = text.partition(self.token)
        return f"{before}{array}{after}"


def cut_items(text: str, pointer: str, order: Sequence[str], is_scalar: bool) -> ItemsText:
    """Cut a payload at an array, which is created if it is missing.

    Its first item is the pattern of all; without one they are `{}`, or scalars. Raises
    PointerNotFound if there can't be an array.
    """
    if not text_at(text, pointer).startswith("["):
        text = apply(text, set_value(text, pointer, "[]", order))
    if text_at(text, pointer).strip("[] \t\r\n") == "":
        text = apply(text, insert_item(text, pointer, 0, "null" if is_scalar else "{}"))
    array = find_child(text, pointer)
    assert array is not None
    found = list(children(text, array.start))
    gap = separator(text, found, len(found), array.start)
    head, tail = text[array.start : found[0].start], text[found[-1].end : array.end]
    token = f'"{uuid.uuid4().hex}"'
    outer = f"{text[: array.start]}{token}{text[array.end :]}"
    inner = f"{text[: found[0].end]}{tail}{text[array.end :]}"
    return ItemsText(outer, inner, token, head, f",{gap}", tail)
