"""Every sentence of this room, by code, with places for its parameters."""

from collections.abc import Mapping
from types import MappingProxyType

from playground.calls.values import Failure

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "url-empty": "the address is empty.",
        "url-too-long": "the address is longer than {most} characters.",
        "url-control": "the address holds a character that cannot be seen.",
        "url-blank": "the address holds a blank.",
        "url-backslash": "the address holds a backslash.",
        "url-scheme": "the address must begin with http:// or https://.",
        "url-user": "the address holds an @ before its host; a name or password has no place.",
        "url-fragment": "the address holds a # part, which is never sent.",
        "url-percent": "the address holds a % that is not followed by two hexadecimal digits.",
        "url-dots": "the path of the address holds a . or .. between its slashes.",
        "host-missing": "the address names no host.",
        "host-odd": "the host {host} holds a character that no host name has.",
        "host-label": "the host {host} has an empty part or one that is too long.",
        "host-number": "the host {host} looks like a number; write an address as in 192.0.2.1.",
        "host-ipv6": "the host {host} is not an IPv6 address as in [2001:db8::1].",
        "host-zone": "the host {host} holds a zone, which only this machine would understand.",
        "host-foreign": "the host {host} holds a look-alike of a plain letter, digit or dot.",
        "host-idna": "the host {host} is not an international name.",
        "port-bad": "the port of the address is not a whole number from 1 to 65535.",
        "address-refused": "the address {host} is {kind}.",
        "name-refused": "the name {host} leads to {kind}.",
        "not-listed": "{host} is not among the hosts and networks that are allowed here.",
        "name-not-found": "no server answers at {host} (name not found).",
    }
)

FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "name-not-found": "no server answers at {host} (name not found).",
        "connection-refused": "no server answers at {host} (connection refused).",
        "unreachable": "no server answers at {host} (no way there).",
        "connect-timeout": "no server answers at {host} (nothing within {seconds} seconds).",
        "tls": "no safe connection to {host} ({reason}).",
        "proxy": "the egress proxy did not open a way to {host}.",
        "header-unsafe": "the header {name} holds a character that cannot be sent.",
        "header-framing": "the header {name} does not fit the body; leave it out.",
        "method-unsafe": "the method is not a plain word.",
        "secret-host": "the secret {name} may not go to {host}.",
        "secret-redirect": "{host} was to receive a secret that was not given for it.",
        "cancelled": "the send was cancelled.",
        "cancelled-after": "the send was cancelled before an answer came.",
        "timeout": "no whole answer came within {seconds} seconds.",
        "idle": "nothing came for {seconds} seconds.",
        "closed": "the connection closed before an answer came.",
        "cut-short": "the connection closed before the whole answer came.",
        "garbage": "what came back is not an answer over HTTP.",
        "packed": "the answer came packed and could not be unpacked.",
        "headers-too-large": "the answer has more or longer headers than are read here.",
        "too-many-redirects": "the answer sent the call on more than {hops} times.",
    }
)


def say(code: str, params: Mapping[str, str]) -> str:
    """The refusal's sentence, with a capital letter and a full stop."""
    words = REFUSALS[code].format_map(params)
    return words if words.startswith(params.get("host") or "\0") else words[0].upper() + words[1:]


def fail(code: str, left: bool, **params: str) -> Failure:
    """A failure; `left` decides between "Not sent" and "Unknown"."""
    words = FAILURES[code].format_map(params)
    return Failure(code, f"{'Unknown' if left else 'Not sent'}: {words}", left, params)


def fail_refused(code: str, left: bool, params: Mapping[str, str]) -> Failure:
    """The failure for a target the guard refuses; `reason` keeps the refusal's own code."""
    words = REFUSALS[code].format_map(params)
    lead = "Unknown: the answer sent the call on, but " if left else "Not sent: "
    return Failure("guard-refused", lead + words, left, {**params, "reason": code})
