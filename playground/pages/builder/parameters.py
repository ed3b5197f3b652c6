"""A draft's parameters in all places, its media type, and its request line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from playground.calls.masking import format_masked, mask_call
from playground.jsontext.parsing import NumberToken, try_parse
from playground.openapi.parameters import Parameter, list_json_types
from playground.pages.builder.draft_context import DraftContext
from playground.pages.builder.suggestions import name_workflow
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import WORKFLOW_UID

LONGEST_PLACEHOLDER, MOST_CHOICES = 60, 200
BOOLEANS = ("true", "false")
_is_plain = re.compile(r"[\w-]+").fullmatch
_has_break = re.compile(r"[\r\n\0]").search


@dataclass(frozen=True)
class ParameterField:
    """One parameter as shown in the form.

    `kind` is `text`, `choice` (one of `choices`), `lines` (a list, one item per line) or `json`.
    `value` is the text in the field, `start` its initial value when added. For a list,
    `item_type` and `choices` are those of its items.
    """

    id: str
    key: str
    at: str
    name: str
    title: str
    place: str
    help: str
    kind: str
    value: str
    start: str
    required: bool
    is_set: bool
    choices: tuple[str, ...] = ()
    placeholder: str = ""
    is_number: bool = False
    deprecated: bool = False
    item_type: str = ""

    @property
    def is_removable(self) -> bool:
        return not self.required

    @property
    def is_in_path(self) -> bool:
        return self.place == "path"

    @property
    def is_followed(self) -> bool:
        """Whether the form and this field's help depend on its value."""
        return self.is_in_path and self.name == WORKFLOW_UID


def describe_address(opened: DraftContext) -> dict[str, Any]:
    """The context of `builder/_address.html`; empty if there is nothing to fill in."""
    fields, bodies = list_parameter_fields(opened), opened.operation.bodies
    has_schema = opened.operation.body_schema is not None
    is_optional = has_schema and not opened.operation.body_required
    if not fields and len(bodies) < 2 and has_schema and not is_optional:
        return {}
    chosen = opened.operation.find_body(opened.state.metadata.media_type)
    title = _("Parameters") if any(not each.is_in_path for each in fields) else _("Address")
    return {
        "title": title,
        "fields": [each for each in fields if each.is_set or each.required],
        "addable": [each for each in fields if not each.is_set and not each.required],
        "is_body_optional": is_optional,
        "has_body": opened.has_body,
        "media_types": [each.media_type for each in bodies] if len(bodies) > 1 else [],
        "media_type": chosen.media_type if chosen else "",
    }


def list_parameter_fields(opened: DraftContext) -> list[ParameterField]:
    """The parameters: of the path, then the required ones, each in the document's order."""
    values = opened.draft.path_values
    fields = [
        _describe(opened, each, number, values)
        for number, each in enumerate(opened.operation.parameters)
    ]
    fields.sort(key=lambda each: (not each.is_in_path, not each.required))
    return fields


def _describe(
    opened: DraftContext, parameter: Parameter, number: int, values: Mapping[str, str]
) -> ParameterField:
    choices, name, place = list_parameter_choices(parameter), parameter.name, parameter.place
    value = values.get(parameter.key, "")
    help = name_workflow(opened, name) if place == "path" else ""
    is_json = parameter.takes_structure and not parameter.takes_text
    # A value that isn't among the choices, such as a reference, needs a text field.
    is_choice = bool(choices) and (value in choices or not value)
    item_type = find_item_type(parameter)
    lines = write_lines(value, item_type) if item_type else None
    if lines is not None:
        choices = list_enum(parameter.schema["items"])
    return ParameterField(
        # Names may contain spaces and quotes, which ids can't.
        id=f"{place}-{name if _is_plain(name) else number}",
        key=parameter.key,
        at=f"#{place}/{name}",
        name=name,
        title=parameter.title,
        place=place,
        help=help or parameter.help,
        kind=_find_kind(lines, is_json, is_choice),
        value=value if lines is None else lines,
        start=read_start(parameter),
        required=parameter.required,
        is_set=parameter.key in values,
        choices=choices,
        placeholder=_find_placeholder(parameter, item_type if lines is not None else ""),
        is_number=parameter.types <= {"number", "null"},
        deprecated=parameter.deprecated,
        item_type=item_type,
    )


