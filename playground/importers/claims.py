"""The parts of a text that its requests claim: by spans, by pointers, by their repaired bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from playground.importers.credentials import Collector, mask_url
from playground.importers.left_out import check_share, refuse_most
from playground.importers.repairing import RepairedJson
from playground.importers.spans import TextSpan, cover, find_spans
from playground.importers.values import FoundRequest, Note, Pasted, note_ignored
from playground.jsontext import pointers
from playground.jsontext.scanning import Child, children, skip_space

MAX_NAMES = 5
# Each is searched for in the whole text.
MAX_PARTS = 50
WORD = re.compile(r"\w")


def claim_spans(
    request: FoundRequest,
    others: Sequence[FoundRequest],
    repaired: RepairedJson | None,
    pasted: Pasted,
) -> tuple[list[TextSpan], list[Note]]:
    """The spans that the requests claim in the text, and the notes about them."""
    claimed, notes = list(request.spans), list[Note]()
    if request.pointers:
        claimed, notes = claim_export(pasted.text, request, others)
    elsewhere = [TextSpan(each.start, each.end, "left out") for one in others for each in one.spans]
    layers = [claimed, request.shared_spans, elsewhere]
    gaps: Sequence[TextSpan] = ()
    if repaired and (repaired.spans or repaired.gaps):
        # Part of the body that the document lacks is a gap in the whole text.
        body = request.body or ""
        at = pasted.text.find(body)
        inner, gaps = _shift(repaired.spans, at), _shift(repaired.gaps, at)
        if at < 0:
            # Escaped in the text: look for each part on its own.
            parts = [body[each.start : each.end].strip() for each in repaired.gaps[:MAX_PARTS]]
            inner, gaps = [], find_spans(pasted.text, parts, "left out")
            message = "Left out part of the body: “{text}”."
            notes += [
                note_ignored("left-out-body", message, text=each) for each in parts[:MAX_NAMES]
            ]
        layers = [gaps, inner, *layers]
    covered = cover(layers)
    if unclaimed := set(gaps):
        covered = [each for each in covered if each not in unclaimed]
    return covered, notes


def _shift(spans: Sequence[TextSpan], by: int) -> Sequence[TextSpan]:
    return [TextSpan(by + start, by + end, fate) for start, end, fate in spans] if by else spans


def check_repaired(text: str, repaired: RepairedJson, in_program: bool) -> None:
    """Raise Unreadable if the JSON lacks most of the text, or all of its words."""
    if not repaired.spans:
        return
    check_share(text, repaired.spans, repaired.gaps, in_program)
    held = (text[start:end] for start, end, fate in repaired.spans if fate != "left out")
    if not WORD.search(repaired.text) and any(map(WORD.search, held)):
        raise refuse_most(text)


def claim_export(
    text: str, request: FoundRequest, others: Sequence[FoundRequest]
) -> tuple[list[TextSpan], list[Note]]:
    """The spans of an export, and a note that names the values that the request doesn't use.

    Brackets, commas and the keys of the containers of a used value count as read. Values of other
    requests in the export are left out, too; the note about those requests covers them.
    """
    used = set(request.pointers)
    elsewhere = {each for other in others for each in other.pointers} - used
    around = {each for pointer in elsewhere for each in list_above(pointer)}
    spans: list[TextSpan] = []
    unused: list[str] = []
    for pointer, child in _list_unused(text, used):
        spans.append(TextSpan(child.begin, child.end, "left out"))
        # Neither a container nor a part of a value that another request uses.
        if pointer not in around and elsewhere.isdisjoint(list_above(pointer)):
            unused.append(pointer)
    covered = cover([spans, [TextSpan(0, len(text), "read")]])
    return covered, [note_unused(unused)] if unused else []


def list_above(pointer: str) -> Iterator[str]:
    """The pointer and those of the containers around it."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _list_unused(text: str, used: Iterable[str]) -> Iterator[tuple[str, Child]]:
    """The outermost values that aren't used at all, with their pointers."""
    used = set(used)
    above = {"/".join(parts[:end]) for each in used for parts in [each.split("/")]
             for end in range(len(parts))}  # fmt: skip
    waiting = [("", skip_space(text))]
    while waiting:
        pointer, at = waiting.pop()
        for index, child in enumerate(children(text, at)):
            inner = pointers.child(pointer, index if child.key is None else child.key)
            if inner in above and text[child.start] in "{[":
                waiting.append((inner, child.start))
            elif inner not in used:
                yield inner, child


def note_unused(unused: Sequence[str]) -> Note:
    """A note that names the values of an export that no request uses, by pointer."""
    # A list of a hundred values is named once, by the key that holds it.
    names = list(dict.fromkeys(_name(each) for each in unused))
    listed = ", ".join(names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        listed += f" and {len(names) - MAX_NAMES} more"
    message = "Left out other values of the export: {names}."
    return note_ignored("export-keys", message, names=listed)


def _name(pointer: str) -> str:
    named = [each for each in pointers.split(pointer) if pointers.parse_index(each) is None]
    return named[-1] if named else pointer


def note_others(others: Sequence[FoundRequest]) -> Iterator[Note]:
    if not others:
        return
    # A title or URL may hold a credential; this collector is thrown away.
    names = [mask_url(each.title or each.url or each.kind, Collector()) for each in others]
    listed = ", ".join(names[:MAX_NAMES])
    if len(others) > MAX_NAMES:
        listed += f" and {len(others) - MAX_NAMES} more"
    message = "Left out other requests ({count}): {names}."
    yield note_ignored("other-requests", message, count=len(others), names=listed)
