"""The options of cURL: their names, and the options that a list of words gives.

Source of the tables: `curl --help all` (7.88) and its manual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.importers.values import Unreadable

SHORT_OPTIONS = {
    "A": "user-agent", "b": "cookie", "B": "use-ascii", "c": "cookie-jar", "C": "continue-at",
    "d": "data", "D": "dump-header", "e": "referer", "E": "cert", "F": "form", "G": "get",
    "h": "help", "H": "header", "I": "head", "K": "config", "m": "max-time", "o": "output",
    "P": "ftp-port", "Q": "quote", "r": "range", "t": "telnet-option", "T": "upload-file",
    "u": "user", "U": "proxy-user", "w": "write-out", "x": "proxy", "X": "request",
    "y": "speed-time", "Y": "speed-limit", "z": "time-cond", ":": "next",
}  # fmt: skip
OPTIONS_WITH_VALUE = frozenset({
    "abstract-unix-socket", "alt-svc", "aws-sigv4", "cacert", "capath", "cert", "cert-type",
    "ciphers", "config", "connect-timeout", "connect-to", "continue-at", "cookie", "cookie-jar",
    "create-file-mode", "crlfile", "curves", "data", "data-ascii", "data-binary", "data-raw",
    "data-urlencode", "delegation", "dns-interface", "dns-ipv4-addr", "dns-ipv6-addr",
    "dns-servers", "doh-url", "dump-header", "egd-file", "engine", "etag-compare", "etag-save",
    "expect100-timeout", "form", "form-string", "ftp-account", "ftp-alternative-to-user",
    "ftp-method", "ftp-port", "ftp-ssl-ccc-mode", "happy-eyeballs-timeout-ms",
    "haproxy-clientip", "header", "hostpubmd5", "hostpubsha256", "hsts", "interface", "ip-tos",
    "ipfs-gateway", "json", "keepalive-cnt", "keepalive-time", "key", "key-type", "krb",
    "libcurl", "limit-rate", "local-port", "login-options", "mail-auth", "mail-from",
    "mail-rcpt", "max-filesize", "max-redirs", "max-time", "netrc-file", "noproxy",
    "oauth2-bearer", "output", "output-dir", "parallel-max", "pass", "pinnedpubkey", "preproxy",
    "proto", "proto-default", "proto-redir", "proxy", "proxy-cacert", "proxy-capath",
    "proxy-cert", "proxy-cert-type", "proxy-ciphers", "proxy-crlfile", "proxy-header",
    "proxy-key", "proxy-key-type", "proxy-pass", "proxy-pinnedpubkey", "proxy-service-name",
    "proxy-tls13-ciphers", "proxy-tlsauthtype", "proxy-tlspassword", "proxy-tlsuser",
    "proxy-user", "proxy1.0", "pubkey", "quote", "random-file", "range", "rate", "referer",
    "request", "request-target", "resolve", "retry", "retry-delay", "retry-max-time",
    "sasl-authzid", "service-name", "socks4", "socks4a", "socks5", "socks5-gssapi-service",
    "socks5-hostname", "speed-limit", "speed-time", "stderr", "telnet-option", "tftp-blksize",
    "time-cond", "tls-max", "tls13-ciphers", "tlsauthtype", "tlspassword", "tlsuser", "trace",
    "trace-ascii", "trace-config", "unix-socket", "upload-file", "url", "url-query", "user",
    "user-agent", "variable", "vlan-priority", "write-out",
})  # fmt: skip
FLAGS = frozenset({"get", "head", "next"})
# Options that don't change what is sent, or only affect how the response is shown.
SILENT_OPTIONS = frozenset({
    "compressed", "fail", "fail-with-body", "silent", "show-error", "location", "verbose",
    "include", "no-progress-meter", "progress-bar", "no-buffer", "globoff", "http1.1", "http2",
    "http2-prior-knowledge", "path-as-is", "max-time", "connect-timeout", "retry", "output",
    "write-out", "remote-name", "tlsv1.2", "ipv4", "ipv6", "use-ascii",
})  # fmt: skip
# Short options without a value; most only affect cURL's output.
SHORT_FLAGS = {
    "#": "progress-bar", "0": "http1.0", "1": "tlsv1", "2": "sslv2", "3": "sslv3", "4": "ipv4",
    "6": "ipv6", "a": "append", "f": "fail", "g": "globoff", "i": "include",
    "j": "junk-session-cookies", "J": "remote-header-name", "k": "insecure", "l": "list-only",
    "L": "location", "M": "manual", "n": "netrc", "N": "no-buffer", "O": "remote-name",
    "p": "proxytunnel", "q": "disable", "R": "remote-time", "s": "silent", "S": "show-error",
    "v": "verbose", "V": "version", "Z": "parallel",
}  # fmt: skip
LONG_NAMES = OPTIONS_WITH_VALUE | FLAGS | SILENT_OPTIONS | frozenset(SHORT_FLAGS.values())
# Word processors and chats turn `--` into a dash, and `-` into lookalikes.
DASHES = re.compile(r"[-‐‑‒–—―−]+")


@dataclass(frozen=True)
class Option:
    """One option as given: its long name without dashes, and its value if it takes one.

    `typed` is how the command names it, for notes. An unknown short option keeps its letter as the
    name.
    """

    name: str
    value: str | None = None
    typed: str = ""


def parse_options(words: Sequence[str]) -> Iterator[Option]:
    """The options of one cURL command in order; a bare word is a `url`."""
    at = 0
    only_urls = False
    while at < len(words):
        typed = words[at]
        word = typed if only_urls else plain_dashes(typed)
        at += 1
        if word == "--" and not only_urls:
            only_urls = True
        elif only_urls or not word.startswith("-") or word == "-":
            yield Option("url", word, typed)
        else:
            parse = _parse_long if word.startswith("--") else _parse_short
            options, needs_value = parse(word, typed)
            if needs_value:
                if at == len(words):
                    message = "The command is cut off: nothing follows {option}. Paste all of it."
                    raise Unreadable("curl-cut-off", message, option=typed)
                options[-1] = Option(options[-1].name, words[at], typed)
                at += 1
            yield from options


def plain_dashes(word: str) -> str:
    """The word with `-` or `--` for the typographic dashes before the name of an option."""
    dashes = DASHES.match(word)
    if dashes is None or dashes.group() in ("-", "--"):
        return word
    rest = word[dashes.end() :]
    name = rest.partition("=")[0]
    if not name[:1].isalpha():
        return word
    # A dash may have been one hyphen or two: names of more than a letter had two.
    is_long = name in LONG_NAMES or (len(name) > 1 and name.islower() and "—" in dashes.group())
    return ("--" if is_long else "-") + rest


def _parse_long(word: str, typed: str) -> tuple[list[Option], bool]:
    """The option, and whether its value is the next word."""
    # cURL itself only takes `--data x`, but people write `--data=x`.
    name, equals, value = word[2:].partition("=")
    # `--expand-data` is `--data` with cURL's variables filled in.
    name = _complete(name.removeprefix("expand-"))
    if name not in OPTIONS_WITH_VALUE:
        return [Option(name, typed=typed)], False
    return [Option(name, value, typed)], not equals


def _parse_short(word: str, typed: str) -> tuple[list[Option], bool]:
    """The options of `-sSLX`, and whether the value of the last one is the next word."""
    options: list[Option] = []
    for index, letter in enumerate(word[1:], start=2):
        name = SHORT_OPTIONS.get(letter) or SHORT_FLAGS.get(letter, letter)
        if name in OPTIONS_WITH_VALUE:
            value = word[index:]
            return [*options, Option(name, value, typed)], not value
        options.append(Option(name, typed="-" + letter))
    return options, False


def _complete(name: str) -> str:
    """Expand an unambiguous prefix of an option's name, as cURL does."""
    if name in LONG_NAMES or len(name) < 3:
        return name
    fitting = [each for each in OPTIONS_WITH_VALUE | FLAGS if each.startswith(name)]
    return fitting[0] if len(fitting) == 1 else name
