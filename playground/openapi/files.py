"""Tell which values of a document hold the content of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playground.openapi.keywords import list_types

FILE = "file"  # the widget for file content
# OpenAPI 3.0 calls `byte` `base64` in one of its tables.
FORMATS = ("binary", "byte", "base64")
# People type text of these types; content of any other type comes from files.
_TYPED = re.compile(r"text/|application/(?:[\w.+-]+\+)?(?:json|xml|yaml)\b", re.I)


def is_file(schema: Mapping[str, Any]) -> bool:
    """Whether values are file content, as declared in OpenAPI 3.0 (`format`) or 3.1."""
    if schema.get("x-widget") == FILE:
        return True
    if "enum" in schema or "const" in schema or not {*list_types(schema)} <= {"string", "null"}:
        return False
    if schema.get("format") in FORMATS or schema.get("contentEncoding") == "base64":
        return True
    media_type = schema.get("contentMediaType")
    return isinstance(media_type, str) and is_file_type(media_type)


def is_file_type(media_type: str) -> bool:
    """Whether content of this media type comes from a file rather than being typed."""
    return bool(media_type.strip()) and not _TYPED.match(media_type.strip())
