"""Reads cURL commands as written for bash, for Windows cmd and for PowerShell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from playground.importers import powershell
from playground.importers.bash import ASSIGNMENT, Command, split_commands
from playground.importers.cmd import split_arguments, split_lines
from playground.importers.curl_request import read_requests
from playground.importers.prompts import strip_prompts
from playground.importers.values import IGNORED, UNDERSTOOD, Note, Request, Unreadable, note

SIGN = re.compile(
    r"(?:^|[;&|(]|[$>#%!❯➜])[ \t]*(?:(?:sudo|time|command|env|then|do|else)[ \t]+)?"
    r"(?:\w{1,64}=\S{0,200}[ \t]+)?"
    r"(?:/[\w/.-]{0,100}/)?curl(?:\.exe)?(?=[ \t\r\n\xa0\\^`])",
    re.MULTILINE | re.IGNORECASE,
)
CMD_HEAD = re.compile(r"[^'\n]*?(?:\^[ \t]*\r?$|\^\")", re.M)
CMD_SIGN = re.compile(r'^[A-Za-z]:\\[^>\n]{0,200}>|[{\[,:][ ]?""\w|\w""[ ]?:', re.M)
POWERSHELL_SIGN = re.compile(
    r"^[ \t]*\$\w{1,64}[ \t]*=|@['\"][ \t]*\r?\n|^PS[^>\n]{0,200}>|\"\{`\"", re.M
)
POWERSHELL_HEAD = re.compile(r"[^\n]*`[ \t]*\r?\n")
BEFORE = frozenset({"sudo", "time", "command", "env", "!", "then", "do", "else"})
SHOWN_VARIABLES = 5


def looks_like(text: str) -> bool:
    """Whether a cURL command stands somewhere in the text."""
    return SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """Every request of the cURL commands in the text, in order."""
    stripped, prompted = strip_prompts(text)
    stripped = _from_command(stripped)
    readers = {"bash": _bash, "cmd": _cmd, "powershell": _powershell}
    first = _shell(text)
    refusal: Unreadable | None = None
    for shell in (first, *(name for name in readers if name != first)):
        try:
            requests = readers[shell](stripped)
        except Unreadable as problem:
            if problem.refused.code == "too-large":
                raise
            refusal = refusal or problem
            continue
        if requests and not (refusal and any(_is_cut(each) for each in requests)):
            return [_introduce(each, shell, prompted) for each in requests]
    raise refusal or Unreadable("no-curl", "No cURL command can be read here.")


def _program(command: str) -> str:
    """Which program a command would start: its other words may hold what nobody should see."""
    words = command.lstrip("&|<> \t").split()
    return words[0] if words else command


def _is_cut(request: Request) -> bool:
    """Whether the body begins with a quote of another shell, one that was never closed."""
    return (request.body or "").startswith("'")


def _shell(text: str) -> str:
    """The shell a command is written for, by the line it begins on and by its quotes."""
    sign = SIGN.search(text)
    at = sign.end() if sign else 0
    if POWERSHELL_SIGN.search(text) or POWERSHELL_HEAD.match(text, at):
        return "powershell"
    return "cmd" if CMD_SIGN.search(text) or CMD_HEAD.match(text, at) else "bash"


def _from_command(text: str) -> str:
    """The text from its first command on: prose before it is left out, assignments stay."""
    found = SIGN.search(text)
    if found is None:
        return text
    start = text.rfind("\n", 0, found.start() + 1) + 1
    before = text[:start]
    kept = [
        line
        for line in before.splitlines()
        if re.match(r"\s*(?:export\s+\w+=|\w+=\S|\$\w+\s*=|echo\b|printf\b|cat\b)", line)
    ]
    if kept and not before.strip().startswith(kept[0].strip()):
        return text[start:]
    return text if kept else text[start:]


def _introduce(request: Request, shell: str, prompted: bool) -> Request:
    names = {"bash": "bash", "cmd": "the Windows prompt", "powershell": "PowerShell"}
    first = note(UNDERSTOOD, "curl", "A cURL command for {shell}.", shell=names[shell])
    extra = [note(IGNORED, "prompt", "The prompt sign before the command.")] if prompted else []
    return replace(request, notes=(first, *extra, *request.notes))


def _bash(text: str) -> list[Request]:
    commands, problem = split_commands(text)
    requests: list[Request] = []
    aside: list[str] = []
    for index, command in enumerate(commands):
        words = _curl_words(command.words)
        if words is None:
            following = index + 1 < len(commands) and commands[index + 1].piped
            if not following:
                aside.append(_program(command.words[0]))
            continue
        fed = command.input
        if fed is None and command.piped and index:
            fed = _fed(commands[index - 1])
        notes = _shell_notes(command)
        requests += [
            replace(each, notes=(*each.notes, *notes)) for each in read_requests(words, fed)
        ]
    if problem and (not requests or problem.refused.code == "too-large"):
        raise problem
    return _leave_aside(requests, aside)


def _curl_words(words: Sequence[str]) -> list[str] | None:
    """The words after `curl`, or None when the command is another one."""
    for index, word in enumerate(words):
        name = word.replace("\\", "/").rsplit("/", 1)[-1].lower()
        if name in ("curl", "curl.exe"):
            return list(words[index + 1 :])
        if word not in BEFORE and not ASSIGNMENT.match(word):
            return None
    return None


def _fed(before: Command) -> str | None:
    """What a literal `echo`, `printf '%s'` or `cat` with a here-document would print."""
    words = before.words
    if before.unknown:
        return None
    if words[0] == "cat" and len(words) == 1:
        return before.input
    if words[0] == "echo":
        plain = [word for word in words[1:] if word not in ("-n", "-e", "-E")]
        return " ".join(plain) + ("" if "-n" in words else "\n")
    if words[0] == "printf" and len(words) == 3 and words[1] in ("%s", "%s\\n"):
        return words[2] + ("\n" if words[1].endswith("n") else "")
    return None


def _shell_notes(command: Command) -> list[Note]:
    notes = [
        note(
            IGNORED,
            "shell-value",
            "{typed} gets its value in your shell; nothing pasted is run, so it stays as typed.",
            typed=typed,
        )
        for typed in list(dict.fromkeys(command.unknown))[:SHOWN_VARIABLES]
    ]
    if command.redirects:
        where = ", ".join(command.redirects)
        notes.append(note(IGNORED, "redirect", "The redirection {where}.", where=where))
    return notes


def _leave_aside(requests: list[Request], aside: Sequence[str]) -> list[Request]:
    if not aside:
        return requests
    left = note(
        IGNORED,
        "other-commands",
        "Other commands, not run: {text}",
        text=", ".join(aside),
    )
    return [replace(each, notes=(*each.notes, left)) for each in requests]


def _cmd(text: str) -> list[Request]:
    requests: list[Request] = []
    aside: list[str] = []
    for line in split_lines(text):
        words = _curl_words(split_arguments(line.text))
        if words is None:
            aside.append(_program(line.text))
            continue
        requests += read_requests(words)
        if line.tail:
            aside.append(_program(line.tail))
    return _leave_aside(requests, aside)


def _powershell(text: str) -> list[Request]:
    requests: list[Request] = []
    for words, notes in powershell.curl_commands(text):
        requests += [replace(each, notes=(*each.notes, *notes)) for each in read_requests(words)]
    return requests
