"""A masked call as pieces: plain text and the environment variables that hold its secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.calls.values import MaskedCall, MaskedText, Placeholder
from playground.jsontext.references import FILE_REFERENCE

SUFFIXES = {"raw": "", "json": "", "base64": "_BASE64", "url": "_URL"}
FORMS = {
    "raw": "",
    "json": " as it stands inside a JSON string",
    "base64": " in Base64",
    "url": " percent-encoded",
}
UNSAFE = re.compile(r"[\x00-\x20\"<>\[\\\]^`{|}\x7f]")
BEFORE_PATH = re.compile(r"[^/?#]*//[^/?#]*")
TAKEN = re.compile(
    r"(?:PATH|HOME|USER|LANG|PWD|SHELL|IFS|TERM|ENV|HOST|HTTPS?_PROXY|NO_PROXY|PS\d|UID|RANDOM)$"
    r"|(?:LC_|LD_|GO|PYTHON|NODE_|RUBY|PHP|BASH|HTTPIE|SSL_|REQUESTS_|CURL_)"
)


class UnsupportedCall(ValueError):
    """A call that a language cannot say; `message` tells people why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Variable:
    """An environment variable that holds a secret, in the form that `hint` names."""

    name: str
    hint: str


Pieces = tuple[str | Variable, ...]


@dataclass(frozen=True)
class Plan:
    """A call ready to be written: every language puts the same pieces in its own quotes."""

    method: str
    url: Pieces
    headers: tuple[tuple[str, Pieces], ...]
    body: Pieces | None
    variables: tuple[Variable, ...]

    @property
    def has_type(self) -> bool:
        """Whether a header says what the body is."""
        return any(name.lower() == "content-type" for name, _ in self.headers)

    def size(self) -> int:
        """The bytes of the body's plain text."""
        return sum(len(each.encode()) for each in self.body or () if isinstance(each, str))


def plan(call: MaskedCall) -> Plan:
    """The call with a unique variable for each secret; raises `UnsupportedCall` for headers with
    line ends, which no language sends."""
    names = _Names()
    headers = tuple(
        (name, names.pieces(value))
        for name, value in call.headers
        if name.lower() != "content-length"
    )
    for name, pieces in headers:
        if any(re.search(r"[\r\n\0]", each) for each in (name, *pieces) if isinstance(each, str)):
            raise UnsupportedCall(
                f"The header {name.strip()} has a line end in it, which none can send."
            )
    return Plan(
        method=call.method.upper(),
        url=_encode(names.pieces(call.url)),
        headers=headers,
        body=None if call.body is None else names.pieces(call.body),
        variables=tuple(names.known.values()),
    )


def _encode(url: Pieces) -> Pieces:
    """The address with percent signs where a path or query may not hold a character, as Send
    writes it; clients differ in what they would make of it."""
    start = BEFORE_PATH.match(url[0]) if url and isinstance(url[0], str) else None
    host = start.group() if start else ""
    encoded: list[str | Variable] = [host] if host else []
    for number, each in enumerate(url):
        if isinstance(each, Variable):
            encoded.append(each)
            continue
        text = each[len(host) :] if number == 0 else each
        text = UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", text)
        encoded.append("".join(chr(b) if b < 128 else f"%{b:02X}" for b in text.encode()))
    return tuple(each for each in encoded if each)


class _Names:
    """Gives each secret, in each form it is written in, one variable."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Variable] = {}

    def pieces(self, masked: MaskedText) -> Pieces:
        merged: list[str | Variable] = []
        for each in masked:
            if isinstance(each, Placeholder):
                merged.append(self._variable(each))
            elif each and merged and isinstance(merged[-1], str):
                merged[-1] += each
            elif each:
                merged.append(each)
        return tuple(merged)

    def _variable(self, hole: Placeholder) -> Variable:
        key = (hole.name, hole.escape)
        if key not in self.known:
            hint = f"{' '.join(hole.name.split())}{FORMS.get(hole.escape, '')}"
            self.known[key] = Variable(self._fresh(hole), re.sub(r"[^\w .,-]", "", hint))
        return self.known[key]

    def _fresh(self, hole: Placeholder) -> str:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", hole.name)
        base = re.sub(r"[^A-Z0-9]+", "_", words.upper(), flags=re.A).strip("_")
        if not base or base[0].isdigit() or TAKEN.match(base):
            base = f"SECRET_{base}".rstrip("_")
        base += SUFFIXES.get(hole.escape, "")
        taken = {each.name for each in self.known.values()}
        fresh, number = base, 2
        while fresh in taken:
            fresh, number = f"{base}_{number}", number + 1
        return fresh


def comments(plan: Plan, sign: str) -> list[str]:
    """One line for each variable on what it holds, and for each file that is not written out."""
    body = "".join(each for each in plan.body or () if isinstance(each, str))
    variables = (
        f"{sign} Set the environment variable {each.name} first: {each.hint}"
        for each in plan.variables
    )
    files = (
        f"{sign} Put the data URI of the file in the place of {mark} first"
        for mark in dict.fromkeys(found[0] for found in FILE_REFERENCE.finditer(body))
    )
    return [*variables, *files]


def by_name(plan: Plan) -> dict[str, Pieces]:
    """The headers as a mapping; values of a repeated name are joined as HTTP reads them."""
    joined: dict[str, Pieces] = {}
    for name, value in plan.headers:
        joined[name] = (*joined[name], ", ", *value) if name in joined else value
    return joined


def join(
    pieces: Pieces,
    quote: Callable[[str], str],
    variable: Callable[[str], str],
    plus: str,
) -> str:
    """The pieces as an expression; a language's own `quote` and `variable` write the parts."""
    parts = [quote(each) if isinstance(each, str) else variable(each.name) for each in pieces]
    return plus.join(parts) if parts else quote("")


def in_lines(pieces: Pieces, longest: int = 100) -> Pieces:
    """The pieces with their text parted after line ends, for literals that people can read."""
    parted: list[str | Variable] = []
    for each in pieces:
        if isinstance(each, Variable):
            parted.append(each)
            continue
        lines = re.findall(r"[^\n]*\n|[^\n]+", each)
        parted.extend(lines if len(lines) <= longest else [each])
    return tuple(parted)


def refuse_nul(pieces: Sequence[Pieces | None], language: str) -> None:
    """Raises `UnsupportedCall` where a NUL stands, which no shell argument can hold."""
    if any("\0" in each for part in pieces for each in part or () if isinstance(each, str)):
        raise UnsupportedCall(f"The body holds a NUL character, which {language} cannot pass on.")
