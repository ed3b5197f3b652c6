"""Rules that people set for imported operations, stored with their API by operation key.

They survive imports of newer documents and apply to every later send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction

from playground.apis.models import ImportedApi
from playground.openapi.expressions import split_template
from playground.openapi.links import ANY_SUCCESS, ResponseLink
from playground.openapi.operations import Operation
from playground.openapi.reply_rules import ReplyRule, is_pointer, read_reply_rule
from playground.people.audit import record_event
from playground.people.models import Person

REPLY, FOLLOW_UPS = "reply", "follow_ups"
MOST_FOLLOW_UPS = 20


@dataclass(frozen=True)
class FollowUp:
    """A follow-up: an operation of the same API, by its key, offered after a success.

    `values` maps keys of parameters to a pointer into the reply (`/id`), a runtime expression
    (`$request.path.id`), or text that may contain expressions in braces.
    """

    operation: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class OperationRules:
    """The rules set for one operation."""

    reply: ReplyRule | None = None
    follow_ups: tuple[FollowUp, ...] = ()

    def find_follow_up(self, key: str) -> FollowUp | None:
        """The follow-up that leads to the operation with that key."""
        return next((each for each in self.follow_ups if each.operation == key), None)

    def without(self, key: str) -> OperationRules:
        """These rules without the follow-up that leads to the operation with that key."""
        kept = (each for each in self.follow_ups if each.operation != key)
        return replace(self, follow_ups=tuple(kept))


def read_rules(rules: Any, key: str) -> OperationRules:
    """The stored rules of one operation; unreadable ones are left out."""
    raw = rules.get(key) if isinstance(rules, Mapping) else None
    if not isinstance(raw, Mapping):
        return OperationRules()
    listed = raw.get(FOLLOW_UPS)
    found = map(_read_follow_up, listed if isinstance(listed, list) else ())
    return OperationRules(read_reply_rule(raw.get(REPLY)), tuple(filter(None, found)))


def _read_follow_up(raw: Any) -> FollowUp | None:
    values = raw.get("values") if isinstance(raw, Mapping) else None
    if not isinstance(values, Mapping) or not isinstance(raw.get("operation"), str):
        return None
    return FollowUp(raw["operation"], {k: v for k, v in values.items() if isinstance(v, str)})


def apply_rules(operation: Operation, rules: OperationRules) -> Operation:
    """The operation with these rules applied to its verdict and links."""
    if rules == OperationRules():
        return operation
    api_id = operation.id.partition(":")[0]
    own = tuple(_make_link(api_id, each) for each in rules.follow_ups)
    return replace(
        operation,
        verdict=replace(operation.verdict, own=rules.reply),
        links=(*operation.links, *own),
    )


def _make_link(api_id: str, follow_up: FollowUp) -> ResponseLink:
    return ResponseLink(
        name=follow_up.operation,
        status=ANY_SUCCESS,
        operation=f"{api_id}:{follow_up.operation}",
        parameters={key: to_expression(value) for key, value in follow_up.values.items()},
    )


def to_expression(typed: str) -> str:
    """The runtime expression for a typed value: a pointer points into the reply's body."""
    return f"$response.body#{typed}" if typed.startswith("/") else typed


def is_value(typed: str) -> bool:
    """Whether a value of a follow-up is a valid pointer, expression or text."""
    return is_pointer(typed) if typed.startswith("/") else split_template(typed) is not None


def set_reply_rule(person: Person, api: ImportedApi, key: str, rule: ReplyRule | None) -> None:
    """Set how replies of an operation are judged; None restores what the document says."""
    change_rules(person, api, key, lambda rules: replace(rules, reply=rule))


def set_follow_up(person: Person, api: ImportedApi, key: str, follow_up: FollowUp) -> None:
    """Add a follow-up, replacing any that leads to the same operation."""

    def change(rules: OperationRules) -> OperationRules:
        others = rules.without(follow_up.operation).follow_ups
        return replace(rules, follow_ups=(*others, follow_up))

    change_rules(person, api, key, change)


def remove_follow_up(person: Person, api: ImportedApi, key: str, target: str) -> None:
    """Remove a follow-up."""
    change_rules(person, api, key, lambda rules: rules.without(target))


def change_rules(
    person: Person,
    api: ImportedApi,
    key: str,
    change: Callable[[OperationRules], OperationRules],
) -> None:
    """Store the rules of one operation; all others stay as they are."""
    with transaction.atomic():
        # Locked, since somebody may set the rules of another operation at the same time.
        current = ImportedApi.objects.select_for_update().get(pk=api.pk)
        changed = change(read_rules(current.rules, key))
        rules = {name: each for name, each in current.rules.items() if name != key}
        if stored := _write(changed):
            rules[key] = stored
        current.rules = rules
        current.save(update_fields=["rules"])
        record_event(person, "change-reply-rules", f"{api.title}: {key}")


def _write(rules: OperationRules) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if rules.reply is not None:
        written[REPLY] = rules.reply.as_dict()
    if rules.follow_ups:
        written[FOLLOW_UPS] = [asdict(each) for each in rules.follow_ups]
    return written
