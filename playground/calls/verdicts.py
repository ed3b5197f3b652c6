"""Judges how a send ended: by the status and by what the body says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from playground.calls.reply_fields import Fields, equals, find_value, has_value, read_fields
from playground.calls.values import Failure, Outcome, Reply, Verdict
from playground.openapi.operations import Deduplication, Operation

_PLACE = re.compile(r"\{(\w+)\}")
_HTTP_ERROR = (
    "HTTP error: {api} answered {answered} ({message}).",
    "HTTP error: {api} answered {answered}.",
)


def reach_verdict(operation: Operation, outcome: Reply | Failure, text: str = "") -> Verdict:
    """What a reply or failure means, by the operation's own rule. Never raises.

    A 2xx is *accepted* if the body has the value the rule asks for; other values there, and a
    4xx whose body says why, are *refused*; other statuses are an *HTTP error*. Where the rule
    needs the body and it cannot be read, nobody knows: *unknown*. A failure is *not sent*
    until a byte may have left, then *unknown*, and the sentence says how to find out: `text`
    is the document as sent, for places such as `{job_name}` in it.

    `params` holds the values that the sentence names, and as `says` the sentence with places.
    """
    if isinstance(outcome, Failure):
        return _judge_failure(operation, outcome, text)
    fields = read_fields(outcome.body)
    rule = operation.verdict
    found = {name: find_value(fields, wanted) for name, wanted in rule.values.items()}
    known = {name: value for name, value in found.items() if value is not None}
    known["status"] = str(outcome.status)
    if 200 <= outcome.status < 300:
        return _judge_success(operation, outcome, fields, known, text)
    if 400 <= outcome.status < 500 and len(known) > 1:
        return _say(Outcome.REFUSED, "refused", rule.refused, known)
    return _judge_error(operation, outcome, known)


def _judge_success(
    operation: Operation, reply: Reply, fields: Fields, known: Mapping[str, str], text: str
) -> Verdict:
    rule = operation.verdict
    if rule.equals is not None and has_value(fields, rule.equals[0]):
        if not equals(fields, *rule.equals):
            return _say(Outcome.REFUSED, "refused", rule.refused, known)
    elif rule.equals is not None or (rule.job and not isinstance(fields, dict)):
        return _judge_unreadable(operation, reply, known, text)
    verdict = _say(Outcome.ACCEPTED, "accepted", rule.accepted, known)
    memory = operation.deduplication
    if memory is not None and _is_repeat(reply, memory):
        sentence = f"{verdict.message.rstrip('.')}. {memory.sentence}"
        return Verdict(Outcome.ACCEPTED, "repeated", sentence, verdict.params)
    return verdict


def _is_repeat(reply: Reply, memory: Deduplication) -> bool:
    signs = {name.lower() for name in memory.reply_headers}
    return any(
        name.lower() in signs and value.strip().lower() in ("true", "1", "yes")
        for name, value in reply.headers
    )


def _judge_unreadable(
    operation: Operation, reply: Reply, known: Mapping[str, str], text: str
) -> Verdict:
    code = "too-large" if reply.truncated else "unreadable"
    why = "is too large to be read whole" if reply.truncated else "does not say what became of it"
    params = {**known, "api": operation.api.title}
    sentence = f"Unknown: the answer of {{api}} (status {{status}}) {why}."
    return _add_advice(operation, Outcome.UNKNOWN, code, sentence, params, text)


def _judge_error(operation: Operation, reply: Reply, known: Mapping[str, str]) -> Verdict:
    reason = " ".join(reply.reason.split())[:80]
    answered = f"{reply.status} {reason}".strip()
    params = {**known, "api": operation.api.title, "answered": answered}
    if 300 <= reply.status < 400:
        elsewhere = "HTTP error: {api} answered {answered}, which sends the call elsewhere."
        return _say(Outcome.HTTP_ERROR, "redirect", [elsewhere], params)
    return _say(Outcome.HTTP_ERROR, "http-error", _HTTP_ERROR, params)


def _judge_failure(operation: Operation, failure: Failure, text: str) -> Verdict:
    if not failure.left:
        return Verdict(Outcome.NOT_SENT, failure.code, failure.message, failure.params)
    params = {**failure.params, "why": failure.message}
    return _add_advice(operation, Outcome.UNKNOWN, failure.code, "{why}", params, text)


def _add_advice(
    operation: Operation,
    outcome: Outcome,
    code: str,
    says: str,
    params: Mapping[str, str],
    text: str,
) -> Verdict:
    """How to find out what became of the call, as well as the document lets us say it."""
    names = {name for advice in operation.find_out for name in _PLACE.findall(advice)}
    fields = read_fields(text.encode("utf-8", "replace")) if names else None
    sent = {name: find_value(fields, [f"/{name}"]) for name in names}
    known = {**{name: value for name, value in sent.items() if value is not None}, **params}
    advice = _choose(operation.find_out, known)
    return _say(outcome, code, [f"{says} {advice}".strip()], known)


def _say(
    outcome: Outcome, code: str, sentences: Sequence[str], known: Mapping[str, str]
) -> Verdict:
    says = _choose(sentences, known)
    # One pass: a value that looks like a place stays as it came.
    sentence = _PLACE.sub(lambda place: known.get(place[1], place[0]), says)
    return Verdict(outcome, code, sentence, {**known, "says": says})


def _choose(sentences: Sequence[str], known: Mapping[str, str]) -> str:
    """The first sentence whose places are all known, else the last."""
    for sentence in sentences:
        if all(name in known for name in _PLACE.findall(sentence)):
            return sentence
    return sentences[-1] if sentences else ""
