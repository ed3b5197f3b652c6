"""Reads a Python snippet that sends a request with a literal body; the code is never run."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator

from playground.importers.literals import JsonText, Literal, bounded, is_text, python_json
from playground.importers.python_literals import Evaluator, dotted
from playground.importers.source_requests import Parts, request_of
from playground.importers.values import Request, Unreadable

SIGN = re.compile(
    r"\b(?:requests|httpx|session|client|s|http|aiohttp)\.(?:post|put|patch|get|delete|request)\s*\("
    r"|^[ \t]*(?:import|from)[ \t]+(?:requests|httpx|http\.client|urllib|aiohttp|json)\b"
    r"|http\.client\.HTTPS?Connection|urllib\.request|^[ \t]*(?:>>>|\.\.\.)[ \t]",
    re.M,
)
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.M)
METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


def looks_like(text: str) -> bool:
    """Whether the text names a Python HTTP library or shows the Python prompt."""
    return SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """The requests that the code would send, in order of its lines."""
    source = textwrap.dedent(PROMPT.sub("", text) if PROMPT.search(text) else text).strip("\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        found = _Walk(source).requests(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        if isinstance(problem, Unreadable):
            raise
        line = getattr(problem, "lineno", None)
        where = f"line {line}" if line else "its nesting"
        raise Unreadable(
            "python-syntax", "This Python code cannot be read: see {where}.", where=where
        ) from None
    if not found:
        raise Unreadable(
            "python-no-request", "This Python code holds no request with a literal address."
        )
    return found


class _Walk:
    """Goes through the statements in order, keeping the literals that names stand for."""

    def __init__(self, source: str) -> None:
        self.read = Evaluator(source)
        self.hosts: dict[str, str] = {}
        self.found: list[Request] = []
        self.httpx = "httpx" in source and "requests" not in source

    def requests(self, body: list[ast.stmt]) -> list[Request]:
        waiting: list[ast.stmt] = list(reversed(body))
        while waiting:
            statement = waiting.pop()
            for call in _calls(statement):
                self._call(call)
            self._assign(statement)
            inner = [each for block in _blocks(statement) for each in block]
            waiting.extend(reversed(inner))
        return self.found

    def _assign(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target: ast.expr = statement.target
            value = statement.value
        elif isinstance(statement, ast.Assign):
            target, value = statement.targets[0], statement.value
        else:
            return
        if isinstance(value, ast.Call) and self._keeps_host(target, value):
            return
        outside = len(self.read.outside)
        literal = self.read.value(value)
        known = len(self.read.outside) == outside or not is_text(literal)
        if isinstance(target, ast.Name) and (known or isinstance(literal, JsonText)):
            self.read.names[target.id] = literal
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            held = self.read.names.get(target.value.id)
            key = self.read.value(target.slice)
            if isinstance(held, dict) and is_text(key):
                held[str(key)] = literal

    def _keeps_host(self, target: ast.expr, call: ast.Call) -> bool:
        """`conn = http.client.HTTPSConnection("host")`: later requests go there."""
        name = dotted(call.func).rsplit(".", 1)[-1]
        if name not in ("HTTPSConnection", "HTTPConnection") or not call.args:
            return False
        host = self.read.value(call.args[0])
        port = self.read.value(call.args[1]) if len(call.args) > 1 else None
        scheme = "https" if name == "HTTPSConnection" else "http"
        if isinstance(target, ast.Name) and is_text(host):
            self.hosts[target.id] = f"{scheme}://{host}" + (f":{port}" if port else "")
        return True

    def _call(self, call: ast.Call) -> None:
        name = dotted(call.func)
        owner, _, last = name.rpartition(".")
        given = {each.arg: each.value for each in call.keywords if each.arg}
        args = list(call.args)
        if owner in self.hosts and last == "request":
            self._through_connection(owner, args, given)
        elif last == "Request" and (args or "url" in given):
            self._add("", args, given, data_at=1)
        elif last == "request" and len(args) + ("method" in given) + ("url" in given) >= 2:
            method = self.read.value(args.pop(0)) if args else self.read.value(given["method"])
            self._add(str(method), args, given)
        elif last in METHODS and (args or "url" in given):
            self._add(last, args, given, data_at=1)

    def _through_connection(
        self, owner: str, args: list[ast.expr], given: dict[str, ast.expr]
    ) -> None:
        names = ("method", "url", "body", "headers")
        given = {**dict(zip(names, args, strict=False)), **given}
        if "method" not in given or "url" not in given:
            return
        path = self.read.value(given["url"])
        parts = Parts(
            "python", str(self.read.value(given["method"])), self.hosts[owner] + str(path)
        )
        parts.headers = self._optional(given, "headers")
        parts.body = self._optional(given, "body")
        self.found.append(request_of(parts, self.read.outside))

    def _add(
        self, method: str, args: list[ast.expr], given: dict[str, ast.expr], data_at: int = 99
    ) -> None:
        url = self.read.value(args[0] if args else given["url"])
        if not is_text(url) or not re.match(r"\w+://|\{\{|/", str(url)):
            return
        if len(args) > data_at:
            given.setdefault("data", args[data_at])
        parts = Parts("python", method, str(url))
        self._fill_body(parts, given)
        parts.headers = self._optional(given, "headers")
        parts.query = self._optional(given, "params")
        parts.cookies = self._optional(given, "cookies")
        login = self._optional(given, "auth")
        if isinstance(login, list) and len(login) == 2 and all(is_text(each) for each in login):
            parts.login = (str(login[0]), str(login[1]))
        parts.unread = [f"{name}=…" for name in ("files",) if name in given]
        if "method" in given:
            parts.method = str(self.read.value(given["method"]))
        parts.method = parts.method or ("GET" if parts.body is None else "POST")
        self.found.append(request_of(parts, self.read.outside))

    def _fill_body(self, parts: Parts, given: dict[str, ast.expr]) -> None:
        for name in ("data", "content", "body"):
            if name in given and parts.body is None:
                parts.body = self._optional(given, name)
        if parts.body is None and "json" in given:
            tree = bounded(self.read.value(given["json"]))
            marks, ascii_only = ((",", ":"), False) if self.httpx else (None, True)
            parts.body = JsonText(python_json(tree, marks=marks, ascii_only=ascii_only), tree)
            parts.implied_type = "application/json"

    def _optional(self, given: dict[str, ast.expr], name: str) -> Literal:
        return self.read.value(given[name]) if name in given else None


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
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
