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

from playground.importers.literals import FileText, JsonText, is_text
from playground.importers.python_calls import evaluate_call
from playground.importers.python_literals import Evaluator, SessionOptions, dotted_name
from playground.importers.python_requests import ConnectionOptions, RequestReader
from playground.importers.source_requests import build_request
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
from playground.importers.values import (
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
    note_repaired,
)

# Calls through the names that such code usually has, imports, and the prompt.
SIGN = re.compile(
    r"\b(?:requests|httpx|session|client|s|http|aiohttp)\.(?:post|put|patch|get|delete|request)\s*\("
    r"|^[ \t]*(?:import|from)[ \t]+(?:requests|httpx|http\.client|urllib|aiohttp|json)\b"
    r"|http\.client\.HTTPS?Connection\b|urllib\.request|^[ \t]*(?:>>>|\.\.\.)[ \t]",
    re.M,
)
SIGN_WORDS = (
    "requests", "httpx", "http.", "urllib", "aiohttp", "import", "from", ">>>", "...",
    ".post", ".put", ".patch", ".get", ".delete", ".request",
)  # fmt: skip
# Syntax that no other language has.
CERTAIN_SIGN = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(?:requests|httpx|http\.client|urllib|aiohttp)\b"
    r"|\b(?:requests|httpx)\.(?:post|put|patch|get|delete|request)\s*\(|urllib\.request\.",
    re.M,
)
TYPOGRAPHIC = (
    (re.compile("[‘’‚‛]"), "'"), (re.compile("[“”„‟]"), '"'), (re.compile("[\xa0\u202f]"), " "),
)  # fmt: skip
PRINT_STATEMENT = re.compile(r"(?<![\w.'\"])print[ \t]+(?![=(\s])[^\n]*")
LONE_RETURN = re.compile(r"\r")
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.M)


def looks_like(pasted: Pasted) -> bool:
    """Whether the text names a Python HTTP library or shows the Python prompt."""
    return pasted.mentions(*SIGN_WORDS) and SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the code would send, in order of its lines."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate=None)
    # Python also ends a line at these, and counts them.
    traced = _dedent(traced.replace(LONE_RETURN, "\n", fate="read").replace(PROMPT))
    notes: list[Note] = []
    try:
        tree, traced, notes = _parse(traced)
        reader = _SnippetReader(traced.text)
        found = reader.run(tree.body)
    except (SyntaxError, RecursionError, MemoryError) as problem:
        line = getattr(problem, "lineno", None)
        where = f"line {line}" if line else "its nesting"
        message = "This Python code can't be read: see {where}."
        # Other languages have calls that look like Python's.
        kind = Unreadable if CERTAIN_SIGN.search(pasted.text) else NotRecognized
        raise kind("python-syntax", message, where=where) from None
    if not found:
        message = "This Python code has no request with a literal URL."
        raise NotRecognized("python-no-request", message)
    spans = tuple(traced.trace(reader.locate_read()))
    return [replace(each, spans=spans, notes=(*notes, *each.notes)) for each in found]


def _parse(traced: TracedText) -> tuple[ast.Module, TracedText, list[Note]]:
    """The syntax tree and its source, in which typographic quotes are plain."""
    try:
        return _parse_source(traced.text), traced, []
    except SyntaxError:
        repaired = traced
        for pattern, plain in TYPOGRAPHIC:
            repaired = repaired.replace(pattern, plain)
        # Python 2 has a statement that prints.
        repaired = repaired.replace(PRINT_STATEMENT, "pass", fate=None)
        if repaired is traced:
            raise
        message = "Replaced typographic quotes and spaces with plain ones."
        changed = any(pattern.search(traced.text) for pattern, _ in TYPOGRAPHIC)
        notes = [note_repaired("quotes", message)] if changed else []
        return _parse_source(repaired.text), repaired, notes


def _parse_source(source: str) -> ast.Module:
    with warnings.catch_warnings():
        # Python warns about invalid escapes in the code it parses, which isn't ours.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except ValueError as problem:
            # A NUL in the source.
            raise SyntaxError(str(problem)) from None


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
        self.evaluator = Evaluator(source, evaluate_call)
        is_httpx = "httpx" in source and "requests" not in source
        self.requests = RequestReader(self.evaluator, is_httpx)
        self.read: list[ast.stmt] = []

    def run(self, body: list[ast.stmt]) -> list[FoundRequest]:
        waiting: list[ast.stmt] = list(reversed(body))
        while waiting:
            statement = waiting.pop()
            # All calls are read before the names that they are assigned to are bound.
            understood = [self.requests.read_call(call) for call in _walk_calls(statement)]
            imported = isinstance(statement, ast.Import | ast.ImportFrom)
            if self._assign(statement) or imported or any(understood):
                self.read.append(statement)
            inner = [each for block in _blocks(statement) for each in block]
            waiting.extend(reversed(inner))
        return [build_request(each, self.evaluator.outside) for each in self.requests.parts]

    def locate_read(self) -> list[TextSpan]:
        """The spans of the statements that were read; for a block, its head and its body."""
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
        """Store an assignment; return whether the statement is one."""
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._bind(statement.target, statement.value)
        elif isinstance(statement, ast.Assign):
            self._bind(statement.targets[0], statement.value)
        elif isinstance(statement, ast.AugAssign):
            added = ast.BinOp(statement.target, statement.op, statement.value)
            self._bind(statement.target, ast.copy_location(added, statement))
        elif isinstance(statement, ast.With | ast.AsyncWith):
            # `with open(…) as file` and `with requests.Session() as session` are assignments, too.
            for each in statement.items:
                if each.optional_vars is not None:
                    self._bind(each.optional_vars, each.context_expr)
        else:
            return False
        return True

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        evaluator = self.evaluator
        unknown_before = len(evaluator.outside)
        literal = self._find_connection(value) or evaluator.evaluate(value)
        known = len(evaluator.outside) == unknown_before or not is_text(literal)
        if isinstance(target, ast.Name):
            # An unknown value isn't bound: its own name makes a better reference.
            if known or isinstance(literal, JsonText | FileText):
                evaluator.names[target.id] = literal
            is_request = isinstance(value, ast.Call) and dotted_name(value.func).endswith("Request")
            if is_request and self.requests.parts:
                self.requests.named[target.id] = self.requests.parts[-1]
        elif isinstance(target, ast.Subscript):
            owner, key = evaluator.resolve(target.value), evaluator.evaluate(target.slice)
            if isinstance(owner, dict) and is_text(key):
                owner[str(key)] = literal
        elif isinstance(target, ast.Attribute):
            owner = evaluator.resolve(target.value)
            if isinstance(owner, SessionOptions):
                owner[target.attr] = literal

    def _find_connection(self, value: ast.expr) -> ConnectionOptions | None:
        """`http.client.HTTPSConnection("host")`: later requests go to that host."""
        name = dotted_name(value.func).rsplit(".", 1)[-1] if isinstance(value, ast.Call) else ""
        if name not in ("HTTPSConnection", "HTTPConnection") or not isinstance(value, ast.Call):
            return None
        host, port = [*map(self.evaluator.evaluate, value.args), None, None][:2]
        scheme = "https" if name == "HTTPSConnection" else "http"
        return ConnectionOptions(base_url=f"{scheme}://{host}" + (f":{port}" if port else ""))


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
