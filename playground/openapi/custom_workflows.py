"""Custom workflow definitions: typed in a table, or inferred from a payload.

They have the shape of a `details` reply; `x-parameters` and `x-accounts` on a step hold what
that shape has no place for (see `WorkflowDefinition`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playground.openapi.operations import Schema
from playground.openapi.workflows import ACCOUNTS, WorkflowDefinition

# The types of parsed values, and what messages call them; `string` and `any` take any text.
JSON_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "array": ((list,), "a JSON list"),
    "object": ((dict,), "a JSON object"),
}
PARAMETER_TYPES = ("any", "string", *JSON_TYPES)
LONGEST_UID, LONGEST_NAME = 200, 300


@dataclass(frozen=True)
class CustomParameter:
    """One row of the table of parameters.

    `default` is plain text for the type `string`, else JSON text; `has_default` tells an empty
    text from no default. `choices` are one to a line, each written like a default. `schema` is
    the schema before: keywords that the table doesn't show stay.
    """

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
        """Whether the default needs a field of several lines, as one line would lose breaks."""
        return "\n" in self.default


@dataclass(frozen=True)
class CustomInput:
    """An input key; `variations` are other accepted names."""

    name: str
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomStep:
    """A step as typed; `uid` may be the URL of one of its jobs."""

    uid: str
    name: str = ""
    integrations: tuple[str, ...] = ()
    accounts: str = "unknown"
    parameters: tuple[CustomParameter, ...] = ()
    inputs: tuple[CustomInput, ...] = ()


class InvalidCustomDefinition(ValueError):
    """A definition that can't be saved; the text is a message."""


def parse_step_uid(typed: str) -> str:
    """The UID in the URL of a job (`…?step=UID`); any other text is the UID itself."""
    typed = typed.strip()
    try:
        url = urlsplit(typed)
    except ValueError:
        return typed
    # A single-page app may have its query in the fragment.
    for part in (url.query, url.fragment.partition("?")[2] or url.fragment):
        if found := parse_qs(part).get("step"):
            return found[0].strip()
    return typed


