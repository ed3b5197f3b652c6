"""Definitions made by hand: typed in a table, or inferred from a payload that worked.

They have the shape of a `details` answer; `x-parameters` and `x-accounts` on a step say what
the API's own shape cannot (see `Workflow`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playground.openapi.operations import Schema
from playground.openapi.workflows import ACCOUNTS, Workflow

TYPES = ("any", "string", "integer", "number", "boolean", "array", "object")


@dataclass(frozen=True)
class Parameter:
    """One row of the table. `default` is plain text for the type `string`, else JSON text;
    empty means none. `choices` are separated by line breaks, each written like a default.
    `schema` is what stood there before; what the table does not show of it stays."""

    name: str
    type: str = "any"
    required: bool = False
    default: str = ""
    choices: str = ""
    help: str = ""
    has_default: bool = False
    schema: Schema = field(default_factory=dict, repr=False)

    @property
    def has_lines(self) -> bool:
        """Whether the default needs more than one line to be shown, and to survive it."""
        return "\n" in self.default


@dataclass(frozen=True)
class Key:
    """An input key; `variations` are other accepted names."""

    name: str
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandStep:
    """A step as it is typed. `uid` may be the address of a job that names it."""

    uid: str
    name: str = ""
    integrations: tuple[str, ...] = ()
    accounts: str = "unknown"
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[Key, ...] = ()


class Mistake(ValueError):
    """What keeps a definition from being kept, as a sentence."""


def read_step_uid(typed: str) -> str:
    """The UID in the address of a job (`…?step=UID`); anything else is the UID itself."""
    typed = typed.strip()
    try:
        address = urlsplit(typed)
    except ValueError:
        return typed
    for part in (address.query, address.fragment.partition("?")[2] or address.fragment):
        if found := parse_qs(part).get("step"):
            return found[0].strip()
    return typed


def find_mistakes(uid: str, name: str, steps: Sequence[HandStep]) -> list[str]:
    """Everything that keeps this from being a definition, as sentences."""
    return list(_find_mistakes(uid, name, steps))


def write_details(
    uid: str, name: str, steps: Sequence[HandStep], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The definition in the shape of a `details` answer. What `before` holds beside the
    table (permalinks, outputs, keys nobody knows) stays, step by step. Raises Mistake."""
    if mistakes := find_mistakes(uid, name, steps):
        raise Mistake(mistakes[0])
    before = before or {}
    listed = before.get("steps")
    listed = listed if isinstance(listed, list) else []
    kept = {_uid_of(each): each for each in listed if isinstance(each, Mapping)}
    written = [
        _write_step(step, place, kept.get(read_step_uid(step.uid), {}))
        for place, step in enumerate(steps)
    ]
    return {**before, "uid": uid, "name": name, "steps": written}


def read_steps(workflow: Workflow) -> tuple[HandStep, ...]:
    """The steps of a definition as rows of the table."""
    return tuple(
        HandStep(
            uid=step.uid,
            name=step.name,
            integrations=step.integrations,
            accounts=step.accounts,
            parameters=tuple(_read_parameters(step.parameters)),
            inputs=tuple(Key(k.name, k.required, k.help, k.variations) for k in step.inputs),
        )
        for step in workflow.steps
    )


def _find_mistakes(uid: str, name: str, steps: Sequence[HandStep]) -> Iterator[str]:
    if not uid.strip():
        yield "The workflow needs its UID: it stands in the address of the workflow's page."
    elif "/" in uid or len(uid) > 200:
        yield "A workflow's UID has no slash and at most 200 characters."
    if not name.strip():
        yield "Give the workflow a name."
    if not steps:
        yield "A workflow has at least one step."
    seen: set[str] = set()
    for place, step in enumerate(steps, 1):
        yield from _find_step_mistakes(step, place, seen)


