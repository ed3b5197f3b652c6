"""Command lines as people paste them: prompts, the shell they are for, words for Windows cmd."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from playground.importers.spans import TextEdit, TextSpan, TracedText

Shell = Literal["bash", "cmd", "powershell"]

COMMAND = (
    r"(?:(?:sudo|time|command|env)\s+)?"
    r"(?:curl(?:\.exe)?|Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b"
)
# Only before a command that is read: `> ` alone also starts a quotation, and `$` a variable.
PROMPT = re.compile(
    r"^[ \t]*(?:\([\w.-]{1,64}\)[ \t]*)?(?:(?:PS[ \t]+)?[A-Za-z]:\\[^>\n]{0,200}>|PS[^>\n]{0,200}>"
    r"|\[?[\w.-]{1,64}@[\w.-]{1,64}[: ][^$#%\n]{0,200}[$#%]|[$#%>❯➜!])[ \t]*(?=" + COMMAND + ")",
    re.MULTILINE | re.IGNORECASE,
)
CARRIAGE_RETURN = re.compile(r"\r(?=\n)")
CONTINUATION_PROMPT = re.compile(r"^(?:>{1,2}|More\?)(?:[ \t]|$)", re.MULTILINE)

# At the start of a line, after an operator or a prompt: prose may mention "curl" anywhere.
CURL = re.compile(
    r"(?:^|[;&|(]|[$>#%!❯➜])[ \t]*(?:(?:sudo|time|command|env|then|do|else)[ \t]+)?"
    r"(?:\w{1,64}=\S{0,200}[ \t]+)?"
    r"(?:/[\w/.-]{0,100}/)?curl(?:\.exe)?(?=[ \t\r\n\xa0\\^`])",
    re.MULTILINE | re.IGNORECASE,
)
# The first line of a command tells its shell by how it is continued, anything else by quotes.
CMD_FIRST_LINE = re.compile(r"[^'\n]*?(?:\^[ \t]*\r?$|\^\")", re.M)
CMD_SIGN = re.compile(r'^[A-Za-z]:\\[^>\n]{0,200}>|[{\[,:][ ]?""\w|\w""[ ]?:', re.M)
POWERSHELL_FIRST_LINE = re.compile(r"[^\n]*`[ \t]*\r?\n")
POWERSHELL_SIGN = re.compile(
    r"^[ \t]*\$\w{1,64}[ \t]*=|@['\"][ \t]*\r?\n|^PS[^>\n]{0,200}>|\"\{`\"", re.M
)
# Lines before the command that decide what it sends: variables, and text piped to it.
SETUP_LINE = re.compile(r"\s*(?:export\s+\w+=|\w+=\S|\$\w+\s*=|echo\b|printf\b|cat\b)")

UNQUOTED = re.compile(r'[^\^"&|\n<>]+')
QUOTED = re.compile(r'[^"\n]+')
WORD_PART = re.compile(r'[^\\" \t\n\r]+')


def strip_prompts(text: TracedText) -> TracedText:
    """The text without the prompts before its commands, and with line feeds alone."""
    text = text.replace(CARRIAGE_RETURN, fate="read")
    stripped = text.replace(PROMPT, fate="left out")
    return text if stripped is text else stripped.replace(CONTINUATION_PROMPT, fate="left out")


def has_curl(text: str) -> bool:
    """Whether there is a cURL command anywhere in the text."""
    return CURL.search(text) is not None


def detect_shell(text: str) -> Shell:
    """The shell that a cURL command is written for."""
    # PowerShell first: it has signs of its own, while cmd and bash share most of theirs.
    curl = CURL.search(text)
    at = curl.end() if curl else 0
    if POWERSHELL_SIGN.search(text) or POWERSHELL_FIRST_LINE.match(text, at):
        return "powershell"
    return "cmd" if CMD_SIGN.search(text) or CMD_FIRST_LINE.match(text, at) else "bash"


def skip_prose(text: TracedText) -> TracedText:
    """The text from its cURL command on, or whole if it starts with lines that set it up."""
    curl = CURL.search(text.text)
    if curl is None:
        return text
    start = text.text.rfind("\n", 0, curl.start() + 1) + 1
    before = text.text[:start]
    setup = next((line for line in before.splitlines() if SETUP_LINE.match(line)), None)
    if setup is not None and before.strip().startswith(setup.strip()):
        return text
    return TracedText(text, [TextEdit(0, start, "", None)]) if start else text


@dataclass(frozen=True)
class CmdCommand:
    """One command of a Windows prompt without carets; `rest` is what follows `&`, `|` or `>`."""

    text: str
    rest: str = ""
    spans: tuple[TextSpan, ...] = ()


def split_cmd_commands(text: str) -> list[CmdCommand]:
    """The commands of a text for Windows cmd; a caret at the end of a line continues it."""
    # cmd itself only knows lines, quotes and carets; splitting into words is up to programs.
    commands: list[CmdCommand] = []
    at = 0
    while at < len(text):
        start = at
        command, at = _read_cmd_command(text, at)
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if command.strip():
            spans = (TextSpan(start, at, "read"), TextSpan(at, end, "left out"))
            commands.append(CmdCommand(command, text[at:end].strip(), spans))
        at = end + 1
    return commands


def _read_cmd_command(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    quoted = False
    while at < len(text):
        if plain := (QUOTED if quoted else UNQUOTED).match(text, at):
            parts.append(plain.group())
            at = plain.end()
        elif text[at] == '"':
            quoted = not quoted
            parts.append('"')
            at += 1
        elif text.startswith("^\n\n", at):
            # The caret removes the first line break, the second stays: the way to write one.
            parts.append("\n")
            at += 3
        elif text[at] == "^":
            # Any other character after a caret is plain.
            parts.append(text[at + 1 : at + 2].replace("\n", ""))
            at += 2
        else:
            break
    return "".join(parts), at


def split_arguments(line: str) -> list[str]:
    """The words of a command as the C run-time of Windows programs splits it.

    Source: "Parsing C command-line arguments" of Microsoft. 2n backslashes before a quote are
    n backslashes and a delimiter, 2n+1 are n backslashes and a plain quote; two quotes inside
    quotes are one plain quote.
    """
    words: list[str] = []
    # None between words: `""` is a word, though an empty one.
    word: list[str] | None = None
    quoted = False
    at = 0
    while at < len(line):
        char = line[at]
        if plain := WORD_PART.match(line, at):
            part, at = plain.group(), plain.end()
        elif char == "\\":
            part, at = _read_backslashes(line, at)
        elif char == '"':
            doubled = quoted and line[at + 1 : at + 2] == '"'
            part, quoted = ('"', True) if doubled else ("", not quoted)
            at += 2 if doubled else 1
        elif quoted:
            part, at = char, at + 1
        else:
            if word is not None:
                words.append("".join(word))
            word = None
            at += 1
            continue
        if word is None:
            word = []
        word.append(part)
    if word is not None:
        words.append("".join(word))
    return words


def _read_backslashes(line: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(line) and line[end] == "\\":
        end += 1
    count = end - at
    if line[end : end + 1] != '"':
        return "\\" * count, end
    if count % 2:
        return "\\" * (count // 2) + '"', end + 1
    return "\\" * (count // 2), end
