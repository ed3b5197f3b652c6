"""The shape of the code: how many modules it has, how long they are, how much is commented."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

SHORT = 50
NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file. Docstrings are neither comments nor code."""

    path: Path
    lines: int
    code_lines: int
    comments: int
    docstring_lines: int

    @property
    def is_short(self) -> bool:
        """Whether it has few lines and is no `__init__.py` or `apps.py`, which often do."""
        return self.lines < SHORT and self.path.name not in ("__init__.py", "apps.py")


def read_modules(folder: Path) -> list[Module]:
    """All modules in the folder except migrations."""
    paths = sorted(folder.rglob("*.py"))
    return [read_module(path) for path in paths if "migrations" not in path.parts]


def read_module(path: Path) -> Module:
    text = path.read_text()
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    documented = find_docstring_lines(text)
    code: set[int] = set()
    for token in tokens:
        if token.type not in NOT_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    comments = sum(token.type == tokenize.COMMENT for token in tokens)
    lines = len(text.splitlines())
    return Module(path, lines, len(code - documented), comments, len(documented))


def find_docstring_lines(text: str) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def describe_shape(folder: Path) -> str:
    """The figures as lines of a table."""
    modules = read_modules(folder)
    code = sum(each.code_lines for each in modules)
    comments = sum(each.comments for each in modules)
    docstrings = sum(each.docstring_lines for each in modules)
    rows: list[tuple[str, str]] = [
        ("modules (without migrations)", f"{len(modules)}"),
        (f"modules under {SHORT} lines", f"{sum(each.is_short for each in modules)}"),
        ("lines", f"{sum(each.lines for each in modules)}"),
        ("lines of code", f"{code}"),
        ("comments per 100 lines of code", f"{100 * comments / code:.1f}"),
        ("docstring lines per 100 lines of code", f"{100 * docstrings / code:.1f}"),
    ]
    return "\n".join(f"{name:<40}{figure:>8}" for name, figure in rows)
