"""What was typed becomes a value of its own type, or stays as typed and is called a problem."""

from __future__ import annotations

import re

from playground.jsontext import errors, parsing, printing

# RFC 8259, section 6.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")


class HalfTyped(ValueError):
    """What stands in a JSON field is no JSON yet; `sentence` says what is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def to_value_text(kind: str, typed: str) -> str | None:
    """The JSON text for what was typed in a field of this kind; None means no value.

    Text that is no number stays text, so that nothing typed is lost: the rule book then
    names the wrong type. Raises HalfTyped for a JSON field that is not finished.
    """
    if kind in ("integer", "number"):
        return _number(typed)
    if kind in ("toggle", "choice"):
        return _literal(typed)
    if kind == "lines":
        lines = [line for line in typed.split("\n") if line != ""]
        return printing.dump(lines)
    if kind == "json":
        return _json(typed)
    return printing.quote(typed)


def _number(typed: str) -> str | None:
    digits = typed.strip()
    if digits == "":
        return None
    return digits if NUMBER.match(digits) else printing.quote(typed)


def _literal(typed: str) -> str | None:
    if typed == "":
        return None
    try:
        parsing.parse(typed)
    except errors.JSONSyntaxError:
        return printing.quote(typed)
    return typed


def _json(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        parsing.parse(typed)
    except errors.JSONSyntaxError as error:
        raise HalfTyped(error.message) from error
    return typed.strip()
