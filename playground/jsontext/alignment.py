"""Two arrays side by side: which row of one is which row of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from playground.jsontext.parsing import Digits
from playground.jsontext.printing import dump_inline

Pair = tuple[int | None, int | None]

# Keys that name a row: rows with the same value there are the same row.
IDENTITIES = ("step_uid", "uid", "id", "identifier", "name", "key")
# Pairs of equal rows; where everything equals everything, the search would be quadratic.
MOST_COMPARED = 2_000_000
MOST_SCORED = 2_500
PAIRING = 0.01


def align(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Pairs of indexes in reading order; None stands for a row that the other side lacks.

    Equal rows find each other first, then rows that name themselves alike, then rows that
    have most in common; what is left is paired in order.
    """
    a, b = [canonical(row) for row in before], [canonical(row) for row in after]
    head = _shared(a, b)
    tail = _shared(a[head:][::-1], b[head:][::-1])
    pairs: list[Pair] = [(index, index) for index in range(head)]
    pairs += _middle(before, after, a, b, head, tail)
    pairs += [(len(a) - back, len(b) - back) for back in range(tail, 0, -1)]
    return pairs


def canonical(value: Any) -> str:
    """A text that two values share exactly when they are equal, whatever the order of keys."""
    return dump_inline(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _shared(a: list[str], b: list[str]) -> int:
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _middle(
    before: Sequence[Any], after: Sequence[Any], a: list[str], b: list[str], head: int, tail: int
) -> Iterator[Pair]:
    left, right = a[head : len(a) - tail], b[head : len(b) - tail]
    counts = Counter(right)
    if sum(counts[row] for row in left) > MOST_COMPARED:
        yield from _in_order(range(head, len(a) - tail), range(head, len(b) - tail))
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        rows, others = range(head + i, head + i_end), range(head + j, head + j_end)
        if kind == "equal" or len(rows) * len(others) > MOST_SCORED:
            yield from _in_order(rows, others)
        else:
            yield from _best(before, after, rows, others)


def _in_order(rows: range, others: range) -> Iterator[Pair]:
    shared = min(len(rows), len(others))
    yield from zip(rows[:shared], others[:shared], strict=True)
    yield from ((row, None) for row in rows[shared:])
    yield from ((None, other) for other in others[shared:])


def _best(before: Sequence[Any], after: Sequence[Any], rows: range, others: range) -> list[Pair]:
    """The pairing in order whose rows have most in common, by dynamic programming."""
    scores = [[PAIRING + _likeness(before[i], after[j]) for j in others] for i in rows]
    best = [[0.0] * (len(others) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(others) - 1, -1, -1):
            paired = scores[i][j] + best[i + 1][j + 1]
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(rows) and j < len(others):
        if best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((rows[i], others[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((rows[i], None))
            i += 1
        else:
            pairs.append((None, others[j]))
            j += 1
    pairs += [(row, None) for row in rows[i:]]
    return pairs + [(None, other) for other in others[j:]]


def _likeness(a: Any, b: Any) -> float:
    """How much two rows have in common: 0 to 1, and 1 more for the same name."""
    if not isinstance(a, dict) or not isinstance(b, dict):
        return 0.5 if type(a) is type(b) and isinstance(a, list) else 0.0
    keys = a.keys() | b.keys()
    same = sum(1 for key in keys if key in a and key in b and a[key] == b[key])
    return same / max(len(keys), 1) + _is_named_alike(a, b)


def _is_named_alike(a: dict[str, Any], b: dict[str, Any]) -> bool:
    for key in IDENTITIES:
        value = a.get(key)
        if isinstance(value, str | Digits) and value and b.get(key) == value:
            return True
    return False
