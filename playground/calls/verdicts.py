"""Decide how a send ended, by what the operation documents about its replies.

A success needs the documented status, media type and fields. Whatever else comes with a 2xx is
*unknown*: a sign-in page, an empty body or another API's answer doesn't show that anything was
done. A body that says the call failed is a refusal whatever its status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from playground.calls.content import decode_reply, find_content_type
from playground.calls.doubts import find_doubt, has_value
from playground.calls.fields import (
    Fields,
    find_value,
    follow,
    read_fields,
    shorten,
)
from playground.calls.reasons import find_reason
from playground.calls.refusals import says_it_failed
from playground.calls.reply_rules import UNFIT, describe_unfit, is_success
from playground.calls.values import Failure, Outcome, Redirect, Reply, Verdict
from playground.openapi.operations import Operation
from playground.openapi.responses import (
    JSON,
    PROBLEM,
    find_content,
    find_mismatch,
    find_schema,
    list_successes,
    normalize_media_type,
)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FOLLOWED = (301, 302, 303, 307, 308)
_HTTP_ERROR = (
    "HTTP error: {api} answered {answered} ({reason}).",
    "HTTP error: {api} answered {answered}.",
)
_REDIRECTS = (
    "HTTP error: {api} answered {answered}, a redirect to {host} that wasn't followed.",
    "HTTP error: {api} answered {answered}, a redirect that wasn't followed.",
)
_NOT_MODIFIED = (
    "HTTP error: {api} answered {answered}, which means that a stored copy is up to date. Remove"
    " headers such as If-None-Match."
)
# The first server may have acted on the call; the last one received a different call.
_BODY_DROPPED = (
    "Unknown: {source} redirected the call ({redirect}) to {target} as {method} without its body."
    " The payload did not arrive there, and the answer ({answered}) doesn't belong to it."
)
_METHOD_CHANGED = (
    "Unknown: {source} redirected the call ({redirect}) to {target} as {method}. The answer"
    " ({answered}) doesn't belong to what was sent."
)
_OTHER_3XX = "HTTP error: {api} answered {answered}, a redirect that can't be followed."


def reach_verdict(operation: Operation, outcome: Reply | Failure, text: str = "") -> Verdict:
    """What a reply or failure means, by the operation's own rule. Never raises.

    A 2xx is *accepted* if it is what the operation documents, *refused* if its body says that
    the call failed, else *unknown*. A 4xx whose body gives a reason is *refused*; other errors
    are an *HTTP error*. A failure is *not sent* until a byte may have left, then *unknown*.
    `text` is the document as sent: advice on finding out more may name values of it, such as
    `{job_name}`.

    `params` holds the values that the message names; `says` in it is the message's template.
    """
    if isinstance(outcome, Failure):
        if not outcome.left:
            return Verdict(Outcome.NOT_SENT, outcome.code, outcome.message, outcome.params)
        params = {**outcome.params, "why": outcome.message}
        return _advise(operation, outcome.code, "{why}", params, text)
    body = "" if outcome.unreadable else decode_reply(outcome).text
    media_type, fields = read_fields(body)
    known = _find_known(operation, outcome, fields)
    status = outcome.status
    if turned := _find_turn(operation, outcome):
        template = _BODY_DROPPED if turned.drops_body else _METHOD_CHANGED
        return _advise(operation, "redirected", template, known | _describe_turn(turned), text)
    if 200 <= status < 300:
        own = operation.verdict.own
        is_known = not (outcome.truncated or outcome.unreadable)
        is_fit = is_success(own, media_type, fields) if is_known else None
        if own is not None and is_fit is False:
            known |= describe_unfit(own, fields)
            messages = _refused(operation, UNFIT[own.comparison])
            return _make_verdict(Outcome.REFUSED, "refused", messages, known)
        if is_fit:
            return _accept(operation, outcome, known)
        if _is_refusal(operation, outcome, fields):
            return _make_verdict(Outcome.REFUSED, "refused", _refused(operation), known)
        if doubt := find_doubt(operation, outcome, body, media_type, fields):
            says = ' It says: "{reason}".' if "reason" in known else ""
            return _advise(
                operation, doubt.code, doubt.template + says, {**known, **doubt.params}, text
            )
        return _accept(operation, outcome, known)
    if 400 <= status < 500 and _gives_reason(operation, known):
        return _make_verdict(Outcome.REFUSED, "refused", _refused(operation), known)
    if 300 <= status < 400:
        return _judge_redirect(outcome, known)
    if 400 <= status < 600:
        return _make_verdict(Outcome.HTTP_ERROR, "http-error", _HTTP_ERROR, known)
    final = "which isn't a final answer" if status < 200 else "a status that HTTP doesn't define"
    template = f"Unknown: {{api}} answered {{answered}}, {final}."
    return _advise(operation, "odd-status", template, known, text)


def _find_known(operation: Operation, reply: Reply, fields: Fields) -> dict[str, str]:
    """The values that messages can include."""
    found = {name: find_value(fields, wanted) for name, wanted in operation.verdict.values.items()}
    # The reason phrase is free text of the server: one line of it has to do.
    answered = f"{reply.status} {shorten(reply.reason, 80)}".strip()
    reason = find_reason(operation, reply, fields)
    # A body that merely repeats the status doesn't give a reason.
    found["reason"] = None if reason == str(reply.status) else reason
    found |= {"api": operation.api.title, "answered": answered}
    known = {name: value for name, value in found.items() if value is not None}
    return {**known, "status": str(reply.status)}


def _gives_reason(operation: Operation, known: Mapping[str, str]) -> bool:
    return "reason" in known or not known.keys().isdisjoint(operation.verdict.values)


def _refused(operation: Operation, *others: str) -> Sequence[str]:
    """The operation's messages, then one for a reason in an undocumented format, then others."""
    *own, last = operation.verdict.refused
    usual = "Refused by {api}: {reason} (status {status})"
    return (*own, usual, *others, last)


