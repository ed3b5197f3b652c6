"""The form of a definition made by hand: numbered names in, steps out, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from playground.openapi.custom_workflows import (
    PARAMETER_TYPES,
    CustomInput,
    CustomParameter,
    CustomStep,
)

MOST_STEPS = 60
MOST_ROWS = 300
WORDS = {
    "any": _("anything"),
    "string": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "boolean": _("yes or no"),
    "array": _("list"),
    "object": _("object"),
}
ACCOUNTS = {
    "unknown": _("not known"),
    "required": _("required"),
    "optional": _("optional"),
    "none": _("none"),
}
BLANK = CustomParameter("")
BLANK_STEP = CustomStep("", parameters=(BLANK,), inputs=(CustomInput(""),))


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    uid: str = ""
    name: str = ""
    steps: tuple[CustomStep, ...] = ()


def read_typed(sent: QueryDict, before: tuple[CustomStep, ...] = ()) -> Typed:
    """The form as it was sent. Empty rows are left out. What the table does not show
    of a parameter's schema is taken from `before`."""
    numbers = _numbers(sent, r"step-(\d+)-uid", MOST_STEPS)
    steps = tuple(_read_step(sent, f"step-{number}-", before) for number in numbers)
    return Typed(
        _text(sent, "uid", 200),
        _text(sent, "name", 300),
        tuple(step for step in steps if step != replace(BLANK_STEP, parameters=(), inputs=())),
    )


def describe_typed(typed: Typed) -> dict[str, Any]:
    """What the template draws, each step with a blank row at its end."""
    steps = typed.steps or (BLANK_STEP,)
    return {
        "typed": typed,
        "steps": list(enumerate(with_blanks(step) for step in steps)),
        "blank": BLANK_STEP,
        "types": [(kind, WORDS[kind]) for kind in PARAMETER_TYPES],
        "accounts": list(ACCOUNTS.items()),
    }


def with_blanks(step: CustomStep) -> CustomStep:
    return replace(
        step,
        parameters=(*step.parameters, CustomParameter("")),
        inputs=(*step.inputs, CustomInput("")),
    )


def _read_step(sent: QueryDict, at: str, before: tuple[CustomStep, ...]) -> CustomStep:
    uid = _text(sent, at + "uid", 2000)
    known = next((step for step in before if step.uid == uid), BLANK_STEP)
    rows = {each.name: each for each in known.parameters}
    accounts = _text(sent, at + "accounts", 20)
    return CustomStep(
        uid=uid,
        name=_text(sent, at + "name", 300),
        integrations=_split(_text(sent, at + "integrations", 1000)),
        accounts=accounts if accounts in ACCOUNTS else "unknown",
        parameters=tuple(_read_parameters(sent, at, rows)),
        inputs=tuple(_read_keys(sent, at)),
    )


def _read_parameters(
    sent: QueryDict, at: str, before: Mapping[str, CustomParameter]
) -> Iterator[CustomParameter]:
    for number in _numbers(sent, re.escape(at) + r"parameter-(\d+)-name", MOST_ROWS):
        row = f"{at}parameter-{number}-"
        name, kind = _text(sent, row + "name", 300), _text(sent, row + "type", 20)
        known = before.get(name, BLANK)
        default, choices = (_lines(sent, row + each) for each in ("default", "choices"))
        help_text = _text(sent, row + "help", 2000)
        if not (name or default or choices.strip() or help_text):
            continue
        yield CustomParameter(
            name=name,
            type=kind if kind in PARAMETER_TYPES else "any",
            required=row + "required" in sent,
            default=default,
            choices=choices if choices == known.choices else choices.replace("|", "\n"),
            help=help_text,
            has_default=row + "empty" in sent and kind == "string",
            schema=dict(known.schema),
        )


def _read_keys(sent: QueryDict, at: str) -> Iterator[CustomInput]:
    for number in _numbers(sent, re.escape(at) + r"input-(\d+)-name", MOST_ROWS):
        row = f"{at}input-{number}-"
        name, help_text = _text(sent, row + "name", 300), _text(sent, row + "help", 2000)
        variations = _split(_text(sent, row + "variations", 2000))
        if name or help_text or variations:
            others = tuple(each for each in variations if each != name)
            yield CustomInput(name, row + "required" in sent, help_text, others)


def _numbers(sent: QueryDict, pattern: str, most: int) -> list[int]:
    found = {int(m[1]) for name in sent if (m := re.fullmatch(pattern, name)) and len(m[1]) < 6}
    return sorted(found)[:most]


def _text(sent: QueryDict, name: str, longest: int) -> str:
    return sent.get(name, "").strip()[:longest]


def _lines(sent: QueryDict, name: str) -> str:
    """As it was before a browser broke its lines in its own way."""
    return sent.get(name, "").replace("\r\n", "\n")[:20_000]


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in re.split(r"[\s,;]+", text) if each))
