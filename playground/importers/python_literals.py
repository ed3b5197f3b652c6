"""Evaluates expressions of a Python syntax tree that are literals; runs and imports nothing."""

from __future__ import annotations

import ast
import base64

from playground.importers.literals import (
    MAX_DEPTH,
    JsonText,
    Literal,
    check_size,
    is_text,
    make_reference,
    normalize_number,
)
from playground.importers.source_requests import python_json
from playground.importers.values import Unreadable
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, parse


class Evaluator:
    """Evaluates literals.

    `names` holds the literals assigned before, `outside` lists the references made for unknown
    values.
    """

    def __init__(self, source: str) -> None:
        # Offsets in a syntax tree count bytes of UTF-8.
        self.lines = source.encode("utf-8", "replace").split(b"\n")
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []
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
                return [self.evaluate(each) for each in node.elts]
            case ast.JoinedStr():
                return check_size("".join(self._format(each) for each in node.values))
            case ast.UnaryOp(op=ast.USub()):
                return self._negate(node)
            case ast.BinOp(op=ast.Add()):
                return self._add(node)
            case ast.Name() if node.id in self.names:
                return self.names[node.id]
            case ast.Subscript():
                return self._subscript(node)
            case ast.Call():
                return self._call(node)
            case ast.Await():
                return self.evaluate(node.value)
        return self.unknown(node)

    def unknown(self, node: ast.expr) -> str:
        """The reference for a value that the code takes from elsewhere."""
        reference = make_reference(_name_of(node))
        self.outside.append(reference)
        return reference

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
        return self.unknown(node)

    def _dict(self, node: ast.Dict) -> dict[str, Literal]:
        made: dict[str, Literal] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                spread = self.evaluate(value)
                made.update(spread if isinstance(spread, dict) else {})
                continue
            made[_key(self.evaluate(key))] = self.evaluate(value)
        return made

    def _format(self, node: ast.expr) -> str:
        inner = node.value if isinstance(node, ast.FormattedValue) else node
        value = self.evaluate(inner)
        # Other values are formatted in ways that aren't worked out here.
        return str(value) if value is None or isinstance(value, bool | str) else self.unknown(inner)

    def _negate(self, node: ast.UnaryOp) -> Literal:
        value = self.evaluate(node.operand)
        if isinstance(value, NumberToken):
            return normalize_number("-" + str(value))
        return self.unknown(node)

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
        return self.unknown(node)

    def _subscript(self, node: ast.Subscript) -> Literal:
        if isinstance(node.value, ast.Name) and node.value.id in self.names:
            owner = self.names[node.value.id]
            key = self.evaluate(node.slice)
            if isinstance(owner, dict) and is_text(key) and key in owner:
                return owner[key]
        return self.unknown(node)

    def _call(self, node: ast.Call) -> Literal:
        name = dotted_name(node.func)
        # By the last name: `json.dumps` may be imported as `dumps`, or `json` as `j`.
        last = name.rsplit(".", 1)[-1]
        if last == "dumps" and node.args:
            return self._dump_json(node)
        if last == "loads" and node.args:
            text = self.evaluate(node.args[0])
            try:
                return parse(text) if is_text(text) else self.unknown(node)
            except JSONSyntaxError:
                return self.unknown(node)
        if isinstance(node.func, ast.Attribute) and last in ("encode", "decode", "strip"):
            inner = self.evaluate(node.func.value)
            # The encoding doesn't matter: bodies are shown as text.
            if is_text(inner):
                return inner.strip() if last == "strip" else inner
        if last in ("b64encode", "standard_b64encode") and node.args:
            inner = self.evaluate(node.args[0])
            # The encoding of a reference would hide that a value is missing.
            if is_text(inner) and "{{" not in inner:
                return base64.b64encode(inner.encode("utf-8", "replace")).decode("ascii")
        if name == "dict" and not node.args:
            return {each.arg: self.evaluate(each.value) for each in node.keywords if each.arg}
        if last in ("str", "dedent", "Json", "HTTPBasicAuth") and node.args:
            values = [self.evaluate(each) for each in node.args]
            return values[0] if len(values) == 1 else values
        return self.unknown(node)

    def _dump_json(self, node: ast.Call) -> Literal:
        tree = check_size(self.evaluate(node.args[0]))
        given = {each.arg: each.value for each in node.keywords if each.arg}
        indent = self.evaluate(given["indent"]) if "indent" in given else None
        space = " " * min(int(indent), 16) if isinstance(indent, NumberToken) else ""
        pair = self.evaluate(given["separators"]) if "separators" in given else None
        plain = "ensure_ascii" in given and self.evaluate(given["ensure_ascii"]) is False
        separators = None
        if isinstance(pair, list) and len(pair) == 2 and all(is_text(each) for each in pair):
            separators = (str(pair[0]), str(pair[1]))
        text = python_json(tree, separators, ascii_only=not plain, indent=space)
        return JsonText(text, tree)


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
    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
        return inner.value
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return dotted_name(node).strip(".").rsplit(".", 1)[-1] or "value"
