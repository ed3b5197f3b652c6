"""Messages about refused targets and failed sends, by code.

Each message is the end of a sentence: "Not sent: …" or "Unknown: …" comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from playground.calls.values import Failure, Params, Redirect

LONGEST_URL = 120

# Codes are stored with exchanges, so they stay even where a message changes.
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "url-empty": "the URL is empty.",
        "url-too-long": "the URL is longer than {most} characters.",
        "url-control": "the URL contains an invisible character.",
        "url-blank": "the URL contains a space.",
        "url-backslash": "the URL contains a backslash.",
        "url-scheme": "the URL must start with http:// or https://.",
        "url-user": "the URL contains a user name; remove everything up to the @ before the host.",
        "url-fragment": "the URL contains a # fragment, which is never sent.",
        "url-percent": "the URL contains a % that isn't followed by two hexadecimal digits.",
        "url-dots": "the URL contains . or .. as a path segment.",
        "host-missing": "the URL has no host.",
        "host-odd": "the host {host} contains a character that isn't allowed in host names.",
        "host-label": "the host {host} has a part that is empty or too long.",
        "host-number": "the host {host} looks like a number; write an address such as 192.0.2.1.",
        "host-ipv6": "the host {host} isn't an IPv6 address such as [2001:db8::1].",
        "host-zone": "the host {host} contains a zone, which means something on one machine only.",
        "host-foreign": "the host {host} contains a look-alike of a plain letter, digit or dot.",
        "host-idna": "the host {host} isn't a valid internationalized domain name.",
        "port-bad": "the port must be between 1 and 65535.",
        "address-refused": "the address {host} is {kind}, which isn't allowed here.",
        "name-refused": "the name {host} resolves to {kind}, which isn't allowed here.",
        "not-listed": "{host} isn't one of the hosts and networks allowed here.",
        "name-not-found": "no server answers at {host} (name not found).",
    }
)

FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "name-not-found": "no server answers at {host} (name not found).",
        "connection-refused": "no server answers at {host} (connection refused).",
        "unreachable": "no server answers at {host} (host unreachable).",
        "connect-timeout": "no server answers at {host} (no connection within {seconds} seconds).",
        "tls": "no secure connection to {host} ({reason}).",
        "proxy": "the egress proxy couldn't connect to {host}.",
        "header-unsafe": "the header {name} contains a character that can't be sent.",
        "header-framing": "the header {name} can't be set by hand; remove it.",
        "header-host": "the header Host names {name}, but the request goes to {host}; remove it.",
        "method-unsafe": "the HTTP method contains a character that can't be sent.",
        "secret-host": "the secret {name} may not be sent to {host}.",
        # Behind "the call was redirected (302 to …), but".
        "secret-redirect": "{host} would receive a secret in the {part} that isn't bound to it.",
        "redirect-downgrade": "{host} would receive the call unencrypted.",
        "redirect-loop": "the redirects form a loop.",
        "redirect-several": "the answer has more than one Location.",
        "redirect-invalid": "its Location isn't a valid URL.",
        "redirect-user": "its Location contains a user name or password, which are never sent.",
        "too-many-redirects": "no answer came after {hops} redirects.",
        # A cancelled send has one code; whether a byte had left chooses the message.
        "cancelled": "the send was cancelled.",
        "cancelled-after": "the send was cancelled before an answer came.",
        "timeout": "no complete answer came within {seconds} seconds.",
        "idle": "no data came for {seconds} seconds.",
        "closed": "the connection closed before an answer came.",
        "cut-short": "the connection closed before the complete answer came.",
        "garbage": "the answer isn't valid HTTP.",
        "headers-too-large": "the headers of the answer exceed the limits on number or size.",
    }
)


@dataclass(frozen=True)
class GuardRefusal:
    """Why a target may not be called: a code of REFUSALS and a complete sentence."""

    code: str
    message: str
    params: Params = field(default_factory=dict)
    remedy: str = ""


class GuardRefused(Exception):
    """A target that may not be called, while a send or check is under way.

    Not an OSError: those mean that the network failed, and are reported as such.
    """

    def __init__(self, code: str, remedy: str = "", **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy
        self.params: Mapping[str, str] = params

    def as_refusal(self) -> GuardRefusal:
        message = REFUSALS[self.code].format_map(self.params)
        # A host keeps its lower case, even at the start of a sentence.
        if not message.startswith(self.params.get("host") or "\0"):
            message = message[0].upper() + message[1:]
        return GuardRefusal(self.code, message, self.params, self.remedy)

    def as_failure(self, left: bool) -> Failure:
        """`reason` among the parameters keeps the code; "guard-refused" is that of all."""
        lead = "Unknown: " if left else "Not sent: "
        message = lead + REFUSALS[self.code].format_map(self.params)
        message = f"{message} {self.remedy}".strip()
        return Failure("guard-refused", message, left, {**self.params, "reason": self.code})


class SendError(Exception):
    """Ends a send; `code` is one of FAILURES."""

    # One class for all of them: nobody handles them one by one, but everybody reports them.

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = params


def describe_failure(code: str, left: bool, **params: str) -> Failure:
    """A failure; `left` chooses between "Not sent" and "Unknown"."""
    message = FAILURES[code].format_map(params)
    return Failure(code, f"{'Unknown' if left else 'Not sent'}: {message}", left, params)


def describe_redirects(failure: Failure, redirects: Sequence[Redirect]) -> Failure:
    """The failure with the redirects that preceded it; its message names the last one."""
    if not redirects:
        return failure
    last = redirects[-1]
    shown = last.target or last.location or "nowhere"
    shown = shown if len(shown) <= LONGEST_URL else f"{shown[:LONGEST_URL]}…"
    why = failure.message.removeprefix("Unknown: ")
    message = f"Unknown: the call was redirected ({last.status} to {shown}), but {why}"
    return replace(failure, message=message, redirects=tuple(redirects))
