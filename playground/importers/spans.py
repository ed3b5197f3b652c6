"""Accounts for every character of pasted text: each is read, repaired or left out.

A reader lists the stretches of `pasted.text` that it used in `FoundRequest.spans`:

    TextSpan(start, end, "read")      the request holds what is written here
    TextSpan(start, end, "repaired")  it was changed first, and a note of the reader says how
    TextSpan(start, end, "left out")  understood but not carried over, and a note says so

Report tokens, words or statements, never "everything from here to the end". Text outside all spans
counts as left out: the result gets a note for each such gap, and is rejected when the gaps outweigh
the text read. So a reader that forgets a stretch can't drop it silently, and one that reports
nothing is never accepted. White space between spans needs no span. A reader of exports in JSON
lists `FoundRequest.pointers` instead: the values that it used.

A reader that changes the text before it reads it (removes prompts, joins lines) makes a
`TracedText` and returns `traced.trace(spans)`. `find_spans` finds values copied verbatim.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

# If all statements were read, so were their separators.
SEPARATORS = " \t\r\n\f\v\xa0\ufeff;,"
# In the line ends of Windows.
CARRIAGE_RETURN = re.compile(r"\r(?=\n)")
Fate = Literal["read", "repaired", "left out"]


class TextSpan(NamedTuple):
    """What became of `text[start:end]`."""

    start: int
    end: int
    fate: Fate


class TextEdit(NamedTuple):
    """Replaces `text[start:end]` with `inserted`. Without a fate the old stretch is a gap."""

    start: int
    end: int
    inserted: str = ""
    fate: Fate | None = "repaired"


class TracedText:
    """A text made from another one by edits, which traces its offsets back to it.

    `source` may be traced itself: spans are traced back to the first text of the chain.
    """

    def __init__(self, source: TracedText | str, edits: Iterable[TextEdit] = ()) -> None:
        self.source = source if isinstance(source, TracedText) else None
        old: str = source.text if isinstance(source, TracedText) else source
        self.edits = sorted(edits)
        parts: list[str] = []
        # The start of the text inserted by each edit, and the offset after it.
        self.starts: list[int] = []
        self.ends: list[int] = []
        # Without white space that isn't repaired: it needs no span.
        self.claims: list[TextSpan] = []
        self.gaps: set[TextSpan] = set()
        at = length = 0
        for each in self.edits:
            parts += [old[at : each.start], each.inserted]
            length += each.start - at
            self.starts.append(length)
            length += len(each.inserted)
            self.ends.append(length)
            at = each.end
            if not (at > each.start and (each.fate == "repaired" or old[each.start : at].strip())):
                continue
            self.claims.append(TextSpan(each.start, at, each.fate or "left out"))
            if not each.fate:
                self.gaps.add(self.claims[-1])
        self.text: str = "".join([*parts, old[at:]]) if self.edits else old

    def replace(
        self, pattern: re.Pattern[str], inserted: str = "", fate: Fate | None = "repaired"
    ) -> TracedText:
        """The text with each match replaced; the same object without matches."""
        found = pattern.finditer(self.text)
        edits = [TextEdit(each.start(), each.end(), inserted, fate) for each in found]
        return TracedText(self, edits) if edits else self

    def trace(self, spans: Iterable[TextSpan] = ()) -> list[TextSpan]:
        """Spans of this text as spans of the first one, together with those of all edits."""
        spans = self._trace_own(spans)
        # An edit is more precise about its stretch than a span around it.
        if self.claims:
            spans = [each for each in cover([self.claims, spans]) if each not in self.gaps]
        return self.source.trace(spans) if self.source else spans

    def trace_inside(self, spans: Iterable[TextSpan]) -> list[TextSpan]:
        """Spans of this text as spans of the first one, with the edits inside them only.

        For each of many requests: with `trace()` as the spans that they share, nothing is lost.
        """
        spans = self._trace_own(spans)
        inside = [each for span in spans for each in self._list_inside(span)]
        if inside:
            spans = [each for each in cover([inside, spans]) if each not in self.gaps]
        return self.source.trace_inside(spans) if self.source else spans

    def _list_inside(self, span: TextSpan) -> Sequence[TextSpan]:
        first = bisect_left(self.claims, (span.start,))
        return self.claims[first : bisect_left(self.claims, (span.end,), first)]

    def _trace_own(self, spans: Iterable[TextSpan]) -> list[TextSpan]:
        if not self.edits:
            return list(spans)
        return [TextSpan(self._trace_start(s), self._trace_end(e), fate) for s, e, fate in spans]

    def _trace_start(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        # At an offset where an edit inserted nothing is the text after the edit.
        if index < 0:
            return offset
        if offset < self.ends[index]:
            return self.edits[index].start
        return self.edits[index].end + offset - self.ends[index]

    def _trace_end(self, offset: int) -> int:
        # Traced by the last character, since the offset itself may belong to what follows.
        index = bisect_right(self.starts, offset - 1) - 1
        if index < 0:
            return offset
        if offset <= self.ends[index]:
            return self.edits[index].end
        return self.edits[index].end + offset - self.ends[index]


def find_spans(text: str, values: Iterable[str], fate: Fate = "read") -> list[TextSpan]:
    """The first occurrence of each value that the text contains verbatim."""
    found = ((text.find(each), len(each)) for each in values if each)
    return [TextSpan(at, at + length, fate) for at, length in found if at >= 0]


def cover(layers: Iterable[Iterable[TextSpan]]) -> list[TextSpan]:
    """The spans of all layers, in order and without overlaps.

    Each layer gets only the text that earlier layers left, and each span what earlier spans left:
    nothing is counted twice.
    """
    taken: list[TextSpan] = []
    for layer in layers:
        if claims := sorted(layer):
            taken = sorted([*taken, *_find_free(taken, claims)])
    return taken


def _find_free(taken: Sequence[TextSpan], claims: Sequence[TextSpan]) -> Iterator[TextSpan]:
    following = iter([*taken, TextSpan(sys.maxsize, sys.maxsize, "read")])
    taken_start, taken_end, _ = next(following)
    at = 0
    for claim in claims:
        start, end, fate = claim
        at = max(at, start)
        while at < end:
            while taken_end <= at:
                taken_start, taken_end, _ = next(following)
            if taken_start <= at:
                at = taken_end
                continue
            stop = min(end, taken_start)
            # Most claims are free: they need no new object.
            yield claim if stop - at == end - start else TextSpan(at, stop, fate)
            at = stop


def account(text: str, claimed: Iterable[TextSpan]) -> tuple[tuple[TextSpan, ...], list[TextSpan]]:
    """Spans that cover the whole text, and the gaps: those that nothing claimed.

    `claimed` has no overlaps. White space and separators that nothing claims count as read.
    """
    spans: list[TextSpan] = []
    gaps: list[TextSpan] = []
    at = 0
    for each in (*claimed, TextSpan(len(text), len(text), "read")):
        start, end, _ = each
        if start > at:
            blank = not text[at:start].strip(SEPARATORS)
            gap = TextSpan(at, start, "read" if blank else "left out")
            _append(spans, gap)
            if not blank:
                gaps.append(gap)
        if end > start:
            _append(spans, each)
            at = end
    return tuple(spans), gaps


def _append(spans: list[TextSpan], span: TextSpan) -> None:
    """Add a span, joined with the one before it if both have the same fate."""
    if spans and spans[-1].fate == span.fate:
        spans[-1] = TextSpan(spans[-1].start, span.end, span.fate)
    else:
        spans.append(span)
