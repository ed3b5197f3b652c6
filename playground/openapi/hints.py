"""The expected values of `x-` keys in schemas; any others are ignored and reported.

The package's docstring describes what each key means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}
_WIDGETS = (
    "grid",
    "steps",
    "accounts",
    "parameters",
    "attachments",
    "file",
    "tags",
    "key-value",
    "json",
)
_MODE = {
    "type": "object",
    "properties": {"value": {"type": ["string", "null"]}, "title": _TEXT, "fields": _TEXTS},
    "required": ["value", "title", "fields"],
}
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "x-widget": {"enum": _WIDGETS},
    "x-unit": _TEXT,
    "x-show": {"const": "all"},
    "x-section": _TEXT,
    "x-sections": _TEXTS,
    "x-summary": _TEXT,
    "x-choice-labels": {"type": "object", "additionalProperties": _TEXT},
    "x-item": _TEXT,
    "x-message": _TEXT,
    "x-type-message": _TEXT,
    "x-unknown-fields": {"const": "warning"},
    "x-read-as": _TEXT,
    "x-secret": _FLAG,
    "x-paste": {"const": "cookies"},
    "x-starts-with": {"type": "object", "additionalProperties": {"type": "object"}},
    "x-from": {"pattern": r"^(workflow\.(name|inputs|steps)|step\.(parameters|uid))$", **_TEXT},
    "x-modes": {
        "type": "object",
        "properties": {
            "property": _TEXT,
            "default": {"type": ["string", "null"]},
            "modes": {"type": "array", "items": _MODE, "minItems": 1},
        },
        "required": ["property", "default", "modes"],
    },
    "x-used-when": {"type": "object", "additionalProperties": {"type": "array"}},
    "x-unused-with": _TEXTS,
    "x-usual-minimum": {"type": "number"},
    "x-list": {
        "type": "object",
        "properties": {
            **dict.fromkeys(
                (
                    *("operation", "rows", "value", "title"),
                    *("unfit", "unfit_note", "next", "next_key"),
                ),
                _TEXT,
            ),
            "unfit_value": {},
        },
        "required": ["operation", "rows", "value", "title"],
        "additionalProperties": False,
    },
    "x-one-of": {"type": "object", "additionalProperties": _TEXTS, "minProperties": 1},
    "x-explicit": _FLAG,
    "x-rules": _TEXTS,
}
HINT_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    name: Draft202012Validator(dict(shape)).is_valid for name, shape in _SHAPES.items()
}