def build_details(
    uid: str, name: str, steps: Sequence[CustomStep], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The definition in the shape of a `details` reply; raises InvalidCustomDefinition.

    Values of `before` that the table doesn't show (permalinks, outputs, unknown keys) stay.
    """
    if errors := find_definition_errors(uid, name, steps):
        raise InvalidCustomDefinition(errors[0])
    before = before or {}
    listed = before.get("steps")
    listed = listed if isinstance(listed, list) else []
    # By UID, so that a step that moved takes its values along.
    old = {_uid_of(each): each for each in listed if isinstance(each, Mapping)}
    written = [
        _write_step(step, index, old.get(parse_step_uid(step.uid), {}))
        for index, step in enumerate(steps)
    ]
    return {**before, "uid": uid, "name": name, "steps": written}


def to_custom_steps(workflow: WorkflowDefinition) -> tuple[CustomStep, ...]:
    """The steps of a definition as rows of the table."""
    return tuple(
        CustomStep(
            uid=step.uid,
            name=step.name,
            integrations=step.integrations,
            accounts=step.accounts,
            parameters=tuple(_read_parameters(step.parameters)),
            inputs=tuple(
                CustomInput(k.name, k.required, k.help, k.variations) for k in step.inputs
            ),
        )
        for step in workflow.steps
    )


def find_definition_errors(uid: str, name: str, steps: Sequence[CustomStep]) -> list[str]:
    """Messages for everything that makes the definition invalid."""
    errors = []
    if not uid.strip():
        errors.append("Enter the workflow's UID. It is in the URL of the workflow's page.")
    elif "/" in uid or len(uid) > LONGEST_UID:
        # The UID becomes a segment of the path, here and at the API.
        errors.append(f"A workflow's UID has at most {LONGEST_UID} characters and no slash.")
    if not name.strip():
        errors.append("Enter a name for the workflow.")
    elif len(name.strip()) > LONGEST_NAME:
        errors.append(f"A workflow's name can have at most {LONGEST_NAME} characters.")
    if not steps:
        errors.append("Add at least one step.")
    seen: set[str] = set()
    for number, step in enumerate(steps, 1):
        errors += _find_step_errors(step, number, seen)
    return errors


def _find_step_errors(step: CustomStep, number: int, seen: set[str]) -> Iterator[str]:
    uid = parse_step_uid(step.uid)
    if not uid:
        yield f"Step {number}: enter its UID or the URL of one of its jobs."
    elif "://" in uid:
        yield f"Step {number}: this URL has no ?step= with the UID of a step."
    elif uid in seen:
        yield f"Step {number} has the same UID as an earlier step."
    seen.add(uid)
    for kind, names in (
        ("parameter", [each.name for each in step.parameters]),
        ("input key", [each.name for each in step.inputs]),
    ):
        if "" in names:
            yield f"Step {number}: name each {kind}, or clear its row to remove it."
        if twice := [each for each in dict.fromkeys(names) if each and names.count(each) > 1]:
            yield f"Step {number} has two {kind}s named {twice[0]}."
    for each in (parameter for parameter in step.parameters if parameter.name):
        try:
            _write_schema(each)
        except InvalidCustomDefinition as error:
            yield f"Step {number}, parameter {each.name}: {error}"


def _write_step(step: CustomStep, index: int, before: Mapping[str, Any]) -> dict[str, Any]:
    written = {
        **before,
        "step_uid": parse_step_uid(step.uid),
        "step_name": step.name or f"Step {index + 1}",
        "position": index,
        "integrations": list(step.integrations),
        "input_schema": {key.name: _write_input(key, before) for key in step.inputs},
        "x-parameters": {
            "type": "object",
            "properties": {each.name: _write_schema(each) for each in step.parameters},
            "required": [each.name for each in step.parameters if each.required],
        },
    }
    # Left in, it would override an `unknown` that was chosen in the table.
    written.pop("x-accounts", None)
    if step.accounts in ACCOUNTS:
        written["x-accounts"] = step.accounts
    return written


def _write_input(key: CustomInput, before: Mapping[str, Any]) -> dict[str, Any]:
    known = before.get("input_schema")
    known = known.get(key.name) if isinstance(known, Mapping) else None
    # The table shows these among the variations: left in, a removed one would come back.
    others = {n: v for n, v in known.items() if n != "retro_variations"} if known else {}
    return {
        **others,
        "help": key.help,
        "required": 1 if key.required else 0,
        "variations": list(key.variations),
    }


def _write_schema(parameter: CustomParameter) -> Schema:
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
            raise InvalidCustomDefinition("the default isn't one of the choices.")
    return schema


def _read_value(typed: str, kind: str) -> Any:
    """The value of a typed text in the type that was chosen; raises InvalidCustomDefinition."""
    if kind == "string":
        return typed
    try:
        value = json.loads(typed)
    except (ValueError, RecursionError):
        if kind == "any":
            return typed  # text without quotes, which most people mean
        raise InvalidCustomDefinition(f"{typed!r} isn't {JSON_TYPES[kind][1]}.") from None
    # Python reads NaN and Infinity, which would make the definition invalid JSON.
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidCustomDefinition(f"{typed!r} isn't a JSON number.")
    # In JSON Schema 978.0 is an integer.
    is_whole = kind == "integer" and isinstance(value, float) and value.is_integer()
    # Exact types: bool is a subclass of int.
    if kind != "any" and not is_whole and type(value) not in JSON_TYPES[kind][0]:
        raise InvalidCustomDefinition(f"{typed!r} isn't {JSON_TYPES[kind][1]}.")
    return value


def _read_parameters(schema: Schema) -> Iterator[CustomParameter]:
    required = schema.get("required")
    required = required if isinstance(required, list) else []
    for name, part in schema["properties"].items():
        yield to_custom_parameter(name, part, name in required)


def to_custom_parameter(name: str, schema: Schema, required: bool) -> CustomParameter:
    """A parameter's schema as a row of the table."""
    kind = schema.get("type")
    kind = kind if kind in PARAMETER_TYPES else "any"
    enum = schema.get("enum")
    choices = enum if isinstance(enum, list) else []
    return CustomParameter(
        name=name,
        type=kind,
        required=required,
        default=_format_value(schema["default"], kind) if "default" in schema else "",
        choices="\n".join(_format_value(each, kind) for each in choices),
        help=str(schema.get("description", "")),
        has_default="default" in schema,
        schema=schema,
    )


def _format_value(value: Any, kind: str) -> str:
    if kind == "string" and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _uid_of(step: Mapping[str, Any]) -> str:
    uid = step.get("step_uid") or step.get("uid")
    return uid if isinstance(uid, str) else ""
