"""Request and reply bodies: stored once, compressed, under their digest."""

import hashlib
import json
import zlib
from typing import Any

from playground.calls.values import MaskedCall, MaskedText, Placeholder
from playground.history.models import Body, Exchange

# zlib's default: level 9 takes three times as long for one percent less.
LEVEL = 6


def pack_body(content: bytes) -> Body:
    """Return the row of a content, which isn't stored yet."""
    digest = hashlib.sha256(content).hexdigest()
    return Body(digest=digest, packed=zlib.compress(content, LEVEL), size=len(content))


def store_bodies(*contents: bytes) -> list[Body]:
    """Store each content unless it is stored already; return the rows in the same order."""
    rows = [pack_body(content) for content in contents]
    # One statement, whatever exists already: equal digests mean equal contents, so a conflict
    # leaves the right row in place, and two writers cannot trip over each other.
    Body.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def read_body(body: Body | None) -> bytes:
    """Return the content, byte for byte; empty where there is no row."""
    return b"" if body is None else zlib.decompress(bytes(body.packed))


def read_body_start(body: Body, limit: int) -> bytes:
    """Return at most the first `limit` bytes without unpacking the rest."""
    return zlib.decompressobj().decompress(bytes(body.packed), limit)


def read_reply_headers(exchange: Exchange) -> list[tuple[str, str]]:
    """Return the masked headers of the reply; empty where there was none."""
    text = read_body(exchange.reply_head).decode()
    return [(name, value) for name, value in json.loads(text or "[]")]


def read_request(exchange: Exchange) -> MaskedCall | None:
    """Return the request as it went out, secrets as holes; None where none was recorded."""
    text = read_body(exchange.request).decode()
    return load_masked_call(text) if text else None


def dump_masked_call(call: MaskedCall) -> str:
    """Return the call as JSON text, its holes as `{"name": …, "escape": …}`."""
    # Stored exchanges have this format: changing it needs a migration.
    headers = [[name, _dump_masked(value)] for name, value in call.headers]
    body = None if call.body is None else _dump_masked(call.body)
    fields = {"method": call.method, "url": _dump_masked(call.url), "headers": headers}
    return json.dumps({**fields, "body": body})


def load_masked_call(text: str) -> MaskedCall:
    """Return the call that `dump_masked_call` wrote."""
    fields = json.loads(text)
    headers = tuple((name, _load_masked(value)) for name, value in fields["headers"])
    body = None if fields["body"] is None else _load_masked(fields["body"])
    return MaskedCall(fields["method"], _load_masked(fields["url"]), headers, body)


def _dump_masked(masked: MaskedText) -> list[Any]:
    return [
        {"name": part.name, "escape": part.escape} if isinstance(part, Placeholder) else part
        for part in masked
    ]


def _load_masked(parts: list[Any]) -> MaskedText:
    return tuple(
        Placeholder(part["name"], part["escape"]) if isinstance(part, dict) else part
        for part in parts
    )
