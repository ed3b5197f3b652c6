"""The egress proxy: carries bytes to the address the guard judged, and decides nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

_SHAPE = re.compile(
    r"http://(?:(?P<user>[^:@/\s]*):(?P<word>[^@/\s]*)@)?"
    r"(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})/?"
)


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy that understands CONNECT; the administrator's, so not itself judged."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, text: str) -> Proxy | None:
        """`http://proxy.example:3128` or `http://user:word@proxy.example:3128`; None if odd."""
        found = _SHAPE.fullmatch(text)
        if found is None or not 0 < int(found["port"]) < 65536:
            return None
        headers = {}
        if found["user"] is not None:
            both = f"{unquote(found['user'])}:{unquote(found['word'])}"
            headers["Proxy-Authorization"] = f"Basic {b64encode(both.encode()).decode()}"
        return cls(found["host"].strip("[]"), int(found["port"]), headers)
