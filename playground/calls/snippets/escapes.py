"""String literals with escapes, for languages that share them."""

from __future__ import annotations

import json
import re


def c_like(text: str) -> str:
    """A double-quoted literal that JavaScript and Go read alike; other characters stay."""
    literal = json.dumps(text, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]",
        lambda found: f"\\u{ord(found.group()):04x}",
        literal,
    )


def byte_text(text: str) -> str:
    """Text whose characters are the bytes of its UTF-8: for headers in JavaScript."""
    return text if text.isascii() else text.encode().decode("latin-1")
