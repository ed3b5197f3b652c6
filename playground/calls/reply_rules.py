"""Judge the body of a 2xx reply by the rule set for its operation."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from playground.calls.fields import Fields, follow, read_fields, shorten
from playground.openapi.reply_rules import ABSENT, DIFFERS, EQUALS, PRESENT, WITH_VALUE, ReplyRule
from playground.openapi.responses import JSON

_LONGEST_SHOWN = 80

# The message for a reply that doesn't satisfy the rule and gives no reason.
UNFIT = {
    EQUALS: "Refused by {api}: {place} is {found}, and {wanted} means success (status {status})",
    DIFFERS: "Refused by {api}: {place} is {found} (status {status})",
    PRESENT: "Refused by {api}: {place} is missing (status {status})",
    ABSENT: "Refused by {api}: {place} is {found} (status {status})",
}


def is_success(rule: ReplyRule | None, media_type: str, fields: Fields) -> bool | None:
    """Whether a body is a success by the rule; None without a rule or if the rule can't tell.

    `media_type` is that of the reply, empty for a body that couldn't be parsed.
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
    """The parameters of the messages in `UNFIT`."""
    return {
        "place": name_place(rule),
        "found": _show(follow(fields, rule.pointer)),
        "wanted": shorten(rule.value, _LONGEST_SHOWN),
    }


def name_place(rule: ReplyRule) -> str:
    """The pointer of a rule, as messages show it."""
    return rule.pointer or "the body"


def needs_body(rule: ReplyRule | None) -> bool:
    """Whether the rule rejects a reply without a body."""
    return rule is not None and rule.comparison in (EQUALS, PRESENT)


def is_present(found: Fields) -> bool:
    """Whether there is a value that isn't empty."""
    return bool(found.strip()) if isinstance(found, str) else found not in (None, [], {})


def is_equal(found: Fields, typed: str) -> bool:
    """Whether a value of a reply equals the typed one, as JSON or as plain text."""
    wanted = _read_typed(typed)
    if isinstance(found, dict | list) or isinstance(wanted, dict | list):
        return bool(found == wanted)
    # A typed true matches both the boolean and the string.
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
