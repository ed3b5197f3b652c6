"""Keys of caches for what is derived from schemas, which are shared and can't be hashed."""

from __future__ import annotations

from typing import Any


class ByIdentity:
    """A key for `lru_cache` that equals only a key of the very same object.

    Schemas are compared by identity since each edit checks the same few of them, and hashing one
    costs more than checking against it. A cache keeps its keys, and these keep their objects, so
    that no other object can get the identity of one that is cached.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and other.value is self.value
