"""Matches a request with a known operation: by its URL, or by the keys of its body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from playground.importers.values import OperationShape
from playground.jsontext.parsing import Tree
from playground.openapi.operations import Operation, list_operations

PATH_PARAMETER = re.compile(r"\{([^{}]+)\}")
# Keys of so many APIs that one alone doesn't identify an operation.
COMMON_KEYS = frozenset({"id", "name", "title", "type", "data", "url", "email", "token", "format"})
MAX_PATH = 4000


@dataclass(frozen=True)
class OperationMatch:
    """An operation and the values of its path; `by` is `URL` or `keys`."""

    operation: OperationShape
    path_values: Mapping[str, str]
    by: str


def operation_shapes() -> tuple[OperationShape, ...]:
    """Every known operation, built in or imported."""
    return tuple(_shape(each) for each in list_operations())


def _shape(operation: Operation) -> OperationShape:
    keys = dict.fromkeys(operation.key_order)
    schemes = operation.credential.schemes
    keys.update(dict.fromkeys(each.body_key for each in schemes if each.body_key))
    properties = (operation.body_schema or {}).get("properties", {})
    rows = (key for key, each in properties.items() if each.get("x-widget") == "grid")
    return OperationShape(
        operation.id,
        operation.method,
        operation.path,
        tuple(keys),
        rows_key=next(rows, ""),
        title=operation.title,
    )


def match_operation(
    method: str | None, url: str | None, tree: Tree, operations: Sequence[OperationShape]
) -> OperationMatch | None:
    """The operation of a request by its URL, on any host, or else by the keys of its body.

    `tree` is the parsed body, None if there isn't one.
    """
    if url and (match := _match_url(method, url, operations)):
        return match
    if isinstance(tree, dict) and (method or "POST").upper() in ("POST", "PUT", "PATCH"):
        return _match_keys(tree.keys(), operations)
    return None


def _match_url(
    method: str | None, url: str, operations: Sequence[OperationShape]
) -> OperationMatch | None:
    """The operation whose path is a suffix of the URL; of several the most literal one."""
    segments = path_segments(url)
    best: tuple[int, OperationMatch] | None = None
    for operation in operations:
        if method and operation.method.upper() != method.upper():
            continue
        values = _match_path(operation.path, segments)
        if values is None:
            continue
        literals = [
            not PATH_PARAMETER.fullmatch(part) for part in operation.path.strip("/").split("/")
        ]
        if best is None or sum(literals) > best[0]:
            best = (sum(literals), OperationMatch(operation, values, "URL"))
    return best[1] if best else None


def path_segments(url: str) -> list[str]:
    """The decoded segments of the path of a URL, without empty ones."""
    # A URL may start with a variable: `{{base}}/workflows/…` has no scheme that can be parsed.
    whole = url if "://" in url else f"http://host/{url.lstrip('/')}"
    try:
        path = urlsplit(whole).path
    except ValueError:
        path = whole.split("?")[0].split("#")[0]
    return [unquote(part) for part in path[:MAX_PATH].split("/") if part]


def _match_path(template: str, segments: Sequence[str]) -> dict[str, str] | None:
    parts = [part for part in template.split("/") if part]
    if not parts or len(parts) > len(segments):
        return None
    values: dict[str, str] = {}
    # From the end: the host may serve the API below a path of its own.
    for part, segment in zip(parts, segments[-len(parts) :], strict=True):
        parameter = PATH_PARAMETER.fullmatch(part)
        if parameter:
            values[parameter[1]] = segment
        elif part != segment:
            return None
    return values


def _match_keys(keys: Iterable[str], operations: Sequence[OperationShape]) -> OperationMatch | None:
    """The one operation that has most of the keys, or None.

    It must have at least half of them, and either two or an uncommon one.
    """
    present = set(keys)
    scores = []
    for operation in operations:
        shared = present & set(operation.body_keys)
        if (shared - COMMON_KEYS or len(shared) >= 2) and len(shared) * 2 >= len(present):
            scores.append((len(shared), operation))
    # Operations with the same keys are indistinguishable: then none matches.
    most = max((score for score, _ in scores), default=0)
    best = [operation for score, operation in scores if score == most]
    return OperationMatch(best[0], {}, "keys") if len(best) == 1 else None
