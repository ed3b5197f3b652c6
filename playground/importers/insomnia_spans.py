"""The spans that the requests of a YAML export claim."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground.importers.claims import list_above, note_unused
from playground.importers.spans import TextSpan, cover
from playground.importers.values import FoundRequest, Note, note_ignored
from playground.importers.yaml_payloads import YamlReader, find_comments


def claim_yaml(
    requests: Sequence[FoundRequest], own: Sequence[str], reader: YamlReader, text: str
) -> list[FoundRequest]:
    """The requests with their spans in place of pointers; `own` are the pointers of their items.

    Each claims its own item from the first value to the last. Text outside all items, such as the
    keys of folders, is read for all of them, and values that no request uses are left out.
    """
    used = {each for request in requests for each in request.pointers}
    around = {above for each in used for above in list_above(each)}
    numbers = {pointer: index for index, pointer in enumerate(own)}
    blocks: dict[int, list[TextSpan]] = {}
    shared: list[TextSpan] = []
    unused: list[str] = []
    for pointer, start, end in reader.values:
        above = list(list_above(pointer))
        # The key of a container is read if something in it is.
        is_used = pointer in around or not used.isdisjoint(above)
        if not is_used:
            unused.append(pointer)
        span = TextSpan(start, end, "read" if is_used else "left out")
        number = next((numbers[each] for each in above if each in numbers), None)
        (shared if number is None else blocks.setdefault(number, [])).append(span)
    comments = list(find_comments(text, reader.texts))
    notes: list[Note] = [note_unused(unused)] if unused else []
    if comments:
        notes.append(note_ignored("comment", "Left out comments, which JSON doesn't have."))
    whole = {n: TextSpan(each[0].start, each[-1].end, "read") for n, each in blocks.items()}
    starts = sorted((each.start, number) for number, each in whole.items())
    for each in comments:
        at = bisect_right(starts, (each.start, len(own))) - 1
        if at >= 0 and each.start < whole[starts[at][1]].end:
            blocks[starts[at][1]].insert(0, each)
    outside = list(_list_outside(sorted(whole.values()), len(text)))
    for_all = tuple(cover([comments, shared, outside]))
    claimed = []
    for index, request in enumerate(requests):
        inside = cover([blocks.get(index, []), [whole[index]]]) if index in whole else []
        claimed.append(
            replace(
                request,
                pointers=(),
                spans=tuple(inside),
                shared_spans=for_all,
                notes=(*request.notes, *notes),
            )
        )
    return claimed


def _list_outside(blocks: Sequence[TextSpan], length: int) -> Iterator[TextSpan]:
    at = 0
    for each in (*blocks, TextSpan(length, length, "read")):
        if each.start > at:
            yield TextSpan(at, each.start, "read")
        at = max(at, each.end)
