"""Prompt signs and fences that were copied along with a command, taken off again."""

from __future__ import annotations

import re

COMMAND = (
    r"(?:(?:sudo|time|command|env)\s+)?"
    r"(?:curl(?:\.exe)?|Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b"
)
PROMPT = re.compile(
    r"^[ \t]*(?:\([\w.-]{1,64}\)[ \t]*)?(?:(?:PS[ \t]+)?[A-Za-z]:\\[^>\n]{0,200}>|PS[^>\n]{0,200}>"
    r"|\[?[\w.-]{1,64}@[\w.-]{1,64}[: ][^$#%\n]{0,200}[$#%]|[$#%>❯➜!])[ \t]*(?=" + COMMAND + ")",
    re.MULTILINE | re.IGNORECASE,
)
CONTINUED = re.compile(r"^(?:>{1,2}|More\?)(?:[ \t]|$)", re.MULTILINE)
FENCE = re.compile(r"^[ \t]*(`{3,}+|~{3,}+)[^\n`]*+\n", re.MULTILINE)


def strip_prompts(text: str) -> tuple[str, bool]:
    """The text without prompt signs before its commands, and whether there were any."""
    stripped, count = PROMPT.subn("", text)
    if not count:
        return text, False
    return CONTINUED.sub("", stripped), True


def strip_fence(text: str) -> str:
    """The inside of the first fenced block, when the text has one; else the text."""
    opening = FENCE.search(text)
    if opening is None:
        return text
    closing = text.find(f"\n{opening[1]}", opening.end() - 1)
    return text[opening.end() : closing if closing >= 0 else len(text)]
