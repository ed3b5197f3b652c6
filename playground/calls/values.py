"""The values of a send: out goes a call, back comes a reply or a failure, then a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Headers = tuple[tuple[str, str], ...]
Params = Mapping[str, str]


@dataclass(frozen=True)
class Secret:
    """A value that joins last and is never shown.

    `name` is what people see in its place; `hosts` are the `host` or `host:port`
    it was given for, and the only ones it may travel to. A value marked `public`
    (the practice key) is shown everywhere.
    """

    name: str
    value: str = field(repr=False)
    hosts: frozenset[str] = frozenset()
    public: bool = False

    def may_go_to(self, host: str, port: int) -> bool:
        """Whether the value may travel there; without `hosts` it may go anywhere."""
        if not self.hosts:
            return True
        given = {entry.lower() for entry in self.hosts}
        bracketed = f"[{host}]" if ":" in host else host
        return not given.isdisjoint({host, bracketed, f"{bracketed}:{port}"})


@dataclass(frozen=True)
class Placeholder:
    """Where a secret's value stands in a text that people may see.

    `escape` tells how the value was written there: `raw`, `json` (the inside of a JSON
    string), `base64` or `url`; `file` is no secret but a file of that ID as a data URI.
    """

    name: str
    escape: str = "raw"


MaskedText = tuple[str | Placeholder, ...]
"""A text with its secrets taken out: pieces of text and holes, in order."""


@dataclass(frozen=True)
class Insertion:
    """Where `assemble` put a secret, the only way to know a short one from plain text, or a file.

    `part` is `url`, `body` or `header N` (N counts from 0); offsets in bytes of UTF-8.
    """

    part: str
    start: int
    end: int
    placeholder: Placeholder


@dataclass(frozen=True)
class Call:
    """One request exactly as it goes out, secrets included: for the wire only.

    `secrets` are those that stand in it; `calls.masking` needs them to take them out again.
    """

    method: str
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    secrets: tuple[Secret, ...] = ()
    follow_redirects: bool = False
    insertions: tuple[Insertion, ...] = ()


@dataclass(frozen=True)
class MaskedCall:
    """The same request as people may see it: for previews, history and snippets."""

    method: str
    url: MaskedText
    headers: tuple[tuple[str, MaskedText], ...]
    body: MaskedText | None


@dataclass(frozen=True)
class Reply:
    """What came back, whole or up to the limit.

    `body` is unpacked; `wire_bytes` counts what arrived before unpacking. Times in seconds
    from the first byte sent. `truncated` says the limit cut the body off.
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


@dataclass(frozen=True)
class Failure:
    """Why there is no reply.

    `left` says whether a byte of the request may have left: then nobody knows whether the
    other side acted on it. `message` is for people, and a template of `code` and `params`.
    """

    code: str
    message: str
    left: bool
    params: Params = field(default_factory=dict)
    seconds: float = 0.0


class Outcome(StrEnum):
    """How a send ended. `sending` is the state before it ends."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HTTP_ERROR = "http-error"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What a reply or failure means, first of all as one sentence."""

    outcome: Outcome
    code: str
    message: str
    params: Params = field(default_factory=dict)
