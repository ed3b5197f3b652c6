"""Public names of the modules, and their use of private names and of SQL, as written."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import playground
from tests.architecture.packages import CODE, list_modules

DATABASE_WORDS = re.compile(
    r"\b(?:CREATE TRIGGER|PRAGMA|AUTOINCREMENT|ON CONFLICT|INSERT OR|randomblob|last_insert_rowid"
    r"|json_extract|json_each|json_set|jsonb\w*|sqlite_\w+|pg_\w+|ILIKE)\b|::(?:text|jsonb?|uuid)\b"
)
# Django documents `_meta` and the methods of a storage, Python those of a named tuple.
DOCUMENTED = {"_meta", "_open", "_save", "_asdict", "_fields", "_make", "_replace"}
# Modules that exist on one platform only, or that locks were once built from.
PLATFORM_MODULES = {"fcntl", "msvcrt", "sqlite3", "psycopg"}


def describe_module(path: Path) -> str:
    return str(path.relative_to(CODE).with_suffix("")).replace("/", ".")


def list_public_definitions() -> dict[str, set[str]]:
    """Modules that define each public function or class at their top level."""
    modules: dict[str, set[str]] = defaultdict(set)
    for path in list_modules():
        for node in ast.parse(path.read_text()).body:
            is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if is_definition and not node.name.startswith("_"):
                modules[node.name].add(describe_module(path))
    return modules


def is_private(name: str) -> bool:
    is_dunder = name.startswith("__") or name.endswith("_")  # `_value_` and the like of enums
    return name.startswith("_") and not is_dunder and name not in DOCUMENTED


def list_private_uses(path: Path) -> Iterator[str]:
    """Private attributes that the module reads or sets, though it does not define them."""
    tree = ast.parse(path.read_text())
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        # `self._x = …` defines an attribute; on any other object it doesn't.
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
        ):
            own.add(node.attr)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            yield f"{describe_module(path)}: .{node.attr}"
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            yield f"{describe_module(path)}: .__dict__"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            is_access = node.func.id in ("getattr", "setattr", "hasattr", "delattr")
            names = [each.value for each in node.args[1:2] if isinstance(each, ast.Constant)]
            if is_access and names and is_private(str(names[0])):
                yield f"{describe_module(path)}: {node.func.id} {names[0]}"


def import_modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(playground.__path__, "playground."):
        if ".migrations" not in info.name:
            yield importlib.import_module(info.name)


def list_private_overrides(module: ModuleType) -> Iterator[str]:
    """Private methods of a library that a class of the module replaces."""
    for name, each in inspect.getmembers(module, inspect.isclass):
        if each.__module__ != module.__name__:
            continue
        foreign = [
            base for base in each.__mro__[1:] if not base.__module__.startswith("playground")
        ]
        for attribute, value in vars(each).items():
            is_method = is_private(attribute) and inspect.isfunction(value)
            if is_method and any(attribute in vars(base) for base in foreign):
                yield f"{module.__name__.removeprefix('playground.')}: {name}.{attribute}"


def list_database_words(path: Path) -> Iterator[str]:
    """SQL in texts of the module that only one database understands."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings and (found := DATABASE_WORDS.search(node.value)):
            yield f"{describe_module(path)}: {found[0]}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            for name in names & PLATFORM_MODULES:
                yield f"{describe_module(path)}: import {name}"


def print_repeated_names() -> None:
    """`python -m tests.architecture.names` shows what test_names.py has an opinion on."""
    for name, modules in sorted(list_public_definitions().items()):
        if len(modules) > 1:
            print(name, *sorted(modules))


if __name__ == "__main__":
    print_repeated_names()
