"""Headers that can't be set by hand, because they frame or route the request."""

from __future__ import annotations

# RFC 9110, section 7.6.1: these concern a single connection, which is ours. `Expect` would make the
# server wait for a body that is sent at once. `Host` and `Content-Length` must match the request.
_CONTROLLED = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)


def is_controlled(name: str) -> bool:
    """Whether a header frames or routes the request, and is set only while sending."""
    lower = name.strip().lower()
    return lower in _CONTROLLED or lower.startswith("proxy-")
