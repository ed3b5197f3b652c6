"""Mask secrets in what people may see, in every form that servers echo them in."""

from __future__ import annotations

import json
import re
import string
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from playground.calls.content import decode_reply
from playground.calls.values import (
    Call,
    Insertion,
    MaskedCall,
    MaskedText,
    Placeholder,
    Reply,
    Secret,
)

# A shorter value isn't searched for: it would be found everywhere.
SHORTEST = 6

_HTML_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# JSON inside JSON doubles its backslashes each time.
_BACKSLASHES = r"\\\\{0,3}"
# Base64 for URLs replaces two characters; the standard form may itself be escaped.
_BASE64_SPELLINGS = {
    "+": (r"\+", "-", "%2[Bb]", r"\\u002[Bb]"),
    "/": ("/", "_", _BACKSLASHES + "/", "%2[Ff]", r"\\u002[Ff]"),
}
_ANY_BASE64 = rf"(?:[A-Za-z0-9+/_\-]|{_BACKSLASHES}/|%2[BbFf])"
_BASE64_CHARACTERS = frozenset(string.ascii_letters + string.digits + "+/-_")
Spellings = tuple[str, ...]


def refer_to_secret(name: str) -> str:
    """What is shown instead of a secret: the reference, which can be pasted back in."""
    return f"{{{{secret:{name}}}}}"


def refer_to_file(file_id: str) -> str:
    """What is shown instead of a file, whose base64 nobody wants to read."""
    return f"{{{{file:{file_id}}}}}"


def format_masked(masked: MaskedText) -> str:
    """The text as people see it."""
    return "".join(piece if isinstance(piece, str) else _refer_to(piece) for piece in masked)


def _refer_to(placeholder: Placeholder) -> str:
    refer = refer_to_file if placeholder.is_file else refer_to_secret
    return refer(placeholder.name)


def mask_text(text: str, secrets: Sequence[Secret]) -> str:
    """A reply, message or log line without the values of the secrets.

    Finds them also in base64, URL-encoded, and escaped for JSON or HTML. Values of fewer than
    six characters stay: they would be found everywhere.
    """
    return mask_texts([text], secrets)[0]


def mask_url_text(url: str, call: Call, secrets: Sequence[Secret]) -> str:
    """A URL that a call led to, without the values of its secrets.

    Also masks short ones that were inserted into the call's own URL: a redirect keeps the path.
    """
    inserted = {each.placeholder.name for each in call.insertions if each.part == "url"}
    short = [each for each in secrets if each.name in inserted and not each.public]
    return mask_text(format_masked(_mask(url, short)), secrets)


def mask_texts(texts: Sequence[str], secrets: Sequence[Secret]) -> list[str]:
    """Each of the texts without the values of the secrets.

    One search covers all of them, as texts that hold a secret are rare.
    """
    hidden = [each for each in secrets if not each.public and len(each.value) >= SHORTEST]
    if not find_echoes("\n".join(texts), hidden):
        return list(texts)
    return [format_masked(_mask(each, hidden)) for each in texts]


def mask_call(call: Call) -> MaskedCall:
    """The call as people may see it.

    A secret that `assemble` inserted is masked exactly there, a file becomes its reference.
    Other occurrences are searched for: of every secret that is long enough, and of one that
    was never inserted whatever its length.
    """
    hidden = [each for each in call.secrets if not each.public]
    names = {each.name for each in hidden}
    files = [each for each in call.insertions if each.placeholder.is_file]
    inserted = [each for each in call.insertions if not each.placeholder.is_file]
    known = {each.placeholder.name for each in inserted}
    searched = [each for each in hidden if len(each.value) >= SHORTEST or each.name not in known]
    masked = [*files, *(each for each in inserted if each.placeholder.name in names)]
    return MaskedCall(
        method=call.method,
        url=_mask_part(call.url.encode(), "url", masked, searched),
        headers=tuple(
            (name, _mask_part(value.encode(), f"header {number}", masked, searched))
            for number, (name, value) in enumerate(call.headers)
        ),
        body=None if call.body is None else _mask_part(call.body, "body", masked, searched),
    )


