"""The form of a workflow's definition: read what was typed, and infer it from payloads."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from playground.calls.values import Outcome
from playground.drafts.drafts import find_draft, list_drafts
from playground.drafts.models import Draft
from playground.forms.unions import TYPE_TITLES
from playground.history.models import Exchange
from playground.history.queries import find_exchange, visible_exchanges
from playground.openapi.custom_workflows import (
    PARAMETER_TYPES,
    CustomInput,
    CustomParameter,
    CustomStep,
)
from playground.openapi.operations import Operation, list_operations
from playground.openapi.payloads import infer_steps
from playground.people.models import Person
from playground.sending.resending import read_sent_state
from playground.workspace.models import Connection

MAX_STEPS, MAX_ROWS = 60, 300
MAX_SOURCES = 6
TYPE_LABELS = {"any": _("Anything"), **TYPE_TITLES}
ACCOUNT_LABELS = {
    "unknown": _("Unknown"),
    "required": _("Required"),
    "optional": _("Optional"),
    "none": _("None"),
}
BLANK_PARAMETER = CustomParameter("")
BLANK_STEP = CustomStep("", parameters=(BLANK_PARAMETER,), inputs=(CustomInput(""),))


@dataclass(frozen=True)
class DefinitionInput:
    """A definition as it is in the form."""

    uid: str = ""
    name: str = ""
    steps: tuple[CustomStep, ...] = ()


def read_definition_form(sent: QueryDict, before: tuple[CustomStep, ...] = ()) -> DefinitionInput:
    """What was typed, without empty rows.

    The form shows a part of each parameter's schema; the rest is kept from `before`.
    """
    numbers = _numbers_in(sent, r"step-(\d+)-uid", MAX_STEPS)
    steps = tuple(_read_step(sent, f"step-{number}-", before) for number in numbers)
    empty = replace(BLANK_STEP, parameters=(), inputs=())
    return DefinitionInput(
        _text(sent, "uid"),
        _text(sent, "name"),
        tuple(step for step in steps if step != empty),
    )


def _read_step(sent: QueryDict, prefix: str, before: tuple[CustomStep, ...]) -> CustomStep:
    uid = _text(sent, prefix + "uid")
    # Found by UID: steps can be moved and renamed.
    known = next((step for step in before if step.uid == uid), BLANK_STEP)
    parameters = {each.name: each for each in known.parameters}
    accounts = _text(sent, prefix + "accounts")
    return CustomStep(
        uid=uid,
        name=_text(sent, prefix + "name"),
        integrations=_split(_text(sent, prefix + "integrations")),
        accounts=accounts if accounts in ACCOUNT_LABELS else "unknown",
        parameters=tuple(_read_parameters(sent, prefix, parameters)),
        inputs=tuple(_read_inputs(sent, prefix)),
    )


def _read_parameters(
    sent: QueryDict, prefix: str, before: Mapping[str, CustomParameter]
) -> Iterator[CustomParameter]:
    for number in _numbers_in(sent, re.escape(prefix) + r"parameter-(\d+)-name", MAX_ROWS):
        row = f"{prefix}parameter-{number}-"
        name, kind = _text(sent, row + "name"), _text(sent, row + "type")
        known = before.get(name, BLANK_PARAMETER)
        default, choices = (_lines(sent, row + each) for each in ("default", "choices"))
        help_text = _text(sent, row + "help")
        if not (name or default or choices.strip() or help_text):
            continue
        yield CustomParameter(
            name=name,
            type=kind if kind in PARAMETER_TYPES else "any",
            required=row + "required" in sent,
            default=default,
            # "a|b" is a quick way to type choices, but a choice from the API may contain a bar.
            choices=choices if choices == known.choices else choices.replace("|", "\n"),
            help=help_text,
            # An empty default can't be told from none by its text alone.
            has_default=row + "empty" in sent and kind == "string",
            schema=dict(known.schema),
        )


def _read_inputs(sent: QueryDict, prefix: str) -> Iterator[CustomInput]:
    for number in _numbers_in(sent, re.escape(prefix) + r"input-(\d+)-name", MAX_ROWS):
        row = f"{prefix}input-{number}-"
        name, help_text = _text(sent, row + "name"), _text(sent, row + "help")
        variations = _split(_text(sent, row + "variations"))
        if name or help_text or variations:
            # An input accepts its own name anyway.
            others = tuple(each for each in variations if each != name)
            yield CustomInput(name, row + "required" in sent, help_text, others)


def _numbers_in(sent: QueryDict, pattern: str, limit: int) -> list[int]:
    """The numbers of the rows that were sent: rows can be removed in between."""
    found = {int(m[1]) for name in sent if (m := re.fullmatch(pattern, name)) and len(m[1]) < 6}
    return sorted(found)[:limit]


def _text(sent: QueryDict, name: str) -> str:
    return sent.get(name, "").strip()


def _lines(sent: QueryDict, name: str) -> str:
    # Browsers send CRLF for every line break in a text area (HTML, "form submission").
    return sent.get(name, "").replace("\r\n", "\n")


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in re.split(r"[\s,;]+", text) if each))


def describe_definition_form(typed: DefinitionInput) -> dict[str, Any]:
    """What the template draws: each step with a blank row at the end of its tables."""
    steps = typed.steps or (BLANK_STEP,)
    return {
        "typed": typed,
        "steps": list(enumerate(_with_blank_rows(step) for step in steps)),
        "blank": BLANK_STEP,
        "types": [(kind, TYPE_LABELS[kind]) for kind in PARAMETER_TYPES],
        "accounts": list(ACCOUNT_LABELS.items()),
    }


def _with_blank_rows(step: CustomStep) -> CustomStep:
    parameters, inputs = (*step.parameters, BLANK_PARAMETER), (*step.inputs, CustomInput(""))
    return replace(step, parameters=parameters, inputs=inputs)


def infer_definition(
    person: Person, query: Mapping[str, str]
) -> tuple[DefinitionInput, Connection | None]:
    """The definition that a draft or an exchange suggests, and its connection.

    `query` names one of them by `draft` or `exchange`; without either the form stays blank.
    """
    # Only own drafts and visible exchanges: ids of others are ignored.
    if draft := _find_draft(person, query.get("draft", "")):
        return _infer(draft.text, draft.path_values, draft.name, draft.connection)
    exchange = _find_exchange(person, query.get("exchange", ""))
    sent = read_sent_state(exchange) if exchange else None
    if exchange and sent:
        id = exchange.connection_id
        connection = Connection.objects.filter(pk=id).first() if id else None
        return _infer(sent.text, exchange.path_values, exchange.name, connection)
    return DefinitionInput(uid=query.get("uid", "")[:200]), None


def _infer(
    text: str, path_values: Mapping[str, str], name: str, connection: Connection | None
) -> tuple[DefinitionInput, Connection | None]:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        payload = {}
    # A step uses the integrations of its accounts.
    accounts = connection.accounts.values_list("uid", "integration") if connection else []
    steps = infer_steps(payload, dict(accounts), {})
    job_name = payload.get("job_name") if isinstance(payload, dict) else ""
    title = name or (job_name if isinstance(job_name, str) else "")
    return DefinitionInput(path_values.get("workflow_uid", ""), title, steps), connection


def list_inference_sources(person: Person) -> list[tuple[str, str, str]]:
    """Kind (`exchange` or `draft`), id and name; accepted launches first, which surely work."""
    launching = [each.id for each in list_operations() if _launches_workflow(each)]
    sent = visible_exchanges(person).filter(operation__in=launching, outcome=Outcome.ACCEPTED)
    drafts = list_drafts(person).filter(operation__in=launching)
    return [
        *(("exchange", str(each.id), each.name or each.job_uid) for each in sent[:MAX_SOURCES]),
        *(("draft", str(each.id), each.name or each.operation) for each in drafts[:MAX_SOURCES]),
    ]


def _launches_workflow(operation: Operation) -> bool:
    names_workflow = any(each.name == "workflow_uid" for each in operation.path_fields)
    return names_workflow and operation.body_schema is not None


def _find_draft(person: Person, id: str) -> Draft | None:
    try:
        return find_draft(person, uuid.UUID(id))
    except (ValueError, Draft.DoesNotExist):
        return None


def _find_exchange(person: Person, id: str) -> Exchange | None:
    try:
        return find_exchange(person, uuid.UUID(id))
    except ValueError:
        return None
