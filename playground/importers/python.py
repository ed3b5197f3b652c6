"""Reads a Python snippet: requests, httpx, aiohttp, http.client, urllib.

The code is never run: its syntax tree is walked, and what it gives to a library is evaluated
as far as it is literal.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import replace

from playground.importers.literals import JsonText, Literal, check_size, is_text
from playground.importers.python_literals import Evaluator, dotted_name
from playground.importers.source_requests import RequestParts, build_request, python_json
from playground.importers.spans import TextSpan, TracedText, cover
from playground.importers.values import FoundRequest, NotRecognized, Pasted, Unreadable

# Calls through the names that such code usually has, imports, and the prompt.
SIGN = re.compile(
    r"\b(?:requests|httpx|session|client|s|http|aiohttp)\.(?:post|put|patch|get|delete|request)\s*\("
    r"|^[ \t]*(?:import|from)[ \t]+(?:requests|httpx|http\.client|urllib|aiohttp|json)\b"
    r"|http\.client\.HTTPS?Connection|urllib\.request|^[ \t]*(?:>>>|\.\.\.)[ \t]",
    re.M,
)
CARRIAGE_RETURN = re.compile(r"\r(?=\n)")
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.M)
METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


def looks_like(pasted: Pasted) -> bool:
    """Whether the text names a Python HTTP library or shows the Python prompt."""
    return SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the code would send, in order of its lines."""
    traced = _dedent(TracedText(pasted.text).replace(CARRIAGE_RETURN, fate=None).replace(PROMPT))
    source = traced.text
    try:
        with warnings.catch_warnings():
            # Python warns of odd escapes in the code it parses; that isn't our code.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        reader = _SnippetReader(source)
        found = reader.run(tree.body)
    except Unreadable:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        line = getattr(problem, "lineno", None)
        where = f"line {line}" if line else "its nesting"
        message = "This Python code can't be read: see {where}."
        raise NotRecognized("python-syntax", message, where=where) from None
    if not found:
        message = "This Python code has no request with a literal URL."
        raise NotRecognized("python-no-request", message)
    spans = tuple(traced.trace(reader.locate_read()))
    return [replace(each, spans=spans) for each in found]


def _dedent(traced: TracedText) -> TracedText:
    """The code without the indentation that all of its lines share."""
    text = traced.text
    margin = re.match(r"[ \t]*", text.lstrip("\n").split("\n")[0])
    if not margin or not margin.group() or textwrap.dedent(text) == text:
        return traced
    return traced.replace(re.compile("^" + margin.group(), re.M), fate="read")


