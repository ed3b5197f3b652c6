"""Judge the body of a 2xx reply by the rule that people set for its operation."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from playground.calls.fields import Fields, follow, read_fields, shorten
from playground.openapi.reply_rules import ABSENT, DIFFERS, EQUALS, PRESENT, WITH_VALUE, ReplyRule
from playground.openapi.responses import JSON

_LONGEST_SHOWN = 80

# The sentence about a reply that doesn't fit the rule, if it gives no reason of its own.
UNFIT = {
    EQUALS: "Refused by {api}: {place} is {found}, and {wanted} means success (status {status})",
    DIFFERS: "Refused by {api}: {place} is {found} (status {status})",
    PRESENT: "Refused by {api}: {place} is missing (status {status})",
    ABSENT: "Refused by {api}: {place} is {found} (status {status})",
}


def is_success(rule: ReplyRule | None, media_type: str, fields: Fields) -> bool | None:
    """Whether a body is a success by the rule; None if there is no rule, or it can't tell.

    `media_type` is the actual one, empty for a body that couldn't be read.
    """
    if rule is None or not rule.comparison or not media_type:
        return None
    found = follow(fields, rule.pointer)
    if rule.comparison in WITH_VALUE:
        if rule.comparison == EQUALS and found is None:
            return None
        return is_equal(found, rule.value) == (rule.comparison == EQUALS)
    return is_present(found) == (rule.comparison == PRESENT)


def describe_unfit(rule: ReplyRule, fields: Fields) -> dict[str, str]:
    """The values that the sentences of `UNFIT` name."""
    return {
        "place": name_place(rule),
        "found": _show(follow(fields, rule.pointer)),
        "wanted": shorten(rule.value, _LONGEST_SHOWN),
    }


def name_place(rule: ReplyRule) -> str:
    """The pointer of a rule, in a sentence."""
    return rule.pointer or "the body"


def needs_body(rule: ReplyRule | None) -> bool:
    """Whether a reply without a body can't be a success by the rule."""
    return rule is not None and rule.comparison in (EQUALS, PRESENT)


def is_present(found: Fields) -> bool:
    """Whether there is a value that says anything."""
    return bool(found.strip()) if isinstance(found, str) else found not in (None, [], {})


def is_equal(found: Fields, typed: str) -> bool:
    """Whether a value of a reply is the one that was typed, as JSON or as plain text."""
    wanted = _read_typed(typed)
    if isinstance(found, dict | list) or isinstance(wanted, dict | list):
        return bool(found == wanted)
    # Whoever types true means the value and the word alike.
    return _normalize(found) == _normalize(wanted)


def _read_typed(typed: str) -> Fields:
    media_type, value = read_fields(typed)
    return value if media_type == JSON else typed


def _normalize(value: object) -> object:
    text = json.dumps(value) if value is None or isinstance(value, bool) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _show(found: Fields) -> str:
    text = found if isinstance(found, str) and found.strip() else json.dumps(found)
    return shorten(text, _LONGEST_SHOWN)
