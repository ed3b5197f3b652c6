"""A masked call as fragments: plain text, and variables that hold the secrets.

Every language writes the same fragments, each with quotes of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.calls.values import MaskedCall, MaskedText, Placeholder
from playground.jsontext.references import FILE_REFERENCE

# A secret that occurs both raw and escaped needs a variable for each. Inside JSON, most
# secrets don't need escaping.
_NAME_SUFFIXES = {
    "base64": "_BASE64",
    "url": "_URL",
    "json-url": "_JSON_URL",
    "xml": "_XML",
    "basic": "_BASIC",
}
_HINTS = {
    "json": ", escaped for a JSON string",
    "base64": " in Base64",
    "url": ", percent-encoded",
    "json-url": ", escaped for a JSON string and percent-encoded",
    "xml": ", escaped for XML",
    "basic": ", with the user name and a colon before it, in Base64",
}
# Send encodes the same characters; see `network.targets`.
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\"<>\[\\\]^`{|}\x7f]")
_SCHEME_AND_HOST = re.compile(r"[^/?#]*//[^/?#]*")
# Setting one of these would change how the program itself runs.
_RESERVED_NAMES = re.compile(
    r"(?:PATH|HOME|USER|LANG|PWD|SHELL|IFS|TERM|ENV|HOST|HTTPS?_PROXY|NO_PROXY|PS\d|UID|RANDOM)$"
    r"|(?:LC_|LD_|GO|PYTHON|NODE_|RUBY|PHP|BASH|HTTPIE|SSL_|REQUESTS_|CURL_)"
)
# A literal of more lines than this is unreadable however it is written.
_MAX_LITERAL_LINES = 100


class UnsupportedCall(ValueError):
    """A call that a language can't express; `message` explains why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Variable:
    """An environment variable that holds a secret; `hint` says in which form."""

    name: str
    hint: str


@dataclass(frozen=True)
class BodyFile:
    """A file whose bytes are part of the body; the snippet reads it from the working directory."""

    name: str

    @property
    def path(self) -> str:
        """The path with a prefix that keeps programs from reading it as an option."""
        return f"./{self.name}"


Fragments = tuple[str | Variable | BodyFile, ...]


@dataclass(frozen=True)
class Request:
    """A call ready to be written in any language."""

    method: str
    url: Fragments
    headers: tuple[tuple[str, Fragments], ...]
    body: Fragments | None
    variables: tuple[Variable, ...]

    @property
    def files(self) -> tuple[BodyFile, ...]:
        """The distinct files in the body."""
        found = (each for each in self.body or () if isinstance(each, BodyFile))
        return tuple(dict.fromkeys(found))

    @property
    def has_type(self) -> bool:
        """Whether a header gives the type of the body."""
        return any(name.lower() == "content-type" for name, _ in self.headers)


def prepare_request(call: MaskedCall) -> Request:
    """The call with a unique variable for each secret.

    Raises UnsupportedCall for headers with line ends, which no language sends.
    """
    variables: dict[Placeholder, Variable] = {}
    # Every client computes the length itself; a secret may be longer than its placeholder.
    headers = tuple(
        (name, _name_secrets(value, variables))
        for name, value in call.headers
        if name.lower() != "content-length"
    )
    for name, value in headers:
        if any(re.search(r"[\r\n\0]", each) for each in (name, *value) if isinstance(each, str)):
            raise UnsupportedCall(f"The header {name.strip()} contains a line end: can't be sent.")
    return Request(
        method=call.method.upper(),
        url=_encode_url(_name_secrets(call.url, variables)),
        headers=headers,
        body=None if call.body is None else _name_secrets(call.body, variables),
        variables=tuple(variables.values()),
    )


def _name_secrets(text: MaskedText, variables: dict[Placeholder, Variable]) -> Fragments:
    """The text with variables for placeholders; new ones are added to `variables`."""
    merged: list[str | Variable | BodyFile] = []
    for each in text:
        if isinstance(each, Placeholder) and each.escape == "bytes":
            merged.append(BodyFile(each.name))
            continue
        if isinstance(each, Placeholder) and each.is_file:
            # As text, like a file in a JSON document.
            each = f"{{{{file:{each.name}}}}}"
        if isinstance(each, Placeholder):
            if each not in variables:
                variables[each] = _make_variable(each, {v.name for v in variables.values()})
            merged.append(variables[each])
        elif each and merged and isinstance(merged[-1], str):
            merged[-1] += each
        elif each:
            merged.append(each)
    return tuple(merged)


