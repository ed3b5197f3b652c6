"""How long a call may take and how large its reply may be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one send, all its redirects together. Times in seconds, sizes in bytes.

    `connect_seconds` covers looking the name up, connecting and agreeing on TLS, each hop anew.
    `idle_seconds` is the longest silence while bytes are awaited or taken. `wire_bytes` bounds
    the body as it arrives, `unpacked_bytes` the body as it is kept; beyond either the first
    part is kept. `header_count` has an upper end of 100, the bound of Python's own reader.
    """

    connect_seconds: float = 5.0
    total_seconds: float = 60.0
    idle_seconds: float = 20.0
    wire_bytes: int = 10_000_000
    unpacked_bytes: int = 20_000_000
    header_count: int = 100
    header_bytes: int = 65_536
    hops: int = 5
