"""A change of the editor's text that was made for an older revision, carried to the present."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from playground.drafts.editing import Edit, State
from playground.drafts.half_typed import place_in, read_editor
from playground.drafts.undo_steps import Detail, shown_splice
from playground.jsontext.splices import Splice, apply


@dataclass(frozen=True)
class Carried:
    """The edit where it belongs now; `overlaps` says that others changed that very text.
    `yours` is the whole text as the person meant it."""

    edit: Edit
    place: str
    overlaps: bool
    yours: str


def carry(state: State, edit: Edit, details: Iterable[Detail]) -> Carried:
    """`details` are those of the changes made since the edit's revision, oldest first.
    Raises ValueError when the text is not the one that the edit was made for."""
    later = [splice for each in details if (splice := shown_splice(each))]
    old = read_editor(state.text, state.metadata)
    for splice in reversed(later):
        old = apply(old, splice.inverse())
    mine = Splice(edit.index, edit.removed, edit.value)
    yours = apply(old, mine)
    place, overlaps = place_in(old, mine), False
    for splice in later:
        moved = _pass(mine, splice)
        overlaps, mine = overlaps or moved is None, moved or mine
    return Carried(replace(edit, index=mine.offset), place, overlaps, yours)


def _pass(mine: Splice, theirs: Splice) -> Splice | None:
    """Mine after theirs was made; None when both are of the same text."""
    if theirs.offset >= mine.offset + len(mine.removed) and theirs.offset > mine.offset:
        return mine
    if theirs.offset + len(theirs.removed) <= mine.offset:
        shift = len(theirs.inserted) - len(theirs.removed)
        return replace(mine, offset=mine.offset + shift)
    return None
