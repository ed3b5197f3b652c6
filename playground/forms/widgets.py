"""The inputs of payload forms: Django's widgets, spelled without templates.

A page draws dozens of them, and Django's own would render two templates for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe

Marks = dict[str, Any]


class Spelled(forms.Widget):
    """A widget that spells itself; everything it is given is escaped there."""

    def render(
        self, name: str, value: Any, attrs: Marks | None = None, renderer: Any = None
    ) -> SafeString:
        marks = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return mark_safe(self.spell_out(marks, "" if value is None else str(value)))

    def spell_out(self, marks: Marks, value: str) -> str:
        """The element as HTML."""
        raise NotImplementedError


class Text(Spelled, forms.TextInput):
    """A line of text."""

    def spell_out(self, marks: Marks, value: str) -> str:
        return f"<input{spell({'type': 'text', **marks, 'value': value or None})}>"


class Area(Spelled, forms.Textarea):
    """Several lines of text; HTML takes the first line break away."""

    def spell_out(self, marks: Marks, value: str) -> str:
        return f"<textarea{spell(marks)}>\n{escape(value)}</textarea>"


class Toggle(Spelled, forms.CheckboxInput):
    """On or off, as `is_on` says."""

    def __init__(self, attrs: Marks, is_on: bool) -> None:
        super().__init__(attrs)
        self.is_on = is_on

    def spell_out(self, marks: Marks, value: str) -> str:
        return f"<input{spell({'type': 'checkbox', **marks, 'checked': self.is_on})}>"


class Choice(Spelled, forms.Select):
    """One of several; `choices` are pairs of value and words."""

    def spell_out(self, marks: Marks, value: str) -> str:
        options = "".join(
            f"<option{spell({'value': key, 'selected': key == value})}>{escape(str(said))}</option>"
            for key, said in self.choices
        )
        return f"<select{spell(marks)}>{options}</select>"


def spell(marks: Mapping[str, Any]) -> str:
    """Attributes of an element, their values escaped. The names are ours; True stands for a
    name alone, None and False for nothing."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in marks.items()
        if value is not None and value is not False
    )
