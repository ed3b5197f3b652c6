"""The table of packages, and the imports as the modules really write them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
CODE = HOME / "playground"

PURE = {"openapi", "jsontext", "rules", "calls", "importers", "network", "timing"}
MAY_IMPORT: dict[str, set[str]] = {
    "jsontext": set(),
    "openapi": {"jsontext"},
    "rules": {"openapi", "jsontext"},
    "calls": {"openapi", "jsontext"},
    "importers": {"openapi", "jsontext", "calls"},
    "network": {"calls"},
    "timing": set(),
    "forms": {"openapi", "jsontext", "rules"},
    "people": set(),
    "vault": {"people"},
}
# Each of these may import all above it.
for package in ("apis", "workspace", "drafts", "payload_templates"):
    MAY_IMPORT[package] = set(MAY_IMPORT)
MAY_IMPORT["engine"] = {"calls"}
MAY_IMPORT["history"] = {"calls", "people", "vault", "engine"}
MAY_IMPORT["sending"] = set(MAY_IMPORT)
MAY_IMPORT["batches"] = set(MAY_IMPORT)
MAY_IMPORT["schedules"] = set(MAY_IMPORT)
MAY_IMPORT["monitoring"] = set(MAY_IMPORT)
MAY_IMPORT["sandbox"] = {"openapi", "jsontext", "rules"}
MAY_IMPORT["api"] = MAY_IMPORT["commands"] = set(MAY_IMPORT) | {"api"}
MAY_IMPORT["pages"] = set(MAY_IMPORT) - {"api", "commands"}
# Modules beside the packages: settings and what they read, the site map, the server's entry
# point, the log.
TOP_LEVEL = {
    "settings",
    "environment",
    "mail_environment",
    "urls",
    "wsgi",
    "celery",
    "request_log",
    "__init__",
}
TOP_LEVEL_MAY_IMPORT = {
    "settings": {"environment", "mail_environment"},
    "mail_environment": {"environment"},
    "urls": {"pages", "api", "sandbox"},
}


@dataclass(frozen=True)
class Import:
    """`path:line` imports `target`, a dotted name; `inside` a function or not."""

    path: Path
    line: int
    target: str
    inside: bool

    @property
    def package(self) -> str:
        return package_of(self.path)

    @property
    def target_package(self) -> str:
        """The package of the playground it imports from, or an empty text."""
        parts = self.target.split(".")
        return parts[1] if parts[0] == "playground" and len(parts) > 1 else ""

    def __str__(self) -> str:
        return f"{self.path.relative_to(HOME)}:{self.line} imports {self.target}"


def package_of(path: Path) -> str:
    return path.relative_to(CODE).parts[0].removesuffix(".py")


def list_modules() -> list[Path]:
    return sorted(path for path in CODE.rglob("*.py") if "migrations" not in path.parts)


@cache
def list_imports() -> tuple[Import, ...]:
    return tuple(found for path in list_modules() for found in read_imports(path))


def read_imports(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        for target in targets_of(node, path):
            yield Import(path, node.lineno, target, id(node) in inside)  # type: ignore[attr-defined]


def targets_of(node: ast.AST, path: Path) -> list[str]:
    """The dotted names that a statement imports; relative ones are made absolute."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        origin = node.module or ""
        if node.level:
            package = list(path.relative_to(HOME).with_suffix("").parts)[: -node.level]
            origin = ".".join([*package, *([origin] if origin else [])])
        return [f"{origin}.{alias.name}" for alias in node.names]
    return []