def list_inserted_files(call: Call) -> set[str]:
    """The ids of the files that are in the call."""
    placeholders = (each.placeholder for each in call.insertions)
    return {each.name for each in placeholders if each.is_file}


def mask_reply(reply: Reply, secrets: Sequence[Secret]) -> Reply:
    """The reply without secrets; where it echoes none, the same bytes."""
    flat = [reply.reason, *(text for header in reply.headers for text in header)]
    # Names too: a server may echo what it was sent as the name of a header.
    reason, *masked = mask_texts(flat, secrets)
    headers = tuple(zip(masked[::2], masked[1::2], strict=True))
    charset = decode_reply(reply).charset
    body = reply.body
    # In charsets of wide characters a secret doesn't look like one until it is decoded.
    for each in ["utf-8", charset] if charset.startswith(("utf-16", "utf-32")) else ["utf-8"]:
        errors = "surrogateescape" if each == "utf-8" else "replace"
        text = body.decode(each, errors)
        [without] = mask_texts([text], secrets)
        body = body if without == text else without.encode(each, errors)
    return replace(reply, reason=reason, headers=headers, body=body)


def holds_secret(data: bytes, secrets: Sequence[Secret]) -> bool:
    """Whether the data contains one of the values in any form, even a short one."""
    return bool(find_echoes(data.decode("utf-8", "replace"), secrets))


def _mask_part(
    data: bytes, part: str, insertions: Sequence[Insertion], secrets: Sequence[Secret]
) -> MaskedText:
    pieces: list[str | Placeholder] = []
    done = 0
    own = (each for each in insertions if each.part == part)
    for each in sorted(own, key=lambda insertion: insertion.start):
        pieces += _mask(data[done : each.start].decode("utf-8", "replace"), secrets)
        # Documents may contain data URIs that people wrote themselves.
        is_uri = each.placeholder.escape == "file"
        pieces.append(refer_to_file(each.placeholder.name) if is_uri else each.placeholder)
        done = each.end
    pieces += _mask(data[done:].decode("utf-8", "replace"), secrets)
    merged: list[str | Placeholder] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece  # a snippet then needs one literal for both
        elif piece != "":
            merged.append(piece)
    return tuple(merged)


def _mask(text: str, secrets: Sequence[Secret]) -> MaskedText:
    pieces: list[str | Placeholder] = []
    done, last = 0, ""
    for echo in find_echoes(text, secrets):
        overlaps = echo.start < done
        if echo.end > done and not (overlaps and echo.secret.name == last):
            pieces += [text[done : max(done, echo.start)]]
            pieces += [Placeholder(echo.secret.name, echo.escape)]
            last = echo.secret.name
        done = max(done, echo.end)
    return (*pieces, text[done:])


@dataclass(frozen=True)
class Echo:
    """One occurrence: `text[start:end]` is the secret, written as `escape`."""

    start: int
    end: int
    secret: Secret
    escape: str


def find_echoes(text: str, secrets: Sequence[Secret]) -> list[Echo]:
    """Every occurrence of one of the values, in order of `start`; they may overlap.

    The longest value wins where several start. A value that overlaps itself (`aaaaaa` in a
    row of them) is one occurrence. Takes time proportional to the length of the text.
    """
    ordered = sorted({each for each in secrets if each.value}, key=lambda each: -len(each.value))
    if not ordered:
        return []
    pattern = _compile(tuple(ordered))
    echoes: list[Echo] = []
    match = pattern.search(text)
    while match is not None:
        echo = _read_match(match, ordered, text)
        last = echoes[-1] if echoes else None
        if last is not None and echo.secret is last.secret and echo.start < last.end:
            echoes[-1] = replace(last, end=max(last.end, echo.end))
        else:
            echoes.append(echo)
        # From the next character on, not from the end: another secret may overlap this one.
        match = pattern.search(text, match.start() + 1)
    return echoes