def _make_variable(placeholder: Placeholder, taken: set[str]) -> Variable:
    # "apiKey" becomes API_KEY, "Altcraft token" ALTCRAFT_TOKEN.
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", placeholder.name)
    base = re.sub(r"[^A-Z0-9]+", "_", words.upper(), flags=re.A).strip("_")
    if not base or base[0].isdigit() or _RESERVED_NAMES.match(base):
        base = f"SECRET_{base}".rstrip("_")
    base += _NAME_SUFFIXES.get(placeholder.escape, "")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    hint = f"{' '.join(placeholder.name.split())}{_HINTS.get(placeholder.escape, '')}"
    # The hint becomes a comment, which nothing in a secret's name may end.
    return Variable(name, re.sub(r"[^\w .,-]", "", hint))


def _encode_url(url: Fragments) -> Fragments:
    """The URL percent-encoded as in a send; clients would encode differently."""
    # The host is left alone: the brackets of an IPv6 address must stay.
    start = _SCHEME_AND_HOST.match(url[0]) if url and isinstance(url[0], str) else None
    host = start.group() if start else ""
    encoded: list[str | Variable | BodyFile] = [host] if host else []
    for number, each in enumerate(url):
        if not isinstance(each, str):
            encoded.append(each)
            continue
        text = each[len(host) :] if number == 0 else each
        text = _UNSAFE_IN_URL.sub(lambda found: f"%{ord(found.group()):02X}", text)
        encoded.append("".join(chr(b) if b < 128 else f"%{b:02X}" for b in text.encode()))
    return tuple(each for each in encoded if each)


def write_comments(request: Request, marker: str) -> list[str]:
    """One line for each variable to set, and one for each file that isn't written out."""
    body = "".join(each for each in request.body or () if isinstance(each, str))
    variables = (
        f"{marker} Set the environment variable {each.name} first: {each.hint}"
        for each in request.variables
    )
    files = (
        f"{marker} Replace {reference} with the data URI of the file first"
        for reference in dict.fromkeys(found[0] for found in FILE_REFERENCE.finditer(body))
    )
    read = (
        f"{marker} Save the file {each.name} in the folder where you run this"
        for each in request.files
    )
    return [*variables, *files, *read]


def join_headers(request: Request) -> dict[str, Fragments]:
    """The headers as a mapping; repeated ones are joined (RFC 9110, section 5.3)."""
    joined: dict[str, Fragments] = {}
    for name, value in request.headers:
        joined[name] = (*joined[name], ", ", *value) if name in joined else value
    return joined


def write_expression(
    fragments: Fragments,
    quote: Callable[[str], str],
    variable: Callable[[str], str],
    plus: str,
    read: Callable[[str], str] = str,
) -> str:
    """The fragments as one expression.

    `quote`, `variable` and `read` (for the path of a file) write the operands.
    """
    parts = [
        quote(each)
        if isinstance(each, str)
        else read(each.path)
        if isinstance(each, BodyFile)
        else variable(each.name)
        for each in fragments
    ]
    return plus.join(parts) if parts else quote("")


def split_lines(fragments: Fragments) -> Fragments:
    """The fragments split after line ends, so that people can read the literals."""
    split: list[str | Variable | BodyFile] = []
    for each in fragments:
        if not isinstance(each, str):
            split.append(each)
            continue
        lines = re.findall(r"[^\n]*\n|[^\n]+", each)
        split.extend(lines if len(lines) <= _MAX_LITERAL_LINES else [each])
    return tuple(split)


def reject_nul(parts: Sequence[Fragments | None], language: str) -> None:
    """Raise UnsupportedCall for a NUL character, which no shell argument can contain."""
    if any("\0" in each for part in parts for each in part or () if isinstance(each, str)):
        raise UnsupportedCall(f"The call contains a NUL character, which {language} can't pass on.")


def quote_like_c(text: str) -> str:
    """A double-quoted literal that means the same in JavaScript and Go."""
    literal = json.dumps(text, ensure_ascii=False)
    # Line separators end a literal in old engines; the others could reorder the visible code.
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]",
        lambda found: f"\\u{ord(found.group()):04x}",
        literal,
    )
