"""The values of a send: call, reply or failure, and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# Pairs in order, not a mapping: names repeat, as Set-Cookie does.
Headers = tuple[tuple[str, str], ...]
Params = Mapping[str, str]


@dataclass(frozen=True)
class Secret:
    """A value that joins the call last and is never shown.

    `name` is shown in its place. `hosts` are the only ones it may be sent to, as `host` or
    `host:port`. A `public` value, such as the practice key, is shown everywhere.
    """

    name: str
    value: str = field(repr=False)
    hosts: frozenset[str] = frozenset()
    public: bool = False

    def may_go_to(self, host: str, port: int) -> bool:
        """Whether it may be sent there; without `hosts` it may go anywhere."""
        if not self.hosts:
            return True
        # An entry without a port allows every port of the host.
        given = {entry.lower() for entry in self.hosts}
        bracketed = f"[{host}]" if ":" in host else host
        return not given.isdisjoint({host, bracketed, f"{bracketed}:{port}"})


@dataclass(frozen=True)
class Placeholder:
    """Takes the place of a secret in a text that people may see.

    `escape` is how the value was written there: `raw`, `json` (inside a JSON string), `base64`,
    `url`, `json-url`, `xml` or `basic` (in Base64 after a user name and a colon). For files, `file`
    and `file-url` mean the file with that ID as a data URI, `file-base64` in Base64, and `bytes`
    its content.
    """

    name: str
    escape: str = "raw"

    @property
    def is_file(self) -> bool:
        return self.escape in ("file", "file-url", "file-base64", "bytes")


# A text without its secrets: pieces of text and placeholders, in order. Not one string with
# references in it, as plain text may look like a reference.
MaskedText = tuple[str | Placeholder, ...]


@dataclass(frozen=True)
class Insertion:
    """Where `assemble` inserted a secret or a file into a part of the call.

    `part` is `url`, `body` or `header N`, N counting from 0; `start` and `end` are offsets in
    bytes of UTF-8.
    """

    # Nothing else can tell a secret of two digits from the same digits in plain text.

    part: str
    start: int
    end: int
    placeholder: Placeholder


@dataclass(frozen=True)
class Call:
    """One request exactly as it goes out, secrets included: for the wire only.

    `secrets` are the ones it contains; `masking` needs them to take them out again.
    """

    # No `repr` of secrets: a call may end up in a traceback or a log line.

    method: str
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    secrets: tuple[Secret, ...] = ()
    follow_redirects: bool = False
    insertions: tuple[Insertion, ...] = ()


@dataclass(frozen=True)
class MaskedCall:
    """The same request as people may see it, in previews, history and snippets."""

    method: str
    url: MaskedText
    headers: tuple[tuple[str, MaskedText], ...]
    body: MaskedText | None


@dataclass(frozen=True)
class Redirect:
    """One redirect that was followed, or that ended the send.

    `location` is the header as received, `target` the URL it leads to, empty if it isn't valid;
    secrets are removed from all URLs. `method` is the method of the next call. With `drops_body`
    that call has no body, so `target` never gets the document; with `drops_headers` it has no
    headers that may hold credentials, because `target` is another origin.
    """

    status: int
    source: str
    location: str
    target: str = ""
    method: str = ""
    drops_body: bool = False
    drops_headers: bool = False


@dataclass(frozen=True)
class Reply:
    """What came back, complete or `truncated` at a limit.

    `body` is decompressed; `wire_bytes` counts what arrived before that. Times are seconds
    from the first byte sent. `address` is the IP address that answered. `redirects` led there.
    `unreadable` says why the body is kept as received, such as "compressed as br, which was not
    requested": then nothing may be concluded from it.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes = field(repr=False)
    truncated: bool = False
    wire_bytes: int = 0
    seconds_to_first_byte: float = 0.0
    seconds: float = 0.0
    address: str = ""
    redirects: tuple[Redirect, ...] = ()
    unreadable: str = ""

    @property
    def body_dropped(self) -> bool:
        """Whether a redirect dropped the document, so that this reply is to a call without it."""
        return any(each.drops_body for each in self.redirects)


@dataclass(frozen=True)
class Failure:
    """Why there is no reply.

    `left` is True once a byte of the request may have left: then nobody knows whether the
    server acted on it. `message` is for people, made from a template by `code` and `params`.
    """

    # `left` decides whether people may simply send again, so in doubt it is True.

    code: str
    message: str
    left: bool
    params: Params = field(default_factory=dict)
    seconds: float = 0.0
    redirects: tuple[Redirect, ...] = ()


class Outcome(StrEnum):
    """How a send ended; `sending` until then."""

    # Stored in the history and returned by the HTTP API, so the texts never change.
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HTTP_ERROR = "http-error"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What a reply or a failure means, above all as one sentence."""

    outcome: Outcome
    code: str
    message: str
    params: Params = field(default_factory=dict)