def _is_refusal(operation: Operation, reply: Reply, fields: Fields) -> bool:
    """Whether a 2xx says in its body that the call failed."""
    equals = operation.verdict.equals
    if equals is not None:
        found = follow(fields, equals[0])
        if has_value(found) and not _equals(found, equals[1]):
            return True
    if normalize_media_type(find_content_type(reply)) == PROBLEM:
        return True
    success = next(iter(list_successes(operation.replies)), "")
    content = find_content(operation.replies, reply.status) or operation.replies.get(success, {})
    schema = find_schema(content, JSON)
    fits = find_mismatch(schema, fields) is None
    # Some APIs return a list of errors where a list of something else is documented.
    if isinstance(fields, list) and fields and not fits:
        fields = fields[0]
    return says_it_failed(fields, schema.get("properties", ()) if fits else ())


def _accept(operation: Operation, reply: Reply, known: Mapping[str, str]) -> Verdict:
    verdict = _make_verdict(Outcome.ACCEPTED, "accepted", operation.verdict.accepted, known)
    memory = operation.deduplication
    repeats = {name.lower() for name in memory.reply_headers} if memory else set()
    for name, value in reply.headers:
        if memory and name.lower() in repeats and value.strip().lower() in ("true", "1", "yes"):
            message = f"{verdict.message.rstrip('.')}. {memory.message}"
            return Verdict(Outcome.ACCEPTED, "repeated", message, verdict.params)
    return verdict


def _judge_redirect(reply: Reply, known: Mapping[str, str]) -> Verdict:
    if reply.status in _FOLLOWED:
        locations = (value for name, value in reply.headers if name.lower() == "location")
        # Only the host: the rest of a URL may be confidential.
        host = _find_host(next(locations, ""))
        params = {**known, "host": host} if host else known
        return _make_verdict(Outcome.HTTP_ERROR, "redirect", _REDIRECTS, params)
    template = _NOT_MODIFIED if reply.status == 304 else _OTHER_3XX
    return _make_verdict(Outcome.HTTP_ERROR, "http-error", [template], known)


def _find_turn(operation: Operation, reply: Reply) -> Redirect | None:
    """The redirect that changed the call, by dropping its body or turning it into a GET."""
    return next((r for r in reply.redirects if r.drops_body or _changes(r, operation)), None)


def _changes(redirect: Redirect, operation: Operation) -> bool:
    return redirect.method not in ("", operation.method)


def _describe_turn(redirect: Redirect) -> dict[str, str]:
    source, target = _find_host(redirect.source), _find_host(redirect.target)
    return {
        "source": source or "the server",
        "target": "another URL there" if target == source else target or "another URL",
        "redirect": str(redirect.status),
        "method": redirect.method or "GET",
    }


def _find_host(url: str) -> str:
    """Host and port of a URL; empty for a relative or invalid one."""
    try:
        return shorten(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:
        return ""


def _advise(
    operation: Operation, code: str, template: str, params: Mapping[str, str], text: str
) -> Verdict:
    """An unknown outcome, with advice on finding out what became of the call."""
    names = {name for advice in operation.unknown_advice for name in _PLACEHOLDER.findall(advice)}
    _, fields = read_fields(text) if names else ("", None)
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
