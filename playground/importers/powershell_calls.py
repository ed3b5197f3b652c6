"""Evaluates PowerShell commands, methods and operators that only convert literals.

All others give a reference to a value from elsewhere; nothing is run.
"""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote

from playground.importers.literals import (
    FileText,
    JsonText,
    Literal,
    OutsideReferences,
    check_size,
    is_text,
)
from playground.importers.powershell_tokens import Expansion, ShellToken
from playground.importers.source_requests import javascript_json
from playground.jsontext.parsing import NumberToken, try_parse

FILE_COMMANDS = frozenset({"get-content", "gc", "cat", "type", "get-item", "get-childitem"})
FILE_METHODS = frozenset({"readalltext", "readallbytes", "readalllines", "openread"})
# Conversions that don't change what is sent: a body is shown as text.
SAME_METHODS = frozenset({"getbytes", "getstring", "tostring", "create"})
SAME_COMMANDS = frozenset({"write-output", "echo", "out-string", "convertto-securestring"})
ENCODERS = frozenset({"escapedatastring", "escapeuristring", "urlencode"})
TABLE_TYPE = re.compile(r"dictionary|hashtable|specialized\.ordered", re.I)
FORMAT_ITEM = re.compile(r"\{(\d{1,3})[^{}]*\}|\{\{|\}\}")
Arguments = dict[str, Any]


class Names(OutsideReferences):
    """The assignments of the text: `names` are in lower case, as PowerShell ignores case.

    `typed` lists the variables in strings that stay as typed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, Literal] = {}
        self.typed: list[str] = []

    def resolve(self, path: str) -> Literal:
        """The value of `$name.key.key`; None if it isn't known."""
        name, *members = path.split(".")
        value = self.names.get(name.lower())
        for member in members:
            value = value.get(find_key(value, member)) if isinstance(value, dict) else None
        return value

    def fill_in(self, token: ShellToken) -> str:
        """The text of a string with known variables filled in."""
        if not token.parts:
            return token.text
        return str(check_size("".join(map(self._fill, token.parts))))

    def _fill(self, part: str | Expansion) -> str:
        if isinstance(part, str):
            return part
        value = self.resolve(f"${part.name}") if part.name else None
        if isinstance(value, str):
            return str(value)
        self.typed.append(part.typed)
        return part.typed


def find_key(table: dict[str, Literal], name: str) -> str:
    """The key in the spelling of the table: PowerShell ignores case."""
    if name in table:
        return name
    return next((each for each in table if each.lower() == name.lower()), name)


def run_command(names: Names, name: str, given: Arguments, piped: Literal = None) -> Literal:
    """The value of a command with `piped` input; the key "" has the unnamed arguments."""
    positional, lower = given[""], name.lower()
    first = positional[0] if positional else None
    source = given.get("inputobject", given.get("string", piped if piped is not None else first))
    if lower == "convertto-json":
        compact = any(each.startswith("comp") for each in given)
        return JsonText(javascript_json(check_size(source), "" if compact else "  "), source)
    if lower == "convertfrom-json" and is_text(source):
        found = try_parse(str(source))
        return found[0] if found else names.unknown("value")
    if lower in FILE_COMMANDS:
        file = given.get("path", given.get("literalpath", first))
        return names.keep(FileText(str(file))) if is_text(file) else names.unknown(name)
    if lower in SAME_COMMANDS and source is not None:
        return source
    if lower == "new-object":
        kind = str(given.get("typename", first))
        if isinstance(given.get("property"), dict):
            return given["property"]
        return {} if TABLE_TYPE.search(kind) else names.unknown(kind.rsplit(".", 1)[-1])
    return names.unknown(name)


def call_method(names: Names, name: str, owner: Literal, values: list[Literal]) -> Literal:
    """The value of `owner.name(values)`, or of `[type]::name(values)` without an owner."""
    last = name.lower()
    first = values[0] if values else owner
    if last in FILE_METHODS and is_text(first):
        return names.keep(FileText(str(first)))
    # A format, as in `(Get-Date).ToString('s')`, isn't the value.
    if last in SAME_METHODS and isinstance(first, str) and (last != "tostring" or not values):
        return first
    if last == "trim" and is_text(owner) and not values:
        return str(owner).strip()
    # Encoding a reference would hide that its value is missing.
    if is_text(first) and "{{" not in first:
        if last == "tobase64string":
            return base64.b64encode(str(first).encode("utf-8", "replace")).decode("ascii")
        if last in ENCODERS:
            return quote(str(first), safe="")
    # The result of a method of a value from elsewhere comes from elsewhere, too.
    return owner if is_text(owner) and owner.startswith("{{") else names.unknown(name)


def add_values(names: Names, left: Literal, right: Literal) -> Literal:
    """`left + right` of texts, lists or tables."""
    if is_text(left) and isinstance(right, str):
        return check_size(str(left) + str(right))
    if isinstance(left, list) and not isinstance(left, str):
        return check_size([*left, *(right if isinstance(right, list) else [right])])
    if isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right}
    return names.unknown("value")


def format_text(names: Names, template: str, values: Literal) -> str:
    """`template -f values`; values that need formatting become references."""
    items = values if isinstance(values, list) else [values]

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return found.group()[0]
        value = items[int(found[1])] if int(found[1]) < len(items) else None
        plain = isinstance(value, NumberToken) or is_text(value)
        return str(value) if plain else names.unknown("value")

    return str(check_size(FORMAT_ITEM.sub(fill, template)))
