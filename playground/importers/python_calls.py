"""Evaluates Python calls that only convert literals; runs and imports nothing."""

from __future__ import annotations

import ast
import base64
import re

from playground.importers.literals import (
    FileText,
    JsonText,
    Literal,
    check_size,
    is_text,
    normalize_number,
)
from playground.importers.python_literals import Evaluator, SessionOptions, dotted_name
from playground.importers.source_requests import python_json
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, parse

SESSIONS = frozenset({"Session", "session", "ClientSession", "Client", "AsyncClient"})
# What is sent is the first argument.
SAME_CALLS = frozenset({"str", "dedent", "Json", "HTTPBasicAuth", "BasicAuth", "UUID", "SecretStr"})
SAME_METHODS = frozenset({"encode", "decode", "strip", "copy"})
FILE_CALLS = frozenset({"open", "Path"})
FILE_METHODS = frozenset({"read", "read_text", "read_bytes", "open", "load"})
FORMAT_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)([^{}]*)\}")


def evaluate_call(evaluator: Evaluator, node: ast.Call) -> Literal:
    """The value of a call; a variable reference if it isn't a literal."""
    name = dotted_name(node.func)
    # By the last name: `json.dumps` may be imported as `dumps`, or `json` as `j`.
    last = name.rsplit(".", 1)[-1]
    if last == "dumps" and node.args:
        return _dump_json(evaluator, node)
    if last == "loads" and node.args:
        return _parse_json(evaluator, node)
    if last in SESSIONS:
        return _make_session(evaluator, node)
    if last in FILE_METHODS and (file := _find_file(evaluator, node)) is not None:
        return file
    if last in FILE_CALLS and node.args:
        path = evaluator.evaluate(node.args[0])
        return evaluator.keep(FileText(str(path))) if is_text(path) else evaluator.unknown_at(node)
    if isinstance(node.func, ast.Attribute) and last in SAME_METHODS:
        inner = evaluator.evaluate(node.func.value)
        # The encoding doesn't matter: bodies are shown as text.
        if isinstance(inner, dict) and last == "copy":
            return dict(inner)
        if is_text(inner):
            return inner.strip() if last == "strip" else inner
    if isinstance(node.func, ast.Attribute) and last == "format":
        return _format(evaluator, node, node.func.value)
    if last in ("b64encode", "standard_b64encode") and node.args:
        inner = evaluator.evaluate(node.args[0])
        # Encoding a reference would hide that its value is missing.
        if is_text(inner) and "{{" not in inner:
            return base64.b64encode(inner.encode("utf-8", "replace")).decode("ascii")
    if name == "dict":
        return _make_dict(evaluator, node)
    if last == "Decimal" and node.args:
        value = evaluator.evaluate(node.args[0])
        return (
            normalize_number(str(value)) if isinstance(value, str) else evaluator.unknown_at(node)
        )
    if last in SAME_CALLS and node.args:
        values = [evaluator.evaluate(each) for each in node.args]
        return values[0] if len(values) == 1 else values
    return evaluator.unknown_at(node)


def _find_file(evaluator: Evaluator, node: ast.Call) -> FileText | None:
    """The file of `file.read()` or `json.load(file)`."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    for each in (owner, *node.args[:1]):
        if isinstance(each, ast.Name | ast.Call):
            value = evaluator.names.get(each.id) if isinstance(each, ast.Name) else None
            if (
                isinstance(each, ast.Call)
                and dotted_name(each.func).rpartition(".")[2] in FILE_CALLS
            ):
                value = evaluator.evaluate(each)
            if isinstance(value, FileText):
                return value
    return None


def _make_session(evaluator: Evaluator, node: ast.Call) -> SessionOptions:
    named = {each.arg: evaluator.evaluate(each.value) for each in node.keywords if each.arg}
    # aiohttp takes the base URL first.
    if node.args and is_text(base := evaluator.evaluate(node.args[0])):
        named.setdefault("base_url", base)
    return SessionOptions(named)


def _make_dict(evaluator: Evaluator, node: ast.Call) -> Literal:
    made: dict[str, Literal] = {}
    for each in node.args:
        value = evaluator.evaluate(each)
        if isinstance(value, list) and all(
            isinstance(one, list) and len(one) == 2 for one in value
        ):
            value = {str(one[0]): one[1] for one in value}
        if not isinstance(value, dict):
            return evaluator.unknown_at(node)
        made.update(value)
    for keyword in node.keywords:
        if keyword.arg:
            made[keyword.arg] = evaluator.evaluate(keyword.value)
        else:
            value = evaluator.spread(keyword.value, "**")
            made.update(value if isinstance(value, dict) else {})
    return made


def _format(evaluator: Evaluator, node: ast.Call, owner: ast.expr) -> Literal:
    """`text.format(…)`; what needs formatting becomes a reference."""
    template = evaluator.evaluate(owner)
    if not is_text(template):
        return evaluator.unknown_at(node)
    waiting = iter(node.args)
    named = {each.arg: each.value for each in node.keywords if each.arg}

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return found.group()[0]
        if found[1].isdecimal():
            value = node.args[int(found[1])] if int(found[1][:4]) < len(node.args) else None
        else:
            value = named.get(found[1]) if found[1] else next(waiting, None)
        literal = evaluator.evaluate(value) if value is not None else None
        plain = isinstance(literal, str) and not found[2]
        return str(literal) if plain else evaluator.unknown_at(value or node)

    return check_size(FORMAT_FIELD.sub(fill, template))


def _parse_json(evaluator: Evaluator, node: ast.Call) -> Literal:
    text = evaluator.evaluate(node.args[0])
    if isinstance(text, FileText):
        return text
    try:
        return parse(text) if is_text(text) else evaluator.unknown_at(node)
    except JSONSyntaxError:
        return evaluator.unknown_at(node)


def _dump_json(evaluator: Evaluator, node: ast.Call) -> Literal:
    tree = check_size(evaluator.evaluate(node.args[0]))
    if isinstance(tree, FileText):
        return tree
    given = {each.arg: each.value for each in node.keywords if each.arg}
    indent = evaluator.evaluate(given["indent"]) if "indent" in given else None
    space = " " * min(int(indent), 16) if isinstance(indent, NumberToken) else ""
    pair = evaluator.evaluate(given["separators"]) if "separators" in given else None
    plain = "ensure_ascii" in given and evaluator.evaluate(given["ensure_ascii"]) is False
    separators = None
    if isinstance(pair, list) and len(pair) == 2 and all(is_text(each) for each in pair):
        separators = (str(pair[0]), str(pair[1]))
    text = python_json(tree, separators, ascii_only=not plain, indent=space)
    return JsonText(text, tree)
