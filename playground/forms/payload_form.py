"""A crispy form whose fields are named by JSON Pointers, and its widgets.

The widgets write their HTML without templates: a page draws dozens, and Django's own would
render two templates for each.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import quote

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from playground.forms.field import Field
from playground.forms.grid import read_table_grid
from playground.forms.schemas import is_secret

Attributes = dict[str, Any]
LONG_TEXT = 200
MOST_LINES = 12


class PointerField(BoundField):
    """Percent-encodes the pointer in ids: a key may contain anything, an id no spaces."""

    @cached_property
    def auto_id(self) -> str:
        form: Any = self.form
        return f"{form.row_id}{quote(form.at_of[self.name], safe='')}"

    def build_widget_attrs(self, attrs: Attributes, widget: Any = None) -> Attributes:
        built = super().build_widget_attrs(attrs, widget)
        described = f"{self.auto_id}_help {self.auto_id}_problem"
        return {**built, "aria-describedby": described}


class PayloadForm(forms.Form):
    """Draws fields. It never validates: that is the rules' part, on the whole document.

    `row_id` keeps ids unique when rows of the same kind are on one page. With `names_inputs`,
    inputs get an `aria-label`, since they have no visible label.
    """

    bound_field_class = PointerField

    def __init__(
        self, fields: Iterable[Field], row_id: str = "f", *, names_inputs: bool = False
    ) -> None:
        listed = list(fields)
        super().__init__(initial={field.pointer: field.text for field in listed})
        self.row_id = row_id
        self.at_of = {field.pointer: field.at for field in listed}
        for field in listed:
            self.fields[field.pointer] = build_field(field, row_id, names_inputs)
        self.helper = FormHelper()
        # One template for all fields: a layout would copy the whole page's context for each.
        self.helper.template = "forms/_fields.html"


def make_row_id() -> str:
    """A prefix for the ids of one row, without its index, which may change."""
    return f"r{uuid.uuid4().hex[:8]}-"


def build_field(field: Field, row_id: str, names_input: bool = False) -> forms.CharField:
    """The Django field for one field; its widget has the attributes that the browser needs."""
    built = forms.CharField(
        label=field.label,
        help_text=field.help,
        required=False,
        strip=False,  # spaces typed are spaces sent
        widget=build_widget(field),
    )
    if names_input or field.is_entry:
        built.widget.attrs["aria-label"] = field.label
    built.about = field  # type: ignore[attr-defined]
    if field.kind == "table":
        built.grid = read_table_grid(field)  # type: ignore[attr-defined]
    elif field.fields:
        built.inner = _build_inner(field, row_id)  # type: ignore[attr-defined]
    if field.suggestions:
        built.list_id = f"list-{quote(field.at, safe='')}"  # type: ignore[attr-defined]
    return built


def _build_inner(field: Field, row_id: str) -> Iterable[BoundField]:
    """The fields inside a field; each card is a row with its own id prefix."""
    if field.kind == "cards":
        rows = (PayloadForm([item], make_row_id(), names_inputs=True) for item in field.fields)
        return [bound for row in rows for bound in row]
    return PayloadForm(field.fields, row_id, names_inputs=field.kind == "union")


def build_widget(field: Field) -> forms.Widget:
    """The widget for the field's kind; without one of its own, a text input."""
    attributes: Attributes = {
        "class": "form-control",
        "data-at": field.at,
        "data-kind": field.kind,
        "data-state": field.state,
        "autocomplete": "off",
        "spellcheck": "false",
    }
    if field.suggestions:
        attributes["list"] = f"list-{quote(field.at, safe='')}"
    if field.default is not None:
        attributes["data-default"] = field.default
    if is_secret(field.schema):
        attributes["data-secret"] = ""
    if field.state == "null":
        attributes["placeholder"] = "null"
    elif field.example and field.kind in ("text", "integer", "number"):
        attributes["placeholder"] = field.example
    match field.kind:
        case "json" | "lines":
            rows = min(MOST_LINES, max(2, field.text.count("\n") + 1))
            return TextArea({**attributes, "rows": rows, "class": "form-control json"})
        case "integer":
            return TextInput({**attributes, "inputmode": "numeric"})
        case "number":
            return TextInput({**attributes, "inputmode": "decimal"})
        case "toggle":
            is_on = (field.text or field.default) == "true"
            return Toggle({**attributes, "role": "switch", "class": "switch"}, is_on)
        # A searchable list is drawn by its template, without the choices.
        case "choice" if not field.is_searchable:
            return _build_select(field, attributes)
        case "file":
            # Typed text is sent as is: a variable may hold the whole file.
            attributes |= {"data-kind": "text", "placeholder": _("Drop a file here, or choose one")}
        case "tags":
            # Text or a whole number, depending on the list next to it; several tags are one text.
            kind = "integer" if field.value_kind == "number" else "text"
            return TextInput({**attributes, "data-kind": kind})
    # An input of one line would drop line breaks, which a body of text or XML has.
    is_body = field.kind == "text" and field.pointer == ""
    if is_body or "\n" in field.text or len(field.text) > LONG_TEXT:
        return TextArea({**attributes, "rows": 3})
    return TextInput(attributes)


def _build_select(field: Field, attributes: Attributes) -> forms.Widget:
    choices = list(field.choices)
    # A value outside the list stays selected, so that opening the form changes nothing.
    if field.text and field.text not in dict(choices):
        choices.append((field.text, field.text))
    if field.optional or not field.text:
        choices.insert(0, ("", "–"))
    return Select({**attributes, "class": "form-select"}, choices=choices)


class InlineWidget(forms.Widget):
    """A widget that writes its own HTML; `draw` has to escape everything it is given."""

    def render(
        self, name: str, value: Any, attrs: Attributes | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return mark_safe(self.draw(attributes, "" if value is None else str(value)))

    def draw(self, attributes: Attributes, value: str) -> str:
        """The element as HTML."""
        raise NotImplementedError


class TextInput(InlineWidget, forms.TextInput):
    """One line of text."""

    def draw(self, attributes: Attributes, value: str) -> str:
        return f"<input{draw_attributes({'type': 'text', **attributes, 'value': value or None})}>"


class TextArea(InlineWidget, forms.Textarea):
    """Several lines of text."""

    def draw(self, attributes: Attributes, value: str) -> str:
        # HTML drops a line break right after the tag: this one, and not the value's first.
        return f"<textarea{draw_attributes(attributes)}>\n{escape(value)}</textarea>"


class Toggle(InlineWidget, forms.CheckboxInput):
    """On or off, according to `is_on`."""

    def __init__(self, attrs: Attributes, is_on: bool) -> None:
        super().__init__(attrs)
        self.is_on = is_on

    def draw(self, attributes: Attributes, value: str) -> str:
        return (
            f"<input{draw_attributes({'type': 'checkbox', **attributes, 'checked': self.is_on})}>"
        )


class Select(InlineWidget, forms.Select):
    """One of several; `choices` are pairs of value and label."""

    def draw(self, attributes: Attributes, value: str) -> str:
        options = "".join(
            f"<option{draw_attributes({'value': key, 'selected': key == value})}>"
            f"{escape(str(label))}</option>"
            for key, label in self.choices
        )
        return f"<select{draw_attributes(attributes)}>{options}</select>"


def draw_attributes(attributes: Mapping[str, Any]) -> str:
    """The attributes of an element, their values escaped. Names are trusted; True is drawn as
    a name without a value, None and False aren't drawn."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