def _read_match(match: re.Match[str], ordered: Sequence[Secret], text: str) -> Echo:
    form, number, _ = (match.lastgroup or "").split("_")
    start, end = match.span()
    secret = ordered[int(number)]
    if form == "plain":
        escape = "json" if "\\" in match[0] else "url"
        return Echo(start, end, secret, "raw" if match[0] == secret.value else escape)
    if form == "inside" and start and text[start - 1] in _BASE64_CHARACTERS:
        start -= 1  # this character holds the first bits of the value
    return Echo(start, end, secret, "base64")


@lru_cache(maxsize=64)
def _compile(secrets: tuple[Secret, ...]) -> re.Pattern[str]:
    """One pattern for all secrets; an empty group names the alternative that matched."""
    alternatives: list[str] = []
    for number, secret in enumerate(secrets):
        for form, spellings in _list_forms(secret.value):
            rest = "".join(s[0] if len(s) == 1 else f"(?:{'|'.join(s)})" for s in spellings[1:])
            # Each alternative starts with a literal: `re` then skips to where one can match.
            for first in spellings[0]:
                alternatives.append(f"{first}{rest}(?P<{form}_{number}_{len(alternatives)}>)")
    return re.compile("|".join(alternatives))


def _list_forms(value: str) -> Iterator[tuple[str, list[Spellings]]]:
    yield "plain", [(re.escape(value),)]  # by far the most frequent, and ten times as fast
    yield "plain", [_spell_character(character) for character in value]
    if len(value) >= SHORTEST:
        data = value.encode("utf-8", "surrogatepass")
        for before in range(3):
            yield "inside" if before else "base64", _spell_base64(data, before)


@lru_cache(maxsize=1024)
def _spell_character(character: str) -> Spellings:
    """Patterns for one character: as itself, and escaped for JSON, URLs and HTML."""
    utf16 = character.encode("utf-16-be", "surrogatepass")
    units = (utf16[at : at + 2].hex() for at in range(0, len(utf16), 2))
    as_json = _BACKSLASHES + _BACKSLASHES.join(f"u{_ignore_case(unit)}" for unit in units)
    utf8 = character.encode("utf-8", "surrogatepass")
    # %25 is an escaped percent sign: a URL inside a URL.
    as_url = "".join(f"%(?:25){{0,2}}{_ignore_case(f'{byte:02x}')}" for byte in utf8)
    spellings = [re.escape(character), as_json, as_url]
    short_json = json.dumps(character)[1:-1]
    if character == "\\":
        spellings.append(r"\\\\{1,7}")
    elif len(short_json) == 2:
        spellings.append(_BACKSLASHES + re.escape(short_json[1]))
    if character == "/":
        spellings.append(_BACKSLASHES + "/")
    if character == " ":
        spellings.append(r"\+")
    if character in _HTML_ENTITIES:
        code = ord(character)
        numeric = rf"#0{{0,4}}{code}|#[xX]0{{0,4}}{_ignore_case(f'{code:x}')}"
        spellings.append(rf"&(?:{_HTML_ENTITIES[character]}|{numeric});")
    return tuple(spellings)


def _ignore_case(digits: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in digits)


def _spell_base64(data: bytes, before: int) -> list[Spellings]:
    """The value within a longer base64 text, `before` bytes into a group of three.

    The character after it shares bits with it, so it is part of the occurrence.
    """
    bits = 8 * (before + len(data))
    encoded = b64encode(bytes(before) + data + bytes(2)).decode()
    core = encoded[(8 * before + 5) // 6 : bits // 6]
    tail: list[Spellings] = [(_ANY_BASE64 + "(?:=|%3[Dd]){0,2}",)] if bits % 6 else []
    return [_BASE64_SPELLINGS.get(each, (each,)) for each in core] + tail
