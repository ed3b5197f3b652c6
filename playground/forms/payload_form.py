"""A crispy form whose fields are named by JSON Pointers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import quote

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.boundfield import BoundField

from playground.forms.fields import Field
from playground.forms.widgets import Area, Choice, Text, Toggle


class PointerField(BoundField):
    """A key may hold anything; an id may not hold blanks, so it is percent-quoted."""

    @cached_property
    def auto_id(self) -> str:
        form: Any = self.form
        return f"{form.row_id}{quote(form.at_of[self.name], safe='')}"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        described = f"{self.auto_id}_help {self.auto_id}_problem"
        return {**built, "aria-describedby": described}


class PayloadForm(forms.Form):
    """Draws fields; it never validates, the rule book does.

    `row_id` keeps ids apart when rows of the same kind stand on one page.
    """

    bound_field_class = PointerField

    def __init__(self, fields: Iterable[Field], row_id: str = "f") -> None:
        listed = list(fields)
        super().__init__(initial={field.pointer: field.shown for field in listed})
        self.row_id = row_id
        self.at_of = {field.pointer: field.at for field in listed}
        for field in listed:
            self.fields[field.pointer] = build_field(field, row_id)
        self.helper = FormHelper()
        # One template for all fields: a layout would copy the whole page's context for each.
        self.helper.template = "forms/_fields.html"


def build_field(field: Field, row_id: str) -> forms.CharField:
    """The Django field for one field of ours; the widget carries what the browser needs."""
    built = forms.CharField(
        label=field.label,
        help_text=field.help,
        required=False,
        strip=False,
        widget=build_widget(field),
    )
    built.about = field  # type: ignore[attr-defined]
    if field.fields:
        built.inner = PayloadForm(field.fields, row_id)  # type: ignore[attr-defined]
    if field.suggestions:
        built.list_id = f"list-{quote(field.at, safe='')}"  # type: ignore[attr-defined]
    return built


def build_widget(field: Field) -> forms.Widget:
    marks: dict[str, Any] = {
        "class": "form-control",
        "data-at": field.at,
        "data-kind": field.kind,
        "data-state": field.state,
        "autocomplete": "off",
        "spellcheck": "false",
    }
    if field.suggestions:
        marks["list"] = f"list-{quote(field.at, safe='')}"
    if field.default is not None:
        marks["data-default"] = field.default
    if field.schema.get("x-secret"):
        marks["data-secret"] = ""
    if field.state == "null":
        marks["placeholder"] = "null"
    elif field.example and field.kind in ("text", "integer", "number"):
        marks["placeholder"] = field.example
    return WIDGETS.get(field.kind, _text)(field, marks)


def _text(field: Field, marks: dict[str, Any]) -> forms.Widget:
    if "\n" in field.shown or len(field.shown) > 200:
        return Area({**marks, "rows": 3})
    return Text(marks)


def _number(field: Field, marks: dict[str, Any]) -> forms.Widget:
    mode = "numeric" if field.kind == "integer" else "decimal"
    return Text({**marks, "inputmode": mode})


def _area(field: Field, marks: dict[str, Any]) -> forms.Widget:
    rows = min(12, max(2, field.shown.count("\n") + 1))
    return Area({**marks, "rows": rows, "class": "form-control json"})


def _toggle(field: Field, marks: dict[str, Any]) -> forms.Widget:
    on = field.shown == "true" or (field.shown == "" and field.default == "true")
    return Toggle({**marks, "role": "switch", "class": "switch"}, on)


def _choice(field: Field, marks: dict[str, Any]) -> forms.Widget:
    listed = list(field.choices)
    if field.shown and field.shown not in dict(listed):
        listed.append((field.shown, field.shown))
    if field.optional or not field.shown:
        listed.insert(0, ("", "–"))
    return Choice({**marks, "class": "form-select"}, choices=listed)


def _typed_value(field: Field, marks: dict[str, Any]) -> forms.Widget:
    """Text or a whole number, as is chosen beside it; tags are one text."""
    kind = "integer" if field.holds == "number" else "text"
    return Text({**marks, "data-kind": kind})


WIDGETS = {
    "tags": _typed_value,
    "integer": _number,
    "number": _number,
    "json": _area,
    "lines": _area,
    "toggle": _toggle,
    "choice": _choice,
}
