"""Which values of a document are the content of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playground.openapi.keywords import list_types

FILE = "file"  # the widget that says so
# `base64` is what OpenAPI 3.0 calls `byte` in one of its tables.
FORMATS = ("binary", "byte", "base64")
# A text of one of these types is typed by people; all others come from files.
_TYPED = re.compile(r"text/|application/(?:[\w.+-]+\+)?(?:json|xml|yaml)\b", re.I)


def is_file(schema: Mapping[str, Any]) -> bool:
    """Whether values are the content of a file, as OpenAPI 3.0 (`format`) or 3.1 says it."""
    if schema.get("x-widget") == FILE:
        return True
    if "enum" in schema or "const" in schema or not {*list_types(schema)} <= {"string", "null"}:
        return False
    if schema.get("format") in FORMATS or schema.get("contentEncoding") == "base64":
        return True
    media_type = schema.get("contentMediaType")
    return isinstance(media_type, str) and is_file_type(media_type)


def is_file_type(media_type: str) -> bool:
    """Whether content of this media type comes from a file, and isn't text that people type."""
    return bool(media_type.strip()) and not _TYPED.match(media_type.strip())
