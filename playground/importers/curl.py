"""Reads cURL commands as written for bash, for Windows cmd and for PowerShell.

How a command splits into words depends on the shell; what the words mean, which `curl_options` and
`curl_request` work out, does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from playground.importers import powershell
from playground.importers.bash import ASSIGNMENT, BashCommand, split_commands
from playground.importers.cmd import split_cmd_commands
from playground.importers.command_lines import (
    detect_shell,
    find_start,
    has_curl,
    is_curl_alias,
    note_shell_values,
    strip_prompts,
)
from playground.importers.curl_options import parse_options
from playground.importers.curl_request import build_requests
from playground.importers.spans import TextSpan, TracedText
from playground.importers.values import (
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    note_ignored,
    note_understood,
)

# What may precede the program on a command line.
PREFIXES = frozenset({
    "sudo", "time", "command", "env", "!", "then", "do", "else", "-", "*", "+", "run:", "RUN",
})  # fmt: skip
SHELL_NAMES = {"bash": "bash", "cmd": "the Windows command prompt", "powershell": "PowerShell"}
# Not `%2F%`, which is part of a URL.
CMD_VARIABLE = re.compile(r"%[A-Za-z_][A-Za-z_]\w+%")


def looks_like(pasted: Pasted) -> bool:
    """Whether there is a cURL command anywhere in the text."""
    return pasted.mentions("curl") and has_curl(pasted.text) and not is_curl_alias(pasted.text)


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the cURL commands in the text, in order."""
    stripped = strip_prompts(TracedText(pasted.text))
    text = stripped.text
    had_prompt = len(text) < len(pasted.text) - pasted.text.count("\r\n")
    start = find_start(text)
    readers = {"bash": _read_bash, "cmd": _read_cmd, "powershell": _read_powershell}
    likely = detect_shell(pasted.text)
    # Detection may be wrong: the other shells are tried if the likely one finds no command. Text
    # that the likely shell rejects is never tried in another, which would read something else.
    for shell in (likely, *(name for name in readers if name != likely)):
        if requests := readers[shell](text, start):
            # All requests of a text share them.
            shared = tuple(stripped.trace(requests[0].shared_spans))
            finished = (_finish(each, shell, had_prompt, stripped) for each in requests)
            return [replace(each, shared_spans=shared) for each in finished]
    raise NotRecognized("no-curl", "No cURL command was found.")


def _finish(
    request: FoundRequest, shell: str, had_prompt: bool, stripped: TracedText
) -> FoundRequest:
    notes = [note_understood("curl", "A cURL command for {shell}.", shell=SHELL_NAMES[shell])]
    if had_prompt:
        notes.append(note_ignored("prompt", "Left out the prompt before the command."))
    spans = tuple(stripped.trace_inside(request.spans))
    return replace(request, notes=(*notes, *request.notes), spans=spans)


def _read_bash(text: str, start: int) -> list[FoundRequest]:
    commands, assignments = split_commands(text, start)
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
                skipped += command.spans
            continue
        stdin = command.input
        spans = list(command.spans)
        if command.piped and index:
            spans += commands[index - 1].spans
            stdin = _output(commands[index - 1]) if stdin is None else stdin
        notes = [*command.repairs.values(), *_list_shell_notes(command)]
        requests += _add(build_requests(parse_options(words), stdin), notes, spans)
    shared = tuple(assignments)
    return _note_others([replace(each, shared_spans=shared) for each in requests], others, skipped)


def _read_cmd(text: str, start: int) -> list[FoundRequest]:
    requests: list[FoundRequest] = []
    others: list[str] = []
    skipped: list[TextSpan] = []
    for command in split_cmd_commands(text, start):
        words = _curl_words(command.words)
        if words is None:
            others.append(_program(" ".join(command.words[:1])))
            skipped += command.spans
            continue
        unknown = [each for word in words for each in CMD_VARIABLE.findall(word)]
        notes = [*command.repairs.values(), *note_shell_values(unknown)]
        requests += _add(build_requests(parse_options(words)), notes, command.spans)
        if command.rest:
            others.append(_program(command.rest))
    return _note_others(requests, others, skipped)


def _read_powershell(text: str, start: int) -> list[FoundRequest]:
    requests: list[FoundRequest] = []
    for words, notes, spans in powershell.find_curl_commands(text, start):
        requests += _add(build_requests(parse_options(words)), notes, spans)
    return requests


def _add(
    requests: Sequence[FoundRequest], notes: Sequence[Note], spans: Sequence[TextSpan]
) -> list[FoundRequest]:
    return [replace(each, notes=(*notes, *each.notes), spans=tuple(spans)) for each in requests]


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
    notes = note_shell_values(command.unknown)
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
    """The requests with a note about the commands that send none."""
    if not others:
        return requests
    note = note_ignored(
        "other-commands", "Left out other commands: {text}.", text=", ".join(others)
    )
    left_out = (each._replace(fate="left out") for each in skipped)
    shared = (*requests[0].shared_spans, *left_out) if requests else ()
    return [replace(each, notes=(*each.notes, note), shared_spans=shared) for each in requests]