class _SnippetReader:
    """Goes through the statements in order and keeps the literals that are assigned to names."""

    def __init__(self, source: str) -> None:
        self.evaluator = Evaluator(source)
        self.hosts: dict[str, str] = {}
        self.found: list[FoundRequest] = []
        self.read: list[ast.stmt] = []
        # httpx writes JSON in its own way since version 0.28.
        self.is_httpx = "httpx" in source and "requests" not in source

    def run(self, body: list[ast.stmt]) -> list[FoundRequest]:
        waiting: list[ast.stmt] = list(reversed(body))
        while waiting:
            statement = waiting.pop()
            before = len(self.found)
            for call in _walk_calls(statement):
                self._handle_call(call)
            assigned = self._assign(statement)
            imported = isinstance(statement, ast.Import | ast.ImportFrom)
            if assigned or imported or len(self.found) > before:
                self.read.append(statement)
            inner = [each for block in _blocks(statement) for each in block]
            waiting.extend(reversed(inner))
        return self.found

    def locate_read(self) -> list[TextSpan]:
        """The spans of the statements that were read; of a block, its head and what is inside."""
        starts = [0]
        for line in self.evaluator.lines:
            starts.append(starts[-1] + len(line.decode("utf-8")) + 1)

        def offset(line: int, column: int) -> int:
            before = self.evaluator.lines[line - 1][:column]
            return starts[line - 1] + len(before.decode("utf-8"))

        spans = []
        for each in self.read:
            inner = [one for block in _blocks(each) for one in block]
            end_line, end_column = each.end_lineno or each.lineno, each.end_col_offset or 0
            if inner:
                end_line, end_column = inner[0].lineno, inner[0].col_offset
            start = offset(each.lineno, each.col_offset)
            spans.append(TextSpan(start, offset(end_line, end_column), "read"))
        return cover([spans])

    def _assign(self, statement: ast.stmt) -> bool:
        """Keep what is assigned; says whether the statement is an assignment."""
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target: ast.expr = statement.target
            value = statement.value
        elif isinstance(statement, ast.Assign):
            target, value = statement.targets[0], statement.value
        else:
            return False
        if isinstance(value, ast.Call) and self._is_connection(target, value):
            return True
        unknown_before = len(self.evaluator.outside)
        literal = self.evaluator.evaluate(value)
        known = len(self.evaluator.outside) == unknown_before or not is_text(literal)
        # A name for an unknown value isn't kept: its own name makes the better reference.
        if isinstance(target, ast.Name) and (known or isinstance(literal, JsonText)):
            self.evaluator.names[target.id] = literal
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            owner = self.evaluator.names.get(target.value.id)
            key = self.evaluator.evaluate(target.slice)
            if isinstance(owner, dict) and is_text(key):
                owner[str(key)] = literal
        return True

    def _is_connection(self, target: ast.expr, call: ast.Call) -> bool:
        """`conn = http.client.HTTPSConnection("host")`: later requests go to that host."""
        name = dotted_name(call.func).rsplit(".", 1)[-1]
        if name not in ("HTTPSConnection", "HTTPConnection") or not call.args:
            return False
        host = self.evaluator.evaluate(call.args[0])
        port = self.evaluator.evaluate(call.args[1]) if len(call.args) > 1 else None
        scheme = "https" if name == "HTTPSConnection" else "http"
        if isinstance(target, ast.Name) and is_text(host):
            self.hosts[target.id] = f"{scheme}://{host}" + (f":{port}" if port else "")
        return True

    def _handle_call(self, call: ast.Call) -> None:
        owner, _, last = dotted_name(call.func).rpartition(".")
        given = {each.arg: each.value for each in call.keywords if each.arg}
        args = list(call.args)
        if owner in self.hosts and last == "request":
            names = ("method", "url", "body", "headers")
            self._add_to_host(owner, {**dict(zip(names, args, strict=False)), **given})
        # urllib's Request has no method: it depends on the body.
        elif last == "Request" and (args or "url" in given):
            self._add("", args, given, data_at=1)
        elif last == "request" and len(args) + ("method" in given) + ("url" in given) >= 2:
            method = self.evaluator.evaluate(args.pop(0) if args else given["method"])
            self._add(str(method), args, given)
        elif last in METHODS and (args or "url" in given):
            self._add(last, args, given, data_at=1)

    def _add_to_host(self, owner: str, given: dict[str, ast.expr]) -> None:
        if "method" not in given or "url" not in given:
            return
        path = self.evaluator.evaluate(given["url"])
        method = self.evaluator.evaluate(given["method"])
        parts = RequestParts("python", str(method), f"{self.hosts[owner]}{path}")
        parts.headers = self._evaluate_argument(given, "headers")
        parts.body = self._evaluate_argument(given, "body")
        self.found.append(build_request(parts, self.evaluator.outside))

    def _add(
        self, method: str, args: list[ast.expr], given: dict[str, ast.expr], data_at: int = 99
    ) -> None:
        """Record a request; `data_at` is the position of the body among the arguments."""
        url = self.evaluator.evaluate(args[0] if args else given["url"])
        # Many other things have a method `get`: the argument must look like a URL.
        if not is_text(url) or not re.match(r"\w+://|\{\{|/", str(url)):
            return
        if len(args) > data_at:
            given.setdefault("data", args[data_at])
        parts = RequestParts("python", method, str(url))
        self._set_body(parts, given)
        parts.headers = self._evaluate_argument(given, "headers")
        parts.query = self._evaluate_argument(given, "params")
        parts.cookies = self._evaluate_argument(given, "cookies")
        login = self._evaluate_argument(given, "auth")
        if isinstance(login, list) and len(login) == 2 and all(is_text(each) for each in login):
            parts.login = (str(login[0]), str(login[1]))
        parts.unread = ["files=…"] if "files" in given else []
        if "method" in given:
            parts.method = str(self.evaluator.evaluate(given["method"]))
        parts.method = parts.method or ("GET" if parts.body is None else "POST")
        self.found.append(build_request(parts, self.evaluator.outside))

    def _set_body(self, parts: RequestParts, given: dict[str, ast.expr]) -> None:
        for name in ("data", "content", "body"):
            if name in given and parts.body is None:
                parts.body = self._evaluate_argument(given, name)
        if parts.body is None and "json" in given:
            tree = check_size(self.evaluator.evaluate(given["json"]))
            separators, ascii_only = ((",", ":"), False) if self.is_httpx else (None, True)
            parts.body = JsonText(python_json(tree, separators, ascii_only), tree)
            parts.implied_type = "application/json"

    def _evaluate_argument(self, given: dict[str, ast.expr], name: str) -> Literal:
        return self.evaluator.evaluate(given[name]) if name in given else None


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    # Both branches of an `if` are read, as nothing is evaluated to choose one.
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _walk_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement itself, in order, without those in its blocks."""
    waiting: list[ast.AST] = [
        each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)
    ]
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.ExceptHandler):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
