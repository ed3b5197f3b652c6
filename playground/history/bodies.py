"""Bodies are kept once, compressed, by their digest."""

import hashlib
import json
import zlib

from playground.history.models import Body, Exchange


def keep_body(data: bytes) -> Body:
    """The row that holds these bytes; made if no exchange had them before."""
    digest = hashlib.sha256(data).hexdigest()
    kept = Body.objects.filter(digest=digest).only("digest").first()
    if kept is None:
        values = {"packed": zlib.compress(data, 6), "size": len(data)}
        kept, _ = Body.objects.get_or_create(digest=digest, defaults=values)
    return kept


def read_body(body: Body | None) -> bytes:
    """The bytes as they were kept; none for no row."""
    return b"" if body is None else zlib.decompress(bytes(body.packed))


def read_headers(exchange: Exchange) -> list[tuple[str, str]]:
    """The headers of its answer, masked; none where there was no answer."""
    text = read_body(exchange.reply_head).decode()
    return [(name, value) for name, value in json.loads(text or "[]")]


def read_start(body: Body, most: int) -> bytes:
    """At most the first `most` bytes, without unpacking the rest."""
    return zlib.decompressobj().decompress(bytes(body.packed), most)
