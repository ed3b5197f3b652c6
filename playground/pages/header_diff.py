"""The headers of two sends or two answers beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.jsontext import pointers

Headers = Sequence[tuple[str, str]]
# Headers are left out by a pointer too: no key of a document is likely to be called so.
PLACE = "/#headers"


@dataclass(frozen=True)
class Head:
    """A header by its name; `before` and `after` are its lines, empty where it is not there."""

    name: str
    before: str
    after: str
    pattern: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def compare_heads(
    before: Headers, after: Headers, ignored: Iterable[str]
) -> tuple[list[Head], int]:
    """Each header once, those that differ first; and how many that differ were left out."""
    one, other, names = _by_name(before), _by_name(after), dict([*before, *after])
    spelt = {name.lower(): name for name in names}
    heads = [
        Head(
            spelt[name],
            "\n".join(one.get(name, ())),
            "\n".join(other.get(name, ())),
            pointers.child(PLACE, name),
        )
        for name in sorted(spelt)
    ]
    out = {head.pattern for head in heads} & set(ignored)
    kept = [head for head in heads if head.pattern not in out]
    left_out = sum(head.differs for head in heads) - sum(head.differs for head in kept)
    return sorted(kept, key=lambda head: not head.differs), left_out


def _by_name(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found
