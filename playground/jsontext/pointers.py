"""JSON Pointers (RFC 6901): the names of places in a document."""

from __future__ import annotations

from collections.abc import Iterable


def split(pointer: str) -> list[str]:
    """The segments of a pointer, unescaped; `""` (the whole document) has none.

    Raises ValueError for a text that is neither empty nor begins with a slash.
    """
    if not pointer:
        return []
    if pointer[0] != "/":
        raise ValueError(f"A pointer begins with a slash: {pointer!r}")
    return [unescape(segment) for segment in pointer[1:].split("/")]


def join(segments: Iterable[str]) -> str:
    """The pointer of these segments; the inverse of `split`."""
    return "".join(f"/{escape(segment)}" for segment in segments)


def child(pointer: str, segment: str | int) -> str:
    """The pointer of a key or index inside the place of `pointer`."""
    return f"{pointer}/{escape(segment) if isinstance(segment, str) else segment}"


def parent(pointer: str) -> str:
    """The pointer one above; the whole document is its own parent."""
    return pointer.rpartition("/")[0]


def last(pointer: str) -> str:
    """The last segment, unescaped; empty for the whole document."""
    return unescape(pointer.rpartition("/")[2])


def touches(a: str, b: str) -> bool:
    """Whether two pointers name the same place, or one lies inside the other's."""
    return a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/")


def escape(segment: str) -> str:
    """A key as it stands inside a pointer."""
    if "~" in segment or "/" in segment:
        return segment.replace("~", "~0").replace("/", "~1")
    return segment


def unescape(segment: str) -> str:
    """The key that an escaped segment stands for."""
    if "~" in segment:
        return segment.replace("~1", "/").replace("~0", "~")
    return segment


def index_of(segment: str) -> int | None:
    """The array index a segment spells (`0`, `7`, never `07`), or None."""
    if segment.isascii() and segment.isdigit() and len(segment) < 16:
        return int(segment) if segment == "0" or segment[0] != "0" else None
    return None
