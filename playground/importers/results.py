"""From a request as a reader found it to what the draft is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from playground.importers.broken_json import Repaired, repair
from playground.importers.credentials import Collector, mask_document, mask_headers, mask_url
from playground.importers.operation_matching import Recognised, recognise
from playground.importers.values import (
    IGNORED,
    REPAIRED,
    UNDERSTOOD,
    Change,
    Note,
    OperationShape,
    Request,
    Understood,
    Unreadable,
    note,
)
from playground.jsontext.parsing import Tree, parse, try_parse
from playground.jsontext.printing import dump, ensure_formatted

FORM = "application/x-www-form-urlencoded"
LISTED = 5
NO_PAYLOAD = "This is valid JSON but no payload: a payload is an object in { }, this is a list."


def conclude(requests: Sequence[Request], operations: Sequence[OperationShape]) -> Understood:
    """The first request that belongs to an operation, else the first with a body, else the
    first; the others are listed as ignored."""
    index = _choose(requests, operations)
    chosen = requests[index]
    others = [each for at, each in enumerate(requests) if at != index]
    understood = _conclude_one(chosen, operations)
    if not others:
        return understood
    return replace(understood, notes=(*understood.notes, _others(others)))


def _choose(requests: Sequence[Request], operations: Sequence[OperationShape]) -> int:
    if len(requests) == 1:
        return 0
    for index, each in enumerate(requests):
        found = recognise(each.method, each.url, None, operations)
        if found:
            return index
    for index, each in enumerate(requests):
        if recognise(each.method, None, _strict_tree(each.document or each.body), operations):
            return index
    return next((index for index, each in enumerate(requests) if each.body), 0)


def _strict_tree(text: str | None) -> Tree:
    found = try_parse(text) if text else None
    return found[0] if found else None


def _others(others: Sequence[Request]) -> Note:
    names = [mask_url(each.title or each.url or each.kind, Collector()) for each in others[:LISTED]]
    more = len(others) - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    return note(
        IGNORED,
        "other-requests",
        "Other requests in the text ({count}): {names}.",
        count=len(others),
        names=listed,
    )


def _conclude_one(request: Request, operations: Sequence[OperationShape]) -> Understood:
    repaired, tree = _document(request)
    found = recognise(request.method, request.url, tree, operations)
    collector = Collector()
    headers = mask_headers(request.headers, collector)
    url = mask_url(request.url, collector) if request.url else None
    if request.kind == "json" and isinstance(tree, list):
        raise Unreadable("no-payload", NO_PAYLOAD)
    document = None
    if repaired is not None:
        document = ensure_formatted(mask_document(repaired.text, tree, collector))
    return Understood(
        kind=request.kind,
        operation=found.operation.id if found else None,
        method=request.method or (found.operation.method if found else None),
        url=url,
        headers=headers,
        body=repaired.text if request.kind == "json" and repaired else request.body,
        document=document,
        path_values=found.path_values if found else {},
        credentials=tuple(collector.found),
        notes=tuple(_notes(request, found, repaired, collector)),
        changes=tuple(_hidden(repaired.changes if repaired else (), collector)),
    )


def _masked(notes: Iterable[Note], collector: Collector) -> Iterator[Note]:
    """The notes without the credentials that stand in what they quote; our own words stay,
    also beside a credential that is a word of them or a letter."""
    for each in notes:
        sentence, params = each.sentence, {}
        for name, text in each.params.items():
            params[name] = _mask(text, collector)
            sentence = sentence if params[name] == text else sentence.replace(text, params[name])
        yield replace(each, sentence=sentence, params=params)


def _hidden(changes: Iterable[Change], collector: Collector) -> Iterator[Change]:
    for each in changes:
        yield Change(each.line, _mask(each.before, collector), _mask(each.after, collector))


def _mask(text: str, collector: Collector) -> str:
    """In one pass: a reference put in is never read again."""
    names = collector.names
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    values = re.compile("|".join(map(re.escape, longest_first)))
    return values.sub(lambda found: "{{secret:" + names[found[0]] + "}}", text)


def _document(request: Request) -> tuple[Repaired | None, Tree]:
    """The body as JSON text and its tree; None where the body is no JSON and cannot be."""
    text = request.document if request.document is not None else request.body
    if text is None or not text.strip():
        return None, None
    if found := try_parse(text):
        return Repaired(text), found[0]
    repaired = _as_form(request, text) or _as_repaired(request, text)
    return (repaired, parse(repaired.text)) if repaired else (None, None)


def _as_form(request: Request, text: str) -> Repaired | None:
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    if not kind.startswith(FORM) or text.lstrip()[:1] in ("{", "["):
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=10_000)
    except ValueError:
        return None
    tree: dict[str, Tree] = {}
    for key, value in pairs:
        tree[key] = value
    said = note(
        REPAIRED, "form-fields", "The body has form fields; as JSON each became a text value."
    )
    return Repaired(dump(tree), (said,))


def _as_repaired(request: Request, text: str) -> Repaired | None:
    try:
        return repair(text)
    except Unreadable:
        if request.kind == "json":
            raise
        return None


def _notes(
    request: Request, found: Recognised | None, repaired: Repaired | None, collector: Collector
) -> list[Note]:
    notes = list(_masked(request.notes, collector))
    notes.append(_operation_note(request, found))
    notes += _masked(repaired.notes, collector) if repaired else ()
    if request.body and request.body.strip() and repaired is None:
        notes.append(note(IGNORED, "body-not-json", "The body is no JSON and gives no document."))
    for name in dict.fromkeys(each.name for each in collector.found):
        notes.append(
            note(
                UNDERSTOOD,
                "credential",
                "A credential was found; {name} stands in its place.",
                name="{{secret:" + name + "}}",
            )
        )
    return notes


def _operation_note(request: Request, found: Recognised | None) -> Note:
    if found is None:
        return note(
            UNDERSTOOD,
            "no-operation",
            "No known operation fits: a draft with free keys.",
        )
    how = "address" if found.by == "address" else "keys"
    return note(
        UNDERSTOOD,
        f"operation-by-{how}",
        "The operation {operation} is known by its {how}.",
        operation=found.operation.id,
        how=how,
    )
