"""Reads cURL commands as written for bash, for Windows cmd and for PowerShell.

Options are parsed as cURL parses them; what they mean is in `curl_request`. Source of the
tables: `curl --help all` (7.88) and its manual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground.importers import powershell
from playground.importers.bash import ASSIGNMENT, BashCommand, split_commands
from playground.importers.command_lines import (
    detect_shell,
    has_curl,
    skip_prose,
    split_arguments,
    split_cmd_commands,
    strip_prompts,
)
from playground.importers.curl_request import Option, build_requests
from playground.importers.spans import TextSpan, TracedText
from playground.importers.values import (
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)

# What may precede the program on a command line.
PREFIXES = frozenset({"sudo", "time", "command", "env", "!", "then", "do", "else"})
SHELL_NAMES = {"bash": "bash", "cmd": "the Windows command prompt", "powershell": "PowerShell"}
MAX_VARIABLES = 5

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


def looks_like(pasted: Pasted) -> bool:
    """Whether there is a cURL command anywhere in the text."""
    return has_curl(pasted.text)


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the cURL commands in the text, in order."""
    whole = TracedText(pasted.text)
    stripped = strip_prompts(whole)
    had_prompt = len(stripped.text) < len(pasted.text.replace("\r\n", "\n"))
    stripped = skip_prose(stripped)
    readers = {"bash": _read_bash, "cmd": _read_cmd, "powershell": _read_powershell}
    likely = detect_shell(pasted.text)
    problem: Unreadable | None = None
    # Detection may be wrong: the other shells are tried before the text is rejected.
    for shell in (likely, *(name for name in readers if name != likely)):
        try:
            requests = readers[shell](stripped.text)
        except Unreadable as found:
            problem = problem or found
            # Another shell would read the rest of a rejected command as something else.
            if shell == likely and not isinstance(found, NotRecognized):
                raise
            continue
        if requests:
            return [_finish(each, shell, had_prompt, stripped) for each in requests]
    raise problem or NotRecognized("no-curl", "No cURL command can be read here.")


def _finish(
    request: FoundRequest, shell: str, had_prompt: bool, stripped: TracedText
) -> FoundRequest:
    notes = [note_understood("curl", "A cURL command for {shell}.", shell=SHELL_NAMES[shell])]
    if had_prompt:
        notes.append(note_ignored("prompt", "Left out the prompt before the command."))
    spans = tuple(stripped.trace(request.spans))
    return replace(request, notes=(*notes, *request.notes), spans=spans)


def _read_bash(text: str) -> list[FoundRequest]:
    commands, assignments, problem = split_commands(text)
    requests: list[FoundRequest] = []
    others: list[str] = []
    skipped: list[TextSpan] = []
    for index, command in enumerate(commands):
        words = _curl_words(command.words)
        if words is None:
            # A command whose output goes to cURL is part of the request, as is its text.
            feeds_next = index + 1 < len(commands) and commands[index + 1].piped
            if not feeds_next:
                others.append(_program(command.words[0]))
                skipped += [TextSpan(each.start, each.end, "left out") for each in command.spans]
            continue
        stdin = command.input
        spans = [*assignments, *command.spans]
        if command.piped and index:
            spans += commands[index - 1].spans
            stdin = _output(commands[index - 1]) if stdin is None else stdin
        notes = _list_shell_notes(command)
        requests += [
            replace(each, notes=(*each.notes, *notes), spans=tuple(spans))
            for each in build_requests(parse_options(words), stdin)
        ]
    # A quote left open after the cURL command, in prose for example, doesn't spoil the command.
    if problem and (not requests or problem.rejected.code == "too-large"):
        raise problem
    return _note_others(requests, others, skipped)


def _read_cmd(text: str) -> list[FoundRequest]:
    requests: list[FoundRequest] = []
    others: list[str] = []
    skipped: list[TextSpan] = []
    for command in split_cmd_commands(text):
        # What cURL gets is split by its C run-time, after cmd has resolved the carets.
        words = _curl_words(split_arguments(command.text))
        if words is None:
            others.append(_program(command.text))
            skipped += [TextSpan(each.start, each.end, "left out") for each in command.spans]
            continue
        requests += [
            replace(each, spans=command.spans) for each in build_requests(parse_options(words))
        ]
        if command.rest:
            others.append(_program(command.rest))
    return _note_others(requests, others, skipped)


