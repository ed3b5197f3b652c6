"""Reading an OpenAPI document: its local references are replaced by what they name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def load(path: Path) -> dict[str, Any]:
    """The document in that file."""
    document = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    resolved = resolve(document, document)
    assert isinstance(resolved, dict)
    return resolved


def resolve(part: Any, document: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """`part` with each local `$ref` replaced by what it names; keys beside it win.

    Raises ValueError for a reference that leads elsewhere or back to itself.
    """
    if isinstance(part, list):
        return [resolve(each, document, seen) for each in part]
    if not isinstance(part, dict):
        return part
    target = part.get("$ref")
    if not isinstance(target, str):
        return {key: resolve(value, document, seen) for key, value in part.items()}
    if not target.startswith("#/") or target in seen:
        raise ValueError(f"This reference cannot be followed: {target}")
    found = resolve(_at(document, target), document, (*seen, target))
    return {**found, **resolve({k: v for k, v in part.items() if k != "$ref"}, document, seen)}


def _at(document: Mapping[str, Any], target: str) -> Any:
    part: Any = document
    for segment in target[2:].split("/"):
        part = part[segment.replace("~1", "/").replace("~0", "~")]
    return part
