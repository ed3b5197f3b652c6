"""The options of cURL: which take a value, how short ones combine, what each one means.

Source: the option list of `curl --help all` (7.88) and its manual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SHORT = {
    "A": "user-agent", "b": "cookie", "B": "use-ascii", "c": "cookie-jar", "C": "continue-at",
    "d": "data", "D": "dump-header", "e": "referer", "E": "cert", "F": "form", "G": "get",
    "h": "help", "H": "header", "I": "head", "K": "config", "m": "max-time", "o": "output",
    "P": "ftp-port", "Q": "quote", "r": "range", "t": "telnet-option", "T": "upload-file",
    "u": "user", "U": "proxy-user", "w": "write-out", "x": "proxy", "X": "request",
    "y": "speed-time", "Y": "speed-limit", "z": "time-cond", ":": "next",
}  # fmt: skip

WITH_VALUE = frozenset(
    [
        "abstract-unix-socket",
        "alt-svc",
        "aws-sigv4",
        "cacert",
        "capath",
        "cert",
        "cert-type",
        "ciphers",
        "config",
        "connect-timeout",
        "connect-to",
        "continue-at",
        "cookie",
        "cookie-jar",
        "create-file-mode",
        "crlfile",
        "curves",
        "data",
        "data-ascii",
        "data-binary",
        "data-raw",
        "data-urlencode",
        "delegation",
        "dns-interface",
        "dns-ipv4-addr",
        "dns-ipv6-addr",
        "dns-servers",
        "doh-url",
        "dump-header",
        "egd-file",
        "engine",
        "etag-compare",
        "etag-save",
        "expect100-timeout",
        "form",
        "form-string",
        "ftp-account",
        "ftp-alternative-to-user",
        "ftp-method",
        "ftp-port",
        "ftp-ssl-ccc-mode",
        "happy-eyeballs-timeout-ms",
        "haproxy-clientip",
        "header",
        "hostpubmd5",
        "hostpubsha256",
        "hsts",
        "interface",
        "ip-tos",
        "ipfs-gateway",
        "json",
        "keepalive-cnt",
        "keepalive-time",
        "key",
        "key-type",
        "krb",
        "libcurl",
        "limit-rate",
        "local-port",
        "login-options",
        "mail-auth",
        "mail-from",
        "mail-rcpt",
        "max-filesize",
        "max-redirs",
        "max-time",
        "netrc-file",
        "noproxy",
        "oauth2-bearer",
        "output",
        "output-dir",
        "parallel-max",
        "pass",
        "pinnedpubkey",
        "preproxy",
        "proto",
        "proto-default",
        "proto-redir",
        "proxy",
        "proxy-cacert",
        "proxy-capath",
        "proxy-cert",
        "proxy-cert-type",
        "proxy-ciphers",
        "proxy-crlfile",
        "proxy-header",
        "proxy-key",
        "proxy-key-type",
        "proxy-pass",
        "proxy-pinnedpubkey",
        "proxy-service-name",
        "proxy-tls13-ciphers",
        "proxy-tlsauthtype",
        "proxy-tlspassword",
        "proxy-tlsuser",
        "proxy-user",
        "proxy1.0",
        "pubkey",
        "quote",
        "random-file",
        "range",
        "rate",
        "referer",
        "request",
        "request-target",
        "resolve",
        "retry",
        "retry-delay",
        "retry-max-time",
        "sasl-authzid",
        "service-name",
        "socks4",
        "socks4a",
        "socks5",
        "socks5-gssapi-service",
        "socks5-hostname",
        "speed-limit",
        "speed-time",
        "stderr",
        "telnet-option",
        "tftp-blksize",
        "time-cond",
        "tls-max",
        "tls13-ciphers",
        "tlsauthtype",
        "tlspassword",
        "tlsuser",
        "trace",
        "trace-ascii",
        "trace-config",
        "unix-socket",
        "upload-file",
        "url",
        "url-query",
        "user",
        "user-agent",
        "variable",
        "vlan-priority",
        "write-out",
    ]
)

FLAGS_READ = frozenset({"get", "head", "next"})

SILENT = frozenset(
    [
        "compressed",
        "fail",
        "fail-with-body",
        "silent",
        "show-error",
        "location",
        "verbose",
        "include",
        "no-progress-meter",
        "progress-bar",
        "no-buffer",
        "globoff",
        "http1.1",
        "http2",
        "http2-prior-knowledge",
        "path-as-is",
        "max-time",
        "connect-timeout",
        "retry",
        "output",
        "write-out",
        "remote-name",
        "tlsv1.2",
        "ipv4",
        "ipv6",
    ]
)
"""Options that change nothing of what is sent, or only how the answer is shown."""


@dataclass(frozen=True)
class Option:
    """One option as given: its long name without dashes, and its value if it takes one."""

    name: str
    value: str | None = None


def read_options(words: Sequence[str]) -> Iterator[Option]:
    """The options of one cURL command in order; a bare word is a `url`."""
    at = 0
    only_words = False
    while at < len(words):
        word = words[at]
        at += 1
        if only_words or not word.startswith("-") or word == "-":
            yield Option("url", word)
        elif word == "--":
            only_words = True
        elif word.startswith("--"):
            option, taken = _long(word[2:], words, at)
            at += taken
            yield option
        else:
            options, taken = _short(word[1:], words, at)
            at += taken
            yield from options


def _long(word: str, words: Sequence[str], at: int) -> tuple[Option, int]:
    name, equals, value = word.partition("=")
    name = _complete(name)
    if name not in WITH_VALUE:
        return Option(name), 0
    if equals:
        return Option(name, value), 0
    return Option(name, words[at] if at < len(words) else ""), 1


def _complete(name: str) -> str:
    """cURL takes a beginning that fits only one of its options for that option."""
    if name in WITH_VALUE or len(name) < 3:
        return name
    fitting = [each for each in WITH_VALUE | FLAGS_READ if each.startswith(name)]
    return fitting[0] if len(fitting) == 1 and name not in SILENT else name


def _short(letters: str, words: Sequence[str], at: int) -> tuple[list[Option], int]:
    options: list[Option] = []
    for index, letter in enumerate(letters):
        name = SHORT.get(letter, letter)
        if name not in WITH_VALUE:
            options.append(Option(name))
            continue
        rest = letters[index + 1 :]
        if rest:
            return [*options, Option(name, rest)], 0
        return [*options, Option(name, words[at] if at < len(words) else "")], 1
    return options, 0