def _read_powershell(text: str) -> list[FoundRequest]:
    requests: list[FoundRequest] = []
    for words, notes, spans in powershell.find_curl_commands(text):
        found = build_requests(parse_options(words))
        requests += [replace(each, notes=(*each.notes, *notes), spans=spans) for each in found]
    return requests


def _curl_words(words: Sequence[str]) -> list[str] | None:
    """The words after `curl`; None for another command."""
    for index, word in enumerate(words):
        # The program may be given by its path.
        name = word.replace("\\", "/").rsplit("/", 1)[-1].lower()
        if name in ("curl", "curl.exe"):
            return list(words[index + 1 :])
        if word not in PREFIXES and not ASSIGNMENT.match(word):
            return None
    return None


def _output(command: BashCommand) -> str | None:
    """The output of a literal `echo`, `printf '%s'` or `cat` with a here-document."""
    words = command.words
    # With an unknown variable in it, the text isn't what would be sent.
    if command.unknown:
        return None
    if words == ["cat"]:
        return command.input
    if words[0] == "echo":
        plain = [word for word in words[1:] if word not in ("-n", "-e", "-E")]
        return " ".join(plain) + ("" if "-n" in words else "\n")
    if words[0] == "printf" and len(words) == 3 and words[1] in ("%s", "%s\\n"):
        return words[2] + ("\n" if words[1].endswith("n") else "")
    return None


def _list_shell_notes(command: BashCommand) -> list[Note]:
    unknown = list(dict.fromkeys(command.unknown))[:MAX_VARIABLES]
    message = "{typed} gets its value in your shell. Nothing pasted is run, so it stays as typed."
    notes = [note_ignored("shell-value", message, typed=each) for each in unknown]
    if command.redirects:
        where = ", ".join(command.redirects)
        notes.append(note_ignored("redirect", "Left out the redirection {where}.", where=where))
    return notes


def _program(command: str) -> str:
    """The program that a command starts; its other words may hold a password."""
    words = command.lstrip("&|<> \t").split()
    return words[0] if words else command


def _note_others(
    requests: list[FoundRequest], others: Sequence[str], skipped: Sequence[TextSpan]
) -> list[FoundRequest]:
    if not others:
        return requests
    note = note_ignored(
        "other-commands", "Left out other commands: {text}.", text=", ".join(others)
    )
    return [
        replace(each, notes=(*each.notes, note), spans=(*each.spans, *skipped)) for each in requests
    ]


def parse_options(words: Sequence[str]) -> Iterator[Option]:
    """The options of one cURL command in order; a bare word is a `url`."""
    at = 0
    only_urls = False
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--" and not only_urls:
            only_urls = True
        elif only_urls or not word.startswith("-") or word == "-":
            yield Option("url", word)
        else:
            long = word.startswith("--")
            options, needs_value = _parse_long(word[2:]) if long else _parse_short(word[1:])
            if needs_value:
                options[-1] = Option(options[-1].name, words[at] if at < len(words) else "")
                at += 1
            yield from options


def _parse_long(word: str) -> tuple[list[Option], bool]:
    """The option, and whether its value is the next word."""
    # cURL itself only takes `--data x`, but people write `--data=x`.
    name, equals, value = word.partition("=")
    name = _complete(name)
    if name not in OPTIONS_WITH_VALUE:
        return [Option(name)], False
    return [Option(name, value)], not equals


def _parse_short(letters: str) -> tuple[list[Option], bool]:
    """The options of `-sSLX`, and whether the value of the last one is the next word."""
    options: list[Option] = []
    for index, letter in enumerate(letters):
        # A letter that isn't in the table is a flag.
        name = SHORT_OPTIONS.get(letter, letter)
        if name in OPTIONS_WITH_VALUE:
            value = letters[index + 1 :]
            return [*options, Option(name, value)], not value
        options.append(Option(name))
    return options, False


def _complete(name: str) -> str:
    """cURL takes the start of a name that fits only one of its options for that option."""
    if name in OPTIONS_WITH_VALUE or len(name) < 3:
        return name
    fitting = [each for each in OPTIONS_WITH_VALUE | FLAGS if each.startswith(name)]
    return fitting[0] if len(fitting) == 1 else name
