"""Takes secrets out of what people may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from playground.calls.content import decode_body
from playground.calls.echoes import SHORT, find_echoes
from playground.calls.values import (
    Call,
    Insertion,
    MaskedCall,
    MaskedText,
    Placeholder,
    Reply,
    Secret,
)


def refer_to_secret(name: str) -> str:
    """What stands in a secret's place: the reference itself, so that it can be read in again."""
    return f"{{{{secret:{name}}}}}"


def refer_to_file(file_id: str) -> str:
    """What stands in a file's place: nobody wants to read its base64."""
    return f"{{{{file:{file_id}}}}}"


def format_masked(masked: MaskedText) -> str:
    """The text as people see it."""
    return "".join(
        piece if isinstance(piece, str) else refer_to_secret(piece.name) for piece in masked
    )


def mask_text(text: str, secrets: Iterable[Secret]) -> str:
    """A reply, message or log line without the secrets' values.

    Finds them also in base64, URL-encoded, JSON- and HTML-escaped. Values of fewer than six
    characters are left: they would be found everywhere.
    """
    hidden = [each for each in secrets if not each.public and len(each.value) >= SHORT]
    return format_masked(_merge(_mask(text, hidden)))


def mask_call(call: Call) -> MaskedCall:
    """The call as people may see it.

    Where `assemble` noted its places they are taken as noted, and nothing else of a short
    value; a secret without a place is searched for whatever its length. A file shows as its
    reference.
    """
    hidden = [each for each in call.secrets if not each.public]
    placed = {
        place.placeholder.name for place in call.insertions if place.placeholder.escape != "file"
    }
    wanted = [each for each in hidden if len(each.value) >= SHORT or each.name not in placed]
    names = {each.name for each in hidden}
    insertions = [
        p for p in call.insertions if p.placeholder.name in names or p.placeholder.escape == "file"
    ]
    return MaskedCall(
        method=call.method,
        url=_mask_part(call.url.encode(), "url", insertions, wanted),
        headers=tuple(
            (name, _mask_part(value.encode(), f"header {number}", insertions, wanted))
            for number, (name, value) in enumerate(call.headers)
        ),
        body=None if call.body is None else _mask_part(call.body, "body", insertions, wanted),
    )


def mask_reply(reply: Reply, secrets: Sequence[Secret]) -> Reply:
    """The same reply where it echoes no secret, byte for byte; else with them taken out."""
    headers = tuple((mask_text(n, secrets), mask_text(v, secrets)) for n, v in reply.headers)
    body = _mask_body(reply.body, "utf-8", secrets)
    claimed = next((v for n, v in reply.headers if n.lower() == "content-type"), "")
    charset = decode_body(reply.body, claimed).charset
    if charset.startswith(("utf-16", "utf-32")):
        body = _mask_body(body, charset, secrets)
    return replace(reply, reason=mask_text(reply.reason, secrets), headers=headers, body=body)


def _mask_body(body: bytes, charset: str, secrets: Sequence[Secret]) -> bytes:
    """In charsets of wide characters a secret looks like no secret until it is decoded."""
    errors = "surrogateescape" if charset == "utf-8" else "replace"
    text = body.decode(charset, errors)
    masked = mask_text(text, secrets)
    return body if masked == text else masked.encode(charset, errors)


def holds_secret(data: bytes, secrets: Sequence[Secret]) -> bool:
    """Whether any of the values stands in there, in whatever form; public ones count."""
    return bool(find_echoes(data.decode("utf-8", "replace"), secrets))


def _mask_part(
    data: bytes, part: str, insertions: Sequence[Insertion], wanted: list[Secret]
) -> MaskedText:
    pieces: list[str | Placeholder] = []
    done = 0
    for place in sorted((p for p in insertions if p.part == part), key=lambda each: each.start):
        pieces += _mask(data[done : place.start].decode("utf-8", "replace"), wanted)
        pieces.append(
            refer_to_file(place.placeholder.name)
            if place.placeholder.escape == "file"
            else place.placeholder
        )
        done = place.end
    pieces += _mask(data[done:].decode("utf-8", "replace"), wanted)
    return _merge(pieces)


def _mask(text: str, secrets: Sequence[Secret]) -> Iterator[str | Placeholder]:
    done, last = 0, ""
    for echo in find_echoes(text, secrets):
        overlaps = echo.start < done
        if echo.end > done and not (overlaps and echo.secret.name == last):
            yield text[done : max(done, echo.start)]
            yield Placeholder(echo.secret.name, echo.escape)
            last = echo.secret.name
        done = max(done, echo.end)
    yield text[done:]


def _merge(pieces: Iterable[str | Placeholder]) -> MaskedText:
    """Neighbouring texts become one, so that a snippet quotes them once."""
    merged: list[str | Placeholder] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)
