"""Forms whose inputs let too long a text through, so that people are told about it."""

from __future__ import annotations

from typing import Any

from django import forms


class UncutForm(forms.Form):
    """A form without `maxlength`: browsers cut what is pasted at that length without a word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remove_maxlength()

    def remove_maxlength(self) -> None:
        """For fields added after the form was made, too."""
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
