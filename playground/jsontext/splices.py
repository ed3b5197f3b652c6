"""Splices: changes of a text that can be applied, combined and undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Splice:
    """One change of a text: at `offset` (in characters) `inserted` replaces `removed`."""

    offset: int
    removed: str
    inserted: str

    def inverse(self) -> Splice:
        """The splice that undoes this one."""
        return Splice(self.offset, self.inserted, self.removed)

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.removed != self.inserted


NO_CHANGE = Splice(0, "", "")


def apply(text: str, splice: Splice) -> str:
    """The text after the splice; raises ValueError unless it has `removed` at the offset."""
    # An edit that was made for an older text must fail here instead of writing elsewhere.
    end = splice.offset + len(splice.removed)
    if splice.offset < 0 or text[splice.offset : end] != splice.removed:
        raise ValueError("The text is not the one this splice was made for.")
    return text[: splice.offset] + splice.inserted + text[end:]


def combine(text: str, splices: Iterable[Splice]) -> Splice:
    """The one splice that does what several do in turn, the first of them to `text`.

    Each applies to the text that those before it leave; raises ValueError where one doesn't.
    """
    after = text
    head = tail = len(text)
    for splice in splices:
        # What no splice reaches is the same in both texts: only the lengths have to be tracked.
        head = min(head, splice.offset)
        tail = min(tail, len(after) - splice.offset - len(splice.removed))
        after = apply(after, splice)
    if head + tail > len(text):
        return NO_CHANGE  # there were no splices
    return replacement(text, head, len(text) - tail, after[head : len(after) - tail])


def difference(old: str, new: str) -> Splice:
    """The smallest single splice that turns one text into the other.

    Only for texts that come from outside, such as the JSON editor's: every edit made here
    returns its splice.
    """
    return replacement(old, 0, len(old), new)


def replacement(text: str, start: int, end: int, new: str) -> Splice:
    """Replace `text[start:end]`, leaving out what is the same at both ends."""
    old = text[start:end]
    head = _shared_length(old, new)
    old, new = old[head:], new[head:]
    tail = _shared_length(old[::-1], new[::-1])
    return Splice(start + head, old[: len(old) - tail], new[: len(new) - tail])


def _shared_length(a: str, b: str) -> int:
    """How many characters two texts have in common at their start."""
    # Bisection compares slices in C. Looking at character after character took most of the
    # time of an edit in a document of 100 KB.
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
