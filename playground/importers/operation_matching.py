"""Which operation a request belongs to: by its address on any host, else by its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from playground.importers.values import OperationShape
from playground.jsontext.parsing import Tree

SLOT = re.compile(r"\{([^{}]+)\}")
COMMON_KEYS = frozenset({"id", "name", "title", "type", "data", "url", "email", "token", "format"})


@dataclass(frozen=True)
class Recognised:
    """The operation found and the values of its path; `by` is `address` or `keys`."""

    operation: OperationShape
    path_values: Mapping[str, str]
    by: str


def recognise(
    method: str | None, url: str | None, tree: Tree, operations: Sequence[OperationShape]
) -> Recognised | None:
    """The operation of a request, or None. `tree` is its body read, None without one."""
    if url:
        found = _by_address(method, url, operations)
        if found:
            return found
    if isinstance(tree, dict) and (method or "POST").upper() in ("POST", "PUT", "PATCH"):
        return _by_keys(tree.keys(), operations)
    return None


def _by_address(
    method: str | None, url: str, operations: Sequence[OperationShape]
) -> Recognised | None:
    """The operation whose path the address ends with; of several the most literal one."""
    segments = path_segments(url)
    best: tuple[int, Recognised] | None = None
    for operation in operations:
        if method and operation.method.upper() != method.upper():
            continue
        values = _match(operation.path, segments)
        if values is None:
            continue
        weight = sum(not SLOT.fullmatch(part) for part in operation.path.strip("/").split("/"))
        if best is None or weight > best[0]:
            best = (weight, Recognised(operation, values, "address"))
    return best[1] if best else None


def path_segments(url: str) -> list[str]:
    """The decoded segments of an address's path, without empty ones; none if it has no path."""
    plain = url if "://" in url else f"http://host/{url.lstrip('/')}"
    try:
        path = urlsplit(plain).path
    except ValueError:
        path = plain.split("?")[0].split("#")[0]
    return [unquote(part) for part in path[:4000].split("/") if part]


def _match(template: str, segments: Sequence[str]) -> dict[str, str] | None:
    parts = [part for part in template.split("/") if part]
    if not parts or len(parts) > len(segments):
        return None
    values: dict[str, str] = {}
    for part, segment in zip(parts, segments[-len(parts) :], strict=True):
        slot = SLOT.fullmatch(part)
        if slot:
            values[slot[1]] = segment
        elif part != segment:
            return None
    return values


def _by_keys(keys: Iterable[str], operations: Sequence[OperationShape]) -> Recognised | None:
    """The one operation that knows most of the keys, at least half of them, and one of its
    own that is not common to everything."""
    present = set(keys)
    scores = []
    for operation in operations:
        known = present & set(operation.body_keys)
        if not known - COMMON_KEYS and len(known) < 2:
            continue
        if len(known) * 2 >= len(present):
            scores.append((len(known), operation))
    if not scores:
        return None
    most = max(score for score, _ in scores)
    best = [operation for score, operation in scores if score == most]
    return Recognised(best[0], {}, "keys") if len(best) == 1 else None