def _find_step_mistakes(step: HandStep, place: int, seen: set[str]) -> Iterator[str]:
    uid = read_step_uid(step.uid)
    if not uid:
        yield f"Step {place} needs its UID, or the address of one of its jobs."
    elif "://" in uid:
        yield f"Step {place}: this address names no step; it has one behind ?step=."
    elif uid in seen:
        yield f"Step {place} has the UID of an earlier step."
    seen.add(uid)
    for kind, names in (
        ("parameter", [each.name for each in step.parameters]),
        ("input key", [each.name for each in step.inputs]),
    ):
        if "" in names:
            nameless = f"{ARTICLES[kind]} {kind} without a name"
            yield f"Step {place} has {nameless}: name it or empty its row."
        if twice := [each for each in dict.fromkeys(names) if each and names.count(each) > 1]:
            yield f"Step {place} has the {kind} {twice[0]} twice."
    for each in (parameter for parameter in step.parameters if parameter.name):
        try:
            _write_schema(each)
        except Mistake as mistake:
            yield f"Step {place}, parameter {each.name}: {mistake}"


def _write_step(step: HandStep, place: int, before: Mapping[str, Any]) -> dict[str, Any]:
    written = {
        **before,
        "step_uid": read_step_uid(step.uid),
        "step_name": step.name or f"Step {place + 1}",
        "position": place,
        "integrations": list(step.integrations),
        "input_schema": {key.name: _write_key(key, before) for key in step.inputs},
        "x-parameters": _write_parameters(step.parameters),
    }
    written.pop("x-accounts", None)
    if step.accounts in ACCOUNTS:
        written["x-accounts"] = step.accounts
    return written


def _write_key(key: Key, before: Mapping[str, Any]) -> dict[str, Any]:
    known = before.get("input_schema")
    known = known.get(key.name) if isinstance(known, Mapping) else None
    kept = {n: v for n, v in known.items() if n != "retro_variations"} if known else {}
    return {
        **kept,
        "help": key.help,
        "required": 1 if key.required else 0,
        "variations": list(key.variations),
    }


def _write_parameters(parameters: Sequence[Parameter]) -> Schema:
    required = [each.name for each in parameters if each.required]
    properties = {each.name: _write_schema(each) for each in parameters}
    return {"type": "object", "properties": properties, "required": required}


def _write_schema(parameter: Parameter) -> Schema:
    shown = ("type", "default", "enum", "description")
    schema = {name: value for name, value in parameter.schema.items() if name not in shown}
    if parameter.type != "any":
        schema["type"] = parameter.type
    if parameter.help:
        schema["description"] = parameter.help
    if parameter.default or parameter.has_default:
        schema["default"] = _read_value(parameter.default, parameter.type)
    choices = [line.strip() for line in parameter.choices.splitlines() if line.strip()]
    if choices:
        schema["enum"] = [_read_value(each, parameter.type) for each in choices]
        if "default" in schema and schema["default"] not in schema["enum"]:
            raise Mistake("its default is none of its choices.")
    return schema


def _read_value(typed: str, kind: str) -> Any:
    """The value a person typed, in the type they chose; raises Mistake."""
    if kind == "string":
        return typed
    try:
        value = json.loads(typed)
    except (ValueError, RecursionError):
        if kind == "any":
            return typed
        raise Mistake(f"{typed!r} is no {WORDS[kind]}.") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise Mistake(f"{typed!r} is no number that JSON has.")
    if kind != "any" and not _is_of(value, kind):
        raise Mistake(f"{typed!r} is no {WORDS[kind]}.")
    return value


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    return isinstance(value, PYTHON[kind])


def _read_parameters(schema: Schema) -> Iterator[Parameter]:
    required = schema.get("required")
    required = required if isinstance(required, list) else []
    for name, part in schema["properties"].items():
        yield read_parameter(name, part, name in required)


def read_parameter(name: str, schema: Schema, required: bool) -> Parameter:
    """A parameter's schema as a row of the table."""
    said = schema.get("type")
    kind = said if said in TYPES else "any"
    enum = schema.get("enum")
    choices = enum if isinstance(enum, list) else []
    return Parameter(
        name=name,
        type=kind,
        required=required,
        default=_show(schema["default"], kind) if "default" in schema else "",
        choices="\n".join(_show(each, kind) for each in choices),
        help=str(schema.get("description", "")),
        has_default="default" in schema,
        schema=schema,
    )


def _show(value: Any, kind: str) -> str:
    if kind == "string" and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _uid_of(step: Mapping[str, Any]) -> str:
    uid = step.get("step_uid") or step.get("uid")
    return uid if isinstance(uid, str) else ""


ARTICLES = {"parameter": "a", "input key": "an"}
WORDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list in JSON",
    "object": "object in JSON",
}
PYTHON: Mapping[str, Any] = {
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}
