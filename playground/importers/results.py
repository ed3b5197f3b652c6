"""Turns the requests of a text into one result: operation, document, references, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from playground.importers.choosing import choose_request
from playground.importers.claims import check_repaired, claim_spans, note_others
from playground.importers.credentials import Collector, mask_document, mask_headers, mask_url
from playground.importers.http_messages import join_fields, note_fields, read_form
from playground.importers.json_payloads import build_rows, find_inner
from playground.importers.left_out import check_share, note_gaps, refuse_list
from playground.importers.matching import OperationMatch, match_operation
from playground.importers.placeholders import convert_placeholders
from playground.importers.repairing import RepairedJson, repair_json
from playground.importers.spans import account
from playground.importers.values import (
    FoundRequest,
    Imported,
    LineChange,
    Note,
    NotRecognized,
    OperationShape,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)
from playground.jsontext.parsing import Tree, parse, try_parse
from playground.jsontext.printing import dump, ensure_formatted


def build_result(
    requests: Sequence[FoundRequest],
    operations: Sequence[OperationShape],
    pasted: Pasted,
    number: int | None = None,
) -> Imported:
    """The result for one request, by number or the most likely one; the others are listed.

    Raises Unreadable if more of the text would be left out than read.
    """
    number, choices = choose_request(requests, operations, number)
    others = [each for at, each in enumerate(requests, 1) if at != number]
    request = convert_placeholders(requests[number - 1])
    found = _build_one(request, others, operations, pasted)
    return replace(found, requests=choices, number=number)


def _build_one(
    request: FoundRequest,
    others: Sequence[FoundRequest],
    operations: Sequence[OperationShape],
    pasted: Pasted,
) -> Imported:
    def is_payload(value: Tree) -> bool:
        return match_operation(None, None, value, operations) is not None

    if request.rejected:
        raise Unreadable.of(request.rejected)
    if request.rows:
        keys = [each.rows_key for each in operations if each.rows_key]
        request = build_rows(request, keys, is_payload)
    repaired, tree = _read_document(request)
    match = match_operation(request.method, request.url, tree, operations)
    if match is None and pasted.tree is not None and request.kind == "json":
        inner = None if request.pointers else find_inner(request, tree, is_payload)
        if inner:
            return _build_one(inner, others, operations, pasted)
    if request.kind == "json" and isinstance(tree, list):
        raise refuse_list(pasted)
    claimed, more_notes = claim_spans(request, others, repaired, pasted)
    spans, gaps = account(pasted.original, pasted.traced.trace(claimed))
    check_share(pasted.original, spans, gaps, request.in_program)
    collector = Collector()
    headers = mask_headers(request.headers, collector)
    url = mask_url(request.url, collector) if request.url else None
    document = None
    if repaired is not None:
        # Masked before it is formatted: pointers are found in the text as it was read.
        document = ensure_formatted(mask_document(repaired.text, tree, collector))
    notes = [
        *pasted.notes,
        *_list_notes(request, match, repaired, collector),
        *_mask_notes((*more_notes, *note_gaps(pasted.original, gaps)), collector),
        *note_others(others),
    ]
    return Imported(
        kind=request.kind,
        operation=match.operation.id if match else None,
        method=request.method or (match.operation.method if match else None),
        url=url,
        headers=headers,
        body=repaired.text if request.kind == "json" and repaired else request.body,
        document=document,
        path_values=match.path_values if match else {},
        credentials=tuple(collector.found),
        notes=tuple(notes),
        changes=tuple(_mask_changes(repaired.changes if repaired else (), collector)),
        spans=spans,
    )


def _read_document(request: FoundRequest) -> tuple[RepairedJson | None, Tree]:
    """The body as JSON text and its tree; None where it neither is JSON nor can become JSON."""
    text = request.document if request.document is not None else request.body
    if text is None or not text.strip():
        return None, None
    if parsed := try_parse(text):
        return RepairedJson(text), parsed[0]
    repaired = _convert_form(request, text)
    if repaired is None:
        try:
            repaired = repair_json(text)
        except NotRecognized:
            if request.kind == "json":
                raise
            return None, None
        check_repaired(text, repaired, request.in_program)
    return repaired, parse(repaired.text)


def _convert_form(request: FoundRequest, text: str) -> RepairedJson | None:
    """Form fields as a JSON object; None for other bodies."""
    types = (value for name, value in request.headers if name.lower() == "content-type")
    # cURL sends JSON as a form unless told otherwise: a bracket counts more than the header.
    form = None if text.lstrip()[:1] in ("{", "[") else read_form(text, next(types, ""))
    if form is None:
        return None
    fields, notes = form
    return RepairedJson(dump(join_fields(fields)), (note_fields(), *notes))


def _list_notes(
    request: FoundRequest,
    match: OperationMatch | None,
    repaired: RepairedJson | None,
    secrets: Collector,
) -> Iterator[Note]:
    yield from _mask_notes(request.notes, secrets)
    if match:
        message = "Matched the operation {operation} by its {how}."
        operation = match.operation.title or match.operation.id
        yield note_understood(
            f"operation-by-{match.by.lower()}", message, operation=operation, how=match.by
        )
    else:
        yield note_understood("no-operation", "No known operation matches this request.")
    if repaired:
        yield from _mask_notes(repaired.notes, secrets)
    elif request.body and request.body.strip():
        yield note_ignored("body-not-json", "The body isn't JSON, so there is no document.")
    for name in dict.fromkeys(each.name for each in secrets.found):
        message = "A credential was replaced by {name}."
        yield note_understood("credential", message, name="{{secret:" + name + "}}")


def _mask_notes(notes: Iterable[Note], secrets: Collector) -> Iterator[Note]:
    """The notes without the credentials in what they quote."""
    for each in notes:
        # Only the parameters quote the text. Searching the message itself would garble it
        # where a credential is a letter or a word of ours.
        message, params = each.message, {}
        for name, text in each.params.items():
            params[name] = _mask(text, secrets)
            message = message if params[name] == text else message.replace(text, params[name])
        yield replace(each, message=message, params=params)


def _mask_changes(changes: Iterable[LineChange], secrets: Collector) -> Iterator[LineChange]:
    for each in changes:
        yield LineChange(each.line, _mask(each.before, secrets), _mask(each.after, secrets))


def _mask(text: str, secrets: Collector) -> str:
    names = secrets.names
    if not names:
        return text
    # The longest first, as one may contain another; in one pass, as a reference put in may
    # contain the value of a short one.
    longest_first = sorted(names, key=len, reverse=True)
    values = re.compile("|".join(map(re.escape, longest_first)))
    return values.sub(lambda found: "{{secret:" + names[found[0]] + "}}", text)
