"""Evaluates expressions of a Python syntax tree that are literals; runs and imports nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from playground.importers.literals import (
    MAX_DEPTH,
    Literal,
    OutsideReferences,
    check_size,
    is_text,
    normalize_number,
)
from playground.importers.values import Unreadable
from playground.jsontext.parsing import NumberToken

# `%s`, `%(name)s`, `%05.2f`
TEMPLATE_FIELD = re.compile(r"%(?:\((\w+)\))?[-+# 0]*\d*(?:\.\d+)?[sdrfgixX%]")
CallEvaluator = Callable[["Evaluator", ast.Call], Any]


class SessionOptions(dict[str, Any]):
    """Defaults that a library's session gives to each of its requests: `headers`, `auth`, …"""


class Evaluator(OutsideReferences):
    """Evaluates literals.

    `names` holds the literals assigned before, and `left_out` values that couldn't be spread.
    `evaluate_call` returns the value of a call.
    """

    def __init__(self, source: str, evaluate_call: CallEvaluator) -> None:
        super().__init__()
        self.evaluate_call = evaluate_call
        # Offsets in a syntax tree count bytes of UTF-8.
        self.lines = source.encode("utf-8", "replace").split(b"\n")
        self.names: dict[str, Literal] = {}
        self.left_out: list[str] = []
        self.depth = 0

    def evaluate(self, node: ast.expr) -> Literal:
        """The value of an expression; a variable reference if it is no literal."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        try:
            return self._evaluate(node)
        finally:
            self.depth -= 1

    def _evaluate(self, node: ast.expr) -> Literal:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Dict():
                return self._dict(node)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._list(node.elts)
            case ast.JoinedStr():
                return check_size("".join(self._format(each) for each in node.values))
            case ast.UnaryOp(op=ast.USub()):
                return self._negate(node)
            case ast.BinOp(op=ast.Add()):
                return self._add(node)
            case ast.BinOp(op=ast.BitOr()):
                return self._unite(node)
            case ast.BinOp(op=ast.Mod()):
                return self._fill_template(node)
            case ast.Name() if node.id in self.names:
                return self.names[node.id]
            case ast.Subscript() | ast.Attribute():
                found = self.resolve(node)
                return self.unknown_at(node) if found is None else found
            case ast.Call():
                return self.evaluate_call(self, node)
            case ast.Await():
                return self.evaluate(node.value)
        return self.unknown_at(node)

    def _list(self, nodes: list[ast.expr]) -> list[Literal]:
        found: list[Literal] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                value = self.spread(each.value, "*")
                found.extend(value if isinstance(value, list) else [])
            else:
                found.append(self.evaluate(each))
        return found

    def unknown_at(self, node: ast.expr) -> str:
        """The reference for the value of an expression, named after it."""
        return self.unknown(_name_of(node))

    def _constant(self, node: ast.Constant) -> Literal:
        value = node.value
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, int | float) and node.end_col_offset is not None:
            # The number as typed: `1.10` is more than its value.
            line = self.lines[node.lineno - 1]
            return normalize_number(line[node.col_offset : node.end_col_offset].decode("utf-8"))
        return self.unknown_at(node)

    def _dict(self, node: ast.Dict) -> dict[str, Literal]:
        made: dict[str, Literal] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                spread = self.spread(value, "**")
                made.update(spread if isinstance(spread, dict) else {})
                continue
            made[_key(self.evaluate(key))] = self.evaluate(value)
        return made

    def _format(self, node: ast.expr) -> str:
        inner = node.value if isinstance(node, ast.FormattedValue) else node
        value = self.evaluate(inner)
        # Other values are formatted in ways that aren't worked out here.
        return (
            str(value) if value is None or isinstance(value, bool | str) else self.unknown_at(inner)
        )

    def _negate(self, node: ast.UnaryOp) -> Literal:
        value = self.evaluate(node.operand)
        if isinstance(value, NumberToken):
            return normalize_number("-" + str(value))
        return self.unknown_at(node)

    def _add(self, node: ast.BinOp) -> Literal:
        """`a + b + …` of strings, or of lists."""
        # A long chain is a tree as deep as it is long: a loop needs no stack for it.
        parts: list[ast.expr] = []
        rest: ast.expr = node
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
            parts.append(rest.right)
            rest = rest.left
        values = [self.evaluate(each) for each in (rest, *reversed(parts))]
        if all(is_text(each) for each in values):
            return check_size("".join(str(each) for each in values))
        if all(isinstance(each, list) for each in values):
            return check_size([item for each in values for item in each])
        return self.unknown_at(node)

    def _unite(self, node: ast.BinOp) -> Literal:
        """`a | b` of dicts."""
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if isinstance(left, dict) and isinstance(right, dict):
            return {**left, **right}
        return self.unknown_at(node)

    def _fill_template(self, node: ast.BinOp) -> Literal:
        """`text % values`; what needs formatting becomes a reference."""
        template, values = self.evaluate(node.left), self.evaluate(node.right)
        if not is_text(template):
            return self.unknown_at(node)
        waiting = list(values) if isinstance(values, list) else [values]

        def fill(found: re.Match[str]) -> str:
            if found.group() == "%%":
                return "%"
            name = found[1]
            if name is None:
                value = waiting.pop(0) if waiting else None
            else:
                value = values.get(name) if isinstance(values, dict) else None
            return str(value) if isinstance(value, str) else self.unknown_at(node.right)

        return check_size(TEMPLATE_FIELD.sub(fill, template))

    def spread(self, node: ast.expr, mark: str) -> Literal:
        """The value after `*` or `**`; an unknown one is left out, and recorded."""
        value = self.evaluate(node)
        if not isinstance(value, dict | list):
            self.left_out.append(mark + ast.unparse(node)[:80])
        return value

    def resolve(self, node: ast.expr) -> Literal:
        """The object that a name, an index or a session's attribute refers to, or None."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            return owner.setdefault(node.attr, {}) if isinstance(owner, SessionOptions) else None
        if isinstance(node, ast.Subscript):
            owner, key = self.resolve(node.value), node.slice
            if not isinstance(key, ast.Constant):
                return None
            if isinstance(owner, dict) and isinstance(key.value, str):
                return owner.get(key.value)
            if (
                isinstance(owner, list)
                and isinstance(key.value, int)
                and 0 <= key.value < len(owner)
            ):
                return owner[key.value]
        return None


def _key(value: Literal) -> str:
    """The key that `json.dumps` writes for a key of a dict."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str(value) if isinstance(value, str) else "{{key}}"


def dotted_name(node: ast.expr) -> str:
    """A chain of names such as `requests.post`; it starts with a dot if its start is no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 20:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))


def _name_of(node: ast.expr) -> str:
    """A name for an unknown value: KEY for `os.environ["KEY"]` and `os.getenv("KEY")`."""
    inner: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        inner = node.slice
    elif isinstance(node, ast.Call) and node.args:
        inner = node.args[0]
    if (
        isinstance(inner, ast.Constant)
        and isinstance(inner.value, str)
        and inner.value.isidentifier()
    ):
        return inner.value
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return dotted_name(node).strip(".").rsplit(".", 1)[-1] or "value"
