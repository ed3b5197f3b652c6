"""Decide how a send ended, by the status of the reply and by its body."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from html import unescape
from itertools import islice
from typing import Any

from playground.calls.values import Failure, Outcome, Reply, Verdict
from playground.jsontext import pointers
from playground.openapi.operations import Operation

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HTTP_ERROR = (
    "HTTP error: {api} answered {answered} ({message}).",
    "HTTP error: {api} answered {answered}.",
)

# What a body says: nested dicts and lists; numbers are the text they were written as.
Fields = Any

_LONGEST_VALUE = 200
# Elements without children only, by pattern: a parser could be made to expand or fetch entities.
_XML_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]{0,80})(?:\s[^<>]{0,200})?>([^<]{0,4000})</\1\s*>")
_MAX_XML_ELEMENTS = 200


def reach_verdict(operation: Operation, outcome: Reply | Failure, text: str = "") -> Verdict:
    """What a reply or failure means, by the operation's own rule. Never raises.

    A 2xx is *accepted* if the body has the value that the rule asks for. Any other value
    there, and a 4xx whose body gives a reason, is *refused*; other statuses are an *HTTP
    error*. If the rule needs the body but can't read it, the outcome is *unknown*. A failure
    is *not sent* until a byte may have left, then *unknown*. `text` is the document as sent:
    advice on finding out more may name values of it, such as `{job_name}`.

    `params` holds the values that the message names; `says` in it is the message's template.
    """
    if isinstance(outcome, Failure):
        if not outcome.left:
            return Verdict(Outcome.NOT_SENT, outcome.code, outcome.message, outcome.params)
        params = {**outcome.params, "why": outcome.message}
        return _advise(operation, outcome.code, "{why}", params, text)
    fields = None if outcome.unreadable else read_fields(outcome.body)
    rule = operation.verdict
    found = {name: find_value(fields, wanted) for name, wanted in rule.values.items()}
    known = {name: value for name, value in found.items() if value is not None}
    known["status"] = str(outcome.status)
    if 200 <= outcome.status < 300:
        return _judge_success(operation, outcome, fields, known, text)
    # More than the status means that the body gives a reason.
    if 400 <= outcome.status < 500 and len(known) > 1:
        return _make_verdict(Outcome.REFUSED, "refused", rule.refused, known)
    # The reason phrase is free text of the server: one line of it has to do.
    reason = " ".join(outcome.reason.split())[:80]
    params = {**known, "api": operation.api.title, "answered": f"{outcome.status} {reason}".strip()}
    if 300 <= outcome.status < 400:
        redirect = "HTTP error: {api} answered {answered}, a redirect that wasn't followed."
        return _make_verdict(Outcome.HTTP_ERROR, "redirect", [redirect], params)
    return _make_verdict(Outcome.HTTP_ERROR, "http-error", _HTTP_ERROR, params)


def _judge_success(
    operation: Operation, reply: Reply, fields: Fields, known: Mapping[str, str], text: str
) -> Verdict:
    rule = operation.verdict
    if reply.unreadable:
        template = "Unknown: the body of the answer of {api} (status {status}) is {unreadable}."
        params = {**known, "api": operation.api.title, "unreadable": reply.unreadable}
        return _advise(operation, "packed", template, params, text)
    if rule.equals is not None and _follow(fields, rule.equals[0]) is not None:
        if not _equals(_follow(fields, rule.equals[0]), rule.equals[1]):
            return _make_verdict(Outcome.REFUSED, "refused", rule.refused, known)
    elif rule.equals is not None or (rule.job and not isinstance(fields, dict)):
        # 2xx alone proves nothing here: a sign-in page is answered with 200 as well.
        code = "too-large" if reply.truncated else "unreadable"
        why = "is too large to read completely" if reply.truncated else "doesn't say what happened"
        template = f"Unknown: the answer of {{api}} (status {{status}}) {why}."
        return _advise(operation, code, template, {**known, "api": operation.api.title}, text)
    verdict = _make_verdict(Outcome.ACCEPTED, "accepted", rule.accepted, known)
    memory = operation.deduplication
    repeats = {name.lower() for name in memory.reply_headers} if memory else set()
    for name, value in reply.headers:
        if memory and name.lower() in repeats and value.strip().lower() in ("true", "1", "yes"):
            message = f"{verdict.message.rstrip('.')}. {memory.message}"
            return Verdict(Outcome.ACCEPTED, "repeated", message, verdict.params)
    return verdict


def _advise(
    operation: Operation, code: str, template: str, params: Mapping[str, str], text: str
) -> Verdict:
    """An unknown outcome, with advice on finding out what became of the call."""
    names = {name for advice in operation.unknown_advice for name in _PLACEHOLDER.findall(advice)}
    fields = read_fields(text.encode("utf-8", "replace")) if names else None
    sent = {name: find_value(fields, [f"/{name}"]) for name in names}
    known = {**{name: value for name, value in sent.items() if value is not None}, **params}
    templates = [f"{template} {advice}" for advice in operation.unknown_advice] or [template]
    return _make_verdict(Outcome.UNKNOWN, code, templates, known)


def _make_verdict(
    outcome: Outcome, code: str, templates: Sequence[str], known: Mapping[str, str]
) -> Verdict:
    """With the first template whose values are all known, else the last."""
    complete = (each for each in templates if known.keys() >= {*_PLACEHOLDER.findall(each)})
    template = next(complete, templates[-1] if templates else "")
    # Split once and joined: a placeholder inside a value isn't filled.
    pieces = _PLACEHOLDER.split(template)
    pieces[1::2] = [known.get(name, f"{{{name}}}") for name in pieces[1::2]]
    return Verdict(outcome, code, "".join(pieces), {**known, "says": template})


def read_fields(body: bytes) -> Fields:
    """Read JSON, XML or CSV with a header line; else None. Never raises."""
    text = body.decode("utf-8-sig", "replace").strip()
    parsers: tuple[Callable[[str], Fields], ...] = (_PARSE_JSON, _parse_xml, _parse_csv)
    for parse in parsers:
        try:
            found = parse(text)
        except (ValueError, RecursionError, csv.Error):
            continue
        if found is not None:
            return found
    return None


# Numbers stay text, so that long IDs keep their digits.
_PARSE_JSON = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str).decode


def _parse_xml(text: str) -> Fields:
    # A sign-in page is no answer of the API, even if its elements have the right names.
    if not text.startswith("<") or "<html" in text[:2000].lower():
        return None
    found = islice(_XML_ELEMENT.finditer(text), _MAX_XML_ELEMENTS)
    return {element[1]: unescape(element[2]).strip() for element in found} or None


def _parse_csv(text: str) -> Fields:
    lines = text.splitlines()[:2]
    if len(lines) < 2 or text.startswith("<"):
        return None
    delimiter = max(",;\t", key=lines[0].count)
    names, values = list(csv.reader(lines, delimiter=delimiter))[:2]
    if delimiter not in lines[0] or len(names) != len(values):
        return None
    return {name.strip(): value.strip() for name, value in zip(names, values, strict=True)}


def find_value(fields: Fields, wanted: Sequence[str]) -> str | None:
    """The first plain value that one of these pointers has, as one short line."""
    for pointer in wanted:
        found = _follow(fields, pointer)
        if isinstance(found, str | bool) and str(found).strip():
            text = json.dumps(found) if isinstance(found, bool) else " ".join(found.split())
            return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
    return None


def _equals(found: Fields, wanted: object) -> bool:
    """Whether the values agree; a number and the same number in quotes do."""
    if isinstance(found, dict | list):
        return bool(found == wanted)
    return _normalize(found) == _normalize(wanted)


def _normalize(value: object) -> object:
    # 0, 0.0 and "0" are the same to Altcraft, which answers with each of them.
    text = str(int(value)) if isinstance(value, bool) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _follow(fields: Fields, pointer: str) -> Fields:
    """The value at a pointer, or None."""
    for segment in pointers.split(pointer):
        if isinstance(fields, Mapping):
            fields = fields.get(segment)
        elif isinstance(fields, list):
            index = pointers.parse_index(segment)
            fields = fields[index] if index is not None and index < len(fields) else None
        else:
            return None
    return fields
