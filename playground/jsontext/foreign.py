"""Placeholders of other tools, not filled in here: `{{$guid}}`, `{% now %}`, `{{ _.name }}`.

Those of Postman, Insomnia, Bruno, Thunder Client, JetBrains, the REST Client of VS Code, and
`${{ … }}` of CI systems. An equivalent reference of this product is given where one exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playground.jsontext.references import has_braces

# Tags of Insomnia only: texts may have those of Jinja, Liquid and Django, such as `{% if … %}`.
_TAGS = (
    "uuid|now|timestamp|response|request|prompt|faker|cookie|jsonpath|hash|base64|os|file|external"
)
_marks = re.compile(
    # Syntax of our own references, such as in `${{amount}}`, isn't foreign.
    r"\$\{\{(?=[\w.:+-]*+[^\w.:+{}-])[^{}\n]{1,200}\}\}"
    r"|(?<!\\)\{\{[ \t]*\$(?P<dollar>[^{}\n]{1,200})\}\}"
    r"|(?<!\\)\{\{#(?P<thunder>guid|date\w*|timestamp|string|number|email|enum|name)\b[^{}\n]{0,200}\}\}"
    r"|(?<!\\)\{\{[ \t]*_(?:\.(?P<own>[\w.-]+)|\[['\"](?P<key>[\w .-]+)['\"]\])[ \t]*\}\}"
    rf"|\{{%-?[ \t]*(?P<tag>{_TAGS})\b(?P<rest>[^%\n]{{0,2000}})%\}}"
).finditer
_UUIDS = frozenset({"guid", "uuid", "randomuuid", "random.uuid", "#guid"})
_MOMENTS = frozenset({"isotimestamp", "#dateiso"})
_offset = re.compile(r"(?P<format>iso8601|\"YYYY-MM-DD\"|'YYYY-MM-DD')(?: (-?\d{1,5}) ([mhdw]))?")
_DATE = re.compile(r"['\"]custom['\"]\s*,\s*['\"]YYYY-MM-DD['\"]")
_ISO = re.compile(r"(?:['\"]iso-?8601['\"](?:\s*,\s*['\"]{2})?)?", re.I)


@dataclass(frozen=True)
class ForeignPlaceholder:
    """`text[start:end]`, and the equivalent reference, if one exists."""

    written: str
    start: int
    end: int
    ours: str | None


def may_have_foreign(text: str) -> bool:
    """Whether a JSON text may have placeholders of other tools; a quick check."""
    return has_braces(text) or may_have_tags(text)


def may_have_tags(text: str) -> bool:
    """Whether a JSON text may have placeholders such as `{% now %}`; a quick check."""
    # A percent sign is rare, and looking for one character is ten times as fast as for two.
    return "%" in text and "{%" in text


def find_foreign(text: str) -> Iterator[ForeignPlaceholder]:
    """The placeholders of other tools in the text, in order."""
    if not may_have_foreign(text):
        return
    for found in _marks(text):
        yield ForeignPlaceholder(found.group(), *found.span(), _translate(found))


def _translate(found: re.Match[str]) -> str | None:
    if found["dollar"]:
        return _translate_dynamic(found["dollar"].strip())
    if found["thunder"]:
        return _translate_dynamic(f"#{found['thunder']}")
    name = found["own"] or found["key"]
    if name:
        clean = re.sub(r"[^\w.-]+", "_", name)
        return None if clean[0].isdigit() else "{{" + clean + "}}"
    if found["tag"]:
        return _translate_tag(found["tag"], found["rest"].strip(" \t-"))
    return None


def _translate_dynamic(name: str) -> str | None:
    word, _, rest = name.partition(" ")
    # Without arguments; those of `$datetime` are its format and an offset.
    if not rest and word.lower() in _UUIDS:
        return "{{uuid}}"
    if not rest and word.lower() in _MOMENTS:
        return "{{now}}"
    offset = _offset.fullmatch(rest.strip()) if word == "datetime" else None
    if offset is None:
        return None
    base = "now" if offset["format"] == "iso8601" else "today"
    shift = f"{int(offset[2]):+d}{offset[3]}" if offset[2] else ""
    return "{{" + base + shift + "}}"


def _translate_tag(tag: str, rest: str) -> str | None:
    if tag == "uuid":
        return "{{uuid}}"
    if tag in ("now", "timestamp"):
        if _DATE.fullmatch(rest):
            return "{{today}}"
        return "{{now}}" if _ISO.fullmatch(rest) else None
    return None