def _find_kind(lines: str | None, is_json: bool, is_choice: bool) -> str:
    if lines is not None:
        return "lines"
    return "json" if is_json else "choice" if is_choice else "text"


def find_item_type(parameter: Parameter) -> str:
    """`string` or `number` if a list has only these and is typed line by line; else empty."""
    items = parameter.schema.get("items")
    if parameter.media_type or parameter.types - {"null"} != {"array"}:
        return ""
    types = list_json_types(items) if isinstance(items, Mapping) else frozenset()
    return next((each for each in ("string", "number") if types == {each}), "")


def write_lines(value: str, item_type: str) -> str | None:
    """A list's JSON text as one item per line; None if lines can't represent its items."""
    if not value.strip():
        return ""
    parsed = try_parse(value)
    if parsed is None or not isinstance(parsed[0], list):
        return None
    # A NumberToken is a str as well.
    kind = NumberToken if item_type == "number" else str
    items = [each for each in parsed[0] if isinstance(each, str) and type(each) is kind]
    is_plain = len(items) == len(parsed[0]) and all(each and not _has_break(each) for each in items)
    return "\n".join(items) if is_plain else None


def list_parameter_choices(parameter: Parameter) -> tuple[str, ...]:
    """The values to choose from, as people type them; none if any value is allowed."""
    return list_enum(parameter.schema) or (
        BOOLEANS if parameter.types <= {"boolean", "null"} else ()
    )


def list_enum(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of an `enum` as people type them; none if there are too many to list."""
    values = schema.get("enum")
    if isinstance(values, list | tuple) and 0 < len(values) <= MOST_CHOICES:
        return tuple(write_typed(each) for each in values if each is not None)
    return ()


def read_start(parameter: Parameter) -> str:
    """The initial value of a parameter: its default, else its only or first value."""
    default = parameter.schema.get("default")
    if default is not None:
        return write_typed(default)
    choices = list_parameter_choices(parameter)
    # If it is required and has several, the person has to choose.
    return choices[0] if choices and (len(choices) == 1 or not parameter.required) else ""


def write_typed(value: Any) -> str:
    """A value as people type it: text unquoted, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _find_placeholder(parameter: Parameter, item_type: str) -> str:
    values = [each.value for each in parameter.examples]
    listed = parameter.schema.get("examples")
    values += listed if isinstance(listed, list | tuple) else []
    shown = next((write_typed(each) for each in values if each is not None), "")
    if item_type:
        shown = write_lines(shown, item_type) or shown
    return shown[:LONGEST_PLACEHOLDER]


def draw_address(opened: DraftContext, query: Mapping[str, Any]) -> str:
    """Render only the section, after a parameter was added or left out."""
    context = {"opened": opened, "address": describe_address(opened)}
    return render_to_string("builder/_address.html", context)


def draw_request_line(opened: DraftContext, query: Mapping[str, Any]) -> str:
    """The request as text, for operations without a body to preview."""
    context = {"request_line": write_request_line(opened)}
    return render_to_string("builder/_request_line.html", context)


def write_request_line(opened: DraftContext) -> str:
    """Method, URL and headers to be sent, without secrets; or why they can't be."""
    assembled = assemble_plan(opened.plan)
    if assembled.failure is not None:
        return str(assembled.failure.message)
    masked = mask_call(assembled.call)
    headers = [f"{name}: {format_masked(value)}" for name, value in masked.headers]
    left_out = ["", _("The body is left out.")] if opened.plan.is_body_left_out else []
    return "\n".join([f"{masked.method} {format_masked(masked.url)}", *headers, *left_out])


def describe_media_type(media_type: str) -> str:
    """The message for an edit with an unknown media type."""
    return _("This operation has no body of type %(type)s.") % {"type": media_type[:100]}
