"""The alignment of two arrays: which row of one corresponds to which row of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump_inline

Pair = tuple[int | None, int | None]

# Rows with the same value under one of these keys are the same row.
IDENTITIES = ("step_uid", "uid", "id", "identifier", "name", "key")
# SequenceMatcher looks at every pair of equal rows: thousands of equal rows would
# take minutes.
MOST_EQUAL_PAIRS = 2_000_000
# Each pair of rows is scored, so the time is quadratic here too.
MOST_SCORED_PAIRS = 2_500
# Added to each score, so that rows with nothing in common are paired rather than left alone.
PAIRING_SCORE = 0.01


def align(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Pairs of indexes in reading order; None where the other side has no such row.

    Equal rows are paired first, then rows with the same identity or most in common; the rest
    is paired in order.
    """
    # Most documents differ in a few rows: equal rows at both ends need no matching.
    a, b = [canonical(row) for row in before], [canonical(row) for row in after]
    head = _shared_length(a, b)
    tail = _shared_length(a[head:][::-1], b[head:][::-1])
    pairs: list[Pair] = [(index, index) for index in range(head)]
    pairs += _align_middle(before, after, a, b, head, tail)
    pairs += [(len(a) - back, len(b) - back) for back in range(tail, 0, -1)]
    return pairs


def canonical(value: Any) -> str:
    """A text that two values share exactly if they are equal, whatever the order of keys."""
    return dump_inline(_sort_keys(value))


def _sort_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sort_keys(value[key]) for key in sorted(value)}
    return [_sort_keys(item) for item in value] if isinstance(value, list) else value


def _shared_length(a: list[str], b: list[str]) -> int:
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _align_middle(
    before: Sequence[Any], after: Sequence[Any], a: list[str], b: list[str], head: int, tail: int
) -> Iterator[Pair]:
    left, right = a[head : len(a) - tail], b[head : len(b) - tail]
    counts = Counter(right)
    if sum(counts[row] for row in left) > MOST_EQUAL_PAIRS:
        yield from _pair_in_order(range(head, len(a) - tail), range(head, len(b) - tail))
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        rows, others = range(head + i, head + i_end), range(head + j, head + j_end)
        if kind == "equal" or len(rows) * len(others) > MOST_SCORED_PAIRS:
            yield from _pair_in_order(rows, others)
        else:
            yield from _pair_best(before, after, rows, others)


def _pair_in_order(rows: range, others: range) -> Iterator[Pair]:
    shared = min(len(rows), len(others))
    yield from zip(rows[:shared], others[:shared], strict=True)
    yield from ((row, None) for row in rows[shared:])
    yield from ((None, other) for other in others[shared:])


def _pair_best(
    before: Sequence[Any], after: Sequence[Any], rows: range, others: range
) -> list[Pair]:
    """The pairing in order whose rows have most in common."""
    # Dynamic programming: best[i][j] is the score of the best pairing from rows i and j on.
    scores = [[PAIRING_SCORE + _similarity(before[i], after[j]) for j in others] for i in rows]
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


def _similarity(a: Any, b: Any) -> float:
    """How much two rows have in common: 0 to 1, and 1 more for the same identity."""
    if not isinstance(a, dict) or not isinstance(b, dict):
        return 0.5 if type(a) is type(b) and isinstance(a, list) else 0.0
    keys = a.keys() | b.keys()
    same = sum(1 for key in keys if key in a and key in b and a[key] == b[key])
    return same / max(len(keys), 1) + _has_same_identity(a, b)


def _has_same_identity(a: dict[str, Any], b: dict[str, Any]) -> bool:
    for key in IDENTITIES:
        value = a.get(key)
        if isinstance(value, str | NumberToken) and value and b.get(key) == value:
            return True
    return False
