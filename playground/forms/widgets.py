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


class Text(forms.TextInput):
    """A line of text."""

    def render(
        self, name: str, value: Any, attrs: Marks | None = None, renderer: Any = None
    ) -> SafeString:
        marks = {"type": self.input_type, "name": name, **self.build_attrs(self.attrs, attrs)}
        return mark_safe(f"<input{spell(marks | {'value': value or None})}>")


class Area(forms.Textarea):
    """Several lines of text; HTML takes the first line break away."""

    def render(
        self, name: str, value: Any, attrs: Marks | None = None, renderer: Any = None
    ) -> SafeString:
        marks = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return mark_safe(f"<textarea{spell(marks)}>\n{escape(str(value or ''))}</textarea>")


class Toggle(forms.CheckboxInput):
    """On or off, as `is_on` says."""

    def __init__(self, attrs: Marks, is_on: bool) -> None:
        super().__init__(attrs)
        self.is_on = is_on

    def render(
        self, name: str, value: Any, attrs: Marks | None = None, renderer: Any = None
    ) -> SafeString:
        marks = {"type": "checkbox", "name": name, **self.build_attrs(self.attrs, attrs)}
        return mark_safe(f"<input{spell(marks | {'checked': self.is_on})}>")


class Choice(forms.Select):
    """One of several; `choices` are pairs of value and words."""

    def render(
        self, name: str, value: Any, attrs: Marks | None = None, renderer: Any = None
    ) -> SafeString:
        marks = {"name": name, **self.build_attrs(self.attrs, attrs)}
        options = "".join(
            _option(str(each), str(words), each == value) for each, words in self.choices
        )
        return mark_safe(f"<select{spell(marks)}>{options}</select>")


def _option(value: str, words: str, chosen: bool) -> str:
    marks = {"value": value, "selected": chosen}
    return f"<option{spell(marks)}>{escape(words)}</option>"


def spell(marks: Mapping[str, Any]) -> str:
    """Attributes of an element, their values escaped. The names are ours; True stands for a
    name alone, None and False for nothing."""
    said = ((name, value) for name, value in marks.items() if value is not None)
    return "".join(
        f' {name}="{escape(str(value))}"' if not isinstance(value, bool) else f" {name}" * value
        for name, value in said
    )
