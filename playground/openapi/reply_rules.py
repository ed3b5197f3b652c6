"""Rules that people set for an imported operation, in addition to its document.

They are stored as plain data from a form, or from a backup of another version: unreadable parts
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# The comparisons. These words are stored in the database, so they must never change.
EQUALS, DIFFERS, PRESENT, ABSENT = "equals", "differs", "present", "absent"
COMPARISONS = (EQUALS, DIFFERS, PRESENT, ABSENT)
WITH_VALUE = (EQUALS, DIFFERS)
LONGEST_POINTER, LONGEST_VALUE, MOST_REASONS = 500, 1000, 5

_wrong_tilde = re.compile(r"~(?![01])")
_dotted = re.compile(r"\$?\.?[\w-]+(?:\.[\w-]+|\[\d+\])*")


@dataclass(frozen=True)
class ReplyRule:
    """When a 2xx reply is a success; replaces what the document says about its body.

    The value at `pointer` is compared with `value`, which is JSON or plain text as typed. `null`
    and an empty string, list or object count as absent. Without a `comparison`, the document
    decides. `reasons` are pointers to the reason for a refusal, in order of preference.
    """

    comparison: str = ""
    pointer: str = ""
    value: str = ""
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain data; `read_reply_rule` reads it."""
        return asdict(self)


def read_reply_rule(raw: Any) -> ReplyRule | None:
    """The rule from plain data; None if there is no rule or an empty one."""
    if not isinstance(raw, Mapping):
        return None
    texts = {name: raw.get(name, "") for name in ("comparison", "pointer", "value")}
    reasons = raw.get("reasons", ())
    if not all(isinstance(each, str) for each in texts.values()):
        return None
    listed = reasons if isinstance(reasons, list | tuple) else ()
    rule = ReplyRule(**texts, reasons=tuple(each for each in listed if is_pointer(each)))
    if rule.comparison not in ("", *COMPARISONS) or not is_pointer(rule.pointer):
        return None
    return rule if rule.comparison or rule.reasons else None


def is_pointer(text: Any) -> bool:
    """Whether a value is a JSON Pointer (RFC 6901)."""
    return isinstance(text, str) and (not text or text[0] == "/") and not _wrong_tilde.search(text)


def suggest_pointer(text: str) -> str:
    """The likely pointer for a path written with dots; empty if that isn't clear."""
    if not _dotted.fullmatch(text):
        return ""
    segments = re.findall(r"[\w-]+", text.removeprefix("$"))
    return "".join(f"/{each}" for each in segments)
