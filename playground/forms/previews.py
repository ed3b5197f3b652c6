"""One-line summaries of values whose fields aren't drawn."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.jsontext.parsing import NumberToken

SHOWN_VALUES, LONGEST = 3, 60
# How many entries are looked at: a value may have thousands of keys.
MOST_LOOKED_AT = 12


def preview_value(value: Any) -> str:
    """The first few strings and numbers in a value, or its number of entries."""
    if isinstance(value, list):
        count = len(value)
        return ngettext("%(count)s item", "%(count)s items", count) % {"count": f"{count:,}"}
    if not isinstance(value, dict):
        return _shorten(str(value)) if isinstance(value, str) else ""
    if not value:
        return _("empty")
    looked_at = [each for each, _number in zip(value.values(), range(MOST_LOOKED_AT), strict=False)]
    texts = [_shorten(each) for each in looked_at if isinstance(each, str) and each.strip()]
    if texts:
        return " · ".join(texts[:SHOWN_VALUES])
    count = len(value)
    return ngettext("%(count)s key", "%(count)s keys", count) % {"count": f"{count:,}"}


def _shorten(text: str) -> str:
    # Tokens are numbers; a reference to a secret shows only its name.
    text = text if isinstance(text, NumberToken) else " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
