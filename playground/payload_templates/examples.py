"""Export a payload as an OpenAPI example: part of an operation, to merge into its document.

Variables are replaced with their values, so that the example matches the schema. Secrets and
files stay references: an example never contains their values.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

import yaml
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from playground.drafts.credentials import mask_credentials
from playground.drafts.states import State
from playground.importers.credentials import Collector
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, Tree, parse, try_parse
from playground.jsontext.printing import dump, quote
from playground.jsontext.resolving import resolve_document
from playground.openapi.operations import Operation
from playground.openapi.parameters import Parameter

YAML, JSON = "yaml", "json"
LONGEST_KEY = 60
# Everything else is double-quoted: YAML 1.1 and 1.2 disagree about what is a number.
_plain = re.compile(r"[A-Za-z_/][A-Za-z0-9_./ -]*[A-Za-z0-9_]|[A-Za-z_]").fullmatch
# Line breaks that YAML normalises, and trailing spaces.
_not_in_blocks = re.compile("[\\x00-\\x09\\x0b-\\x1f\x7f-\x9f\u2028\u2029\ufeff]| (?:\n|$)").search


class NoExample(ValueError):
    """The payload can't be an example. The message is shown to users."""


def make_example(
    operation: Operation,
    state: State,
    variables: Mapping[str, Any],
    name: str,
    description: str = "",
) -> dict[str, Any]:
    """The `parameters` and the `requestBody` of an operation with one named example each.

    Raises NoExample.
    """
    key = slugify(name)[:LONGEST_KEY].strip("-") or "example"
    words = {"summary": name, "description": description}
    known = {name: value for name, value in words.items() if value}
    found: dict[str, Any] = {}
    parameters = [
        {
            "name": each.name,
            "in": each.place,
            "examples": {key: {**known, "value": _read_parameter(each, typed, variables)}},
        }
        for each in operation.parameters
        if (typed := state.path_values.get(each.key, "")) != ""
    ]
    if parameters:
        found["parameters"] = parameters
    body = operation.find_body(state.metadata.media_type)
    if body is not None and state.text.strip():
        value = _read_document(mask_credentials(state.text, Collector()), variables)
        examples = {key: {**known, "value": value}}
        found["requestBody"] = {"content": {body.media_type: {"examples": examples}}}
    if not found:
        raise NoExample(_("There is nothing to show: no parameter has a value."))
    return found


def _read_document(text: str, variables: Mapping[str, Any]) -> Tree:
    try:
        return parse(resolve_document(text, variables, timezone.now(), uuid.uuid4))
    except JSONSyntaxError as error:
        raise NoExample(_("The document isn't valid JSON: %s") % error) from None


def _read_parameter(parameter: Parameter, typed: str, variables: Mapping[str, Any]) -> Tree:
    """The value of a parameter, converted to its schema's type."""
    resolved = _read_document(quote(typed), variables)
    if not isinstance(resolved, str) or isinstance(resolved, NumberToken):
        return resolved  # just a variable
    parsed = try_parse(resolved)
    kind = "string" if parsed is None else _name_type(parsed[0])
    is_text = "string" in parameter.types and kind not in ("object", "array")
    return resolved if is_text or parsed is None or kind not in parameter.types else parsed[0]


def _name_type(tree: Tree) -> str:
    """The JSON type of a parsed value."""
    if isinstance(tree, NumberToken):
        return "number"
    if isinstance(tree, str):
        return "string"
    if isinstance(tree, bool):
        return "boolean"
    if isinstance(tree, dict):
        return "object"
    return "array" if isinstance(tree, list) else "null"


def write_example(example: dict[str, Any], notation: str) -> str:
    """The example as text: `yaml` or `json`."""
    if notation == JSON:
        return dump(example) + "\n"
    return yaml.dump(example, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_number(dumper: yaml.CSafeDumper, token: NumberToken) -> yaml.ScalarNode:
    text = str.__str__(token)
    kind = "float" if set(text) & set(".eE") else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _plain(text) else '"'
    if "\n" in text and text[0] not in " \n" and not _not_in_blocks(text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(NumberToken, _represent_number)
_Dumper.add_representer(str, _represent_text)
