"""Rules that people set for an imported operation, beyond what its document says.

They are stored as plain data. Each comes from a form, or from a backup of another version: what
can't be read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# What a reply's value is compared by. The words are stored, so they never change.
EQUALS, DIFFERS, PRESENT, ABSENT = "equals", "differs", "present", "absent"
COMPARISONS = (EQUALS, DIFFERS, PRESENT, ABSENT)
WITH_VALUE = (EQUALS, DIFFERS)
LONGEST_POINTER, LONGEST_VALUE, MOST_REASONS = 500, 1000, 5

_wrong_tilde = re.compile(r"~(?![01])")
_dotted = re.compile(r"\$?\.?[\w-]+(?:\.[\w-]+|\[\d+\])*")


@dataclass(frozen=True)
class ReplyRule:
    """When a 2xx reply is a success, in place of what the document says about its body.

    The value at `pointer` is compared with `value`, which is JSON or plain text as it was typed.
    `null`, an empty text, an empty list and an empty object count as absent. Without a
    `comparison`, the document decides. `reasons` are the pointers at which a refusal may have its
    reason, in order of preference.
    """

    comparison: str = ""
    pointer: str = ""
    value: str = ""
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The rule as plain data; `read_reply_rule` reads it."""
        return asdict(self)


def read_reply_rule(raw: Any) -> ReplyRule | None:
    """The rule in plain data; None without one that says anything."""
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
    """The pointer that somebody meant who wrote a path with dots; empty if that isn't clear."""
    if not _dotted.fullmatch(text):
        return ""
    segments = re.findall(r"[\w-]+", text.removeprefix("$"))
    return "".join(f"/{each}" for each in segments)
