"""Literal values out of a Python syntax tree: nothing is run, nothing imported."""

from __future__ import annotations

import ast
import base64

from playground.importers.literals import (
    MAX_DEPTH,
    JsonText,
    Literal,
    as_digits,
    bounded,
    is_text,
    python_json,
    reference,
)
from playground.importers.values import Unreadable
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, parse


class Evaluator:
    """Reads literals; `names` holds what the code assigned before, `outside` what is unknown."""

    def __init__(self, source: str) -> None:
        self.lines = source.encode("utf-8", "replace").split(b"\n")
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []
        self.depth = 0

    def value(self, node: ast.expr) -> Literal:
        """The literal of an expression; what is none becomes a variable reference."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested deeper than 100 levels.")
        try:
            return self._value(node)
        finally:
            self.depth -= 1

    def _value(self, node: ast.expr) -> Literal:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Dict():
                return self._dict(node)
            case ast.List() | ast.Tuple() | ast.Set():
                return [self.value(each) for each in node.elts]
            case ast.JoinedStr():
                return bounded("".join(self._piece(each) for each in node.values))
            case ast.UnaryOp(op=ast.USub()):
                return self._negative(node)
            case ast.BinOp(op=ast.Add()):
                return self._joined(node)
            case ast.Name() if node.id in self.names:
                return self.names[node.id]
            case ast.Subscript():
                return self._subscript(node)
            case ast.Call():
                return self._call(node)
            case ast.Await():
                return self.value(node.value)
        return self.unknown(node)

    def unknown(self, node: ast.expr) -> str:
        """The reference for a value that the code takes from elsewhere."""
        name = reference(_name_of(node))
        self.outside.append(name)
        return name

    def _constant(self, node: ast.Constant) -> Literal:
        value = node.value
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, int | float) and node.end_col_offset is not None:
            line = self.lines[node.lineno - 1]
            return as_digits(line[node.col_offset : node.end_col_offset].decode("utf-8"))
        return self.unknown(node)

    def _dict(self, node: ast.Dict) -> dict[str, Literal]:
        made: dict[str, Literal] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                spread = self.value(value)
                made.update(spread if isinstance(spread, dict) else {})
                continue
            made[_key(self.value(key))] = self.value(value)
        return made

    def _piece(self, node: ast.expr) -> str:
        inner = node.value if isinstance(node, ast.FormattedValue) else node
        value = self.value(inner)
        if isinstance(value, bool) or value is None:
            return str(value)
        return str.__str__(value) if isinstance(value, str) else self.unknown(inner)

    def _negative(self, node: ast.UnaryOp) -> Literal:
        value = self.value(node.operand)
        if isinstance(value, NumberToken):
            return as_digits("-" + str.__str__(value))
        return self.unknown(node)

    def _joined(self, node: ast.BinOp) -> Literal:
        """`a + b + …` of texts, or of lists; a long chain leans left, so it is walked."""
        parts: list[ast.expr] = []
        rest: ast.expr = node
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
            parts.append(rest.right)
            rest = rest.left
        values = [self.value(each) for each in (rest, *reversed(parts))]
        if all(is_text(each) for each in values):
            return bounded("".join(str.__str__(each) for each in values))
        if all(isinstance(each, list) for each in values):
            return bounded([item for each in values for item in each])
        return self.unknown(node)

    def _subscript(self, node: ast.Subscript) -> Literal:
        if isinstance(node.value, ast.Name) and node.value.id in self.names:
            held = self.names[node.value.id]
            key = self.value(node.slice)
            if isinstance(held, dict) and is_text(key) and key in held:
                return held[key]
        return self.unknown(node)

    def _call(self, node: ast.Call) -> Literal:
        name = dotted(node.func)
        last = name.rsplit(".", 1)[-1]
        if last == "dumps" and node.args:
            return self._dumps(node)
        if last == "loads" and node.args:
            text = self.value(node.args[0])
            try:
                return parse(text) if is_text(text) else self.unknown(node)
            except JSONSyntaxError:
                return self.unknown(node)
        if isinstance(node.func, ast.Attribute) and last in ("encode", "decode", "strip"):
            inner = self.value(node.func.value)
            if is_text(inner):
                return inner.strip() if last == "strip" else inner
        if last in ("b64encode", "standard_b64encode") and node.args:
            inner = self.value(node.args[0])
            if is_text(inner) and "{{" not in inner:
                return base64.b64encode(inner.encode("utf-8", "replace")).decode("ascii")
        if name == "dict" and not node.args:
            return {each.arg: self.value(each.value) for each in node.keywords if each.arg}
        if last in ("str", "dedent", "Json", "HTTPBasicAuth") and node.args:
            values = [self.value(each) for each in node.args]
            return values[0] if len(values) == 1 else values
        return self.unknown(node)

    def _dumps(self, node: ast.Call) -> Literal:
        tree = bounded(self.value(node.args[0]))
        given = {each.arg: each.value for each in node.keywords if each.arg}
        indent = self.value(given["indent"]) if "indent" in given else None
        space = " " * min(int(indent), 16) if isinstance(indent, NumberToken) else ""
        pair = self.value(given["separators"]) if "separators" in given else None
        plain = "ensure_ascii" in given and self.value(given["ensure_ascii"]) is False
        marks = None
        if isinstance(pair, list) and len(pair) == 2 and all(is_text(each) for each in pair):
            marks = (str(pair[0]), str(pair[1]))
        return JsonText(python_json(tree, marks=marks, ascii_only=not plain, indent=space), tree)


def _key(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str.__str__(value) if isinstance(value, str) else "{{key}}"


def dotted(node: ast.expr) -> str:
    """The name of a chain such as `requests.post`; empty where it is no chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 20:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))


def _name_of(node: ast.expr) -> str:
    """A name for an unknown value: `os.environ["KEY"]` and `os.getenv("KEY")` are KEY."""
    inner: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        inner = node.slice
    elif isinstance(node, ast.Call) and node.args:
        inner = node.args[0]
    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
        return inner.value
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return dotted(node).strip(".").rsplit(".", 1)[-1] or "value"
