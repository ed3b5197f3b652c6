"""Pasted command lines: their prompts, and the shell that they are written for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from playground.importers.spans import CARRIAGE_RETURN, TracedText
from playground.importers.values import Note, note_ignored

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
CONTINUATION_PROMPT = re.compile(r"^(?:>{1,2}|More\?)(?:[ \t]|$)", re.MULTILINE)

# `curl gives me this:` has more than one plain word, and neither a URL nor an option after them.
SENTENCE = (
    r"[ \t]+(?:-X[ \t]*[A-Z]+[ \t]+)?(?!localhost\b)[^\W\d_]{1,40}"
    r"(?::(?=[ \t]*\r?$)|[,;.]?[ \t]+(?!\d*>)[\w(“](?![^\n]{0,300}?(?:://|\w\.[a-z]{2}|[ \t]-[a-z]"
    r"|localhost|[\\^`][ \t]*\r?$)))"
)
# At the start of a line, after an operator or a prompt: prose may mention "curl" anywhere.
CURL = re.compile(
    r"(?:^|[;&|(]|[>#%!❯➜]|[$:](?=[ \t])"
    # An item of a list, a line of a Dockerfile, or code in prose: only with an option or a URL.
    r"|(?:^[ \t]*(?:[-*+]|RUN)|`)(?=[ \t]*curl[ \t][^\n]{0,200}?(?:-[A-Za-z]|://)))"
    r"[ \t]*(?:(?:sudo|time|command|env|then|do|else)[ \t]+)?(?:\w{1,64}=\S{0,200}[ \t]+)?"
    r"(?:/[\w/.-]{0,100}/)?curl(?:\.exe)?(?=[ \t\r\n\xa0\\^`])(?![ \t]*=)"
    rf"(?!{SENTENCE})",
    re.MULTILINE | re.IGNORECASE,
)
CURL_ALIAS = re.compile(
    r"^[^'\"\n]{0,80}\bcurl[ \t][^\n]*?[ \t]-(?:Uri|Method|Headers|Body|ContentType)[ \t]",
    re.M | re.I,
)
# The first line of a command tells its shell by how it is continued, anything else by quotes.
CMD_FIRST_LINE = re.compile(r"[^'\n]*?(?:\^[ \t]*\r?$|\^[\"&%{])", re.M)
CMD_SIGN = re.compile(r'^[A-Za-z]:\\[^>\n]{0,200}>|[{\[,:][ ]?""\w|\w""[ ]?:', re.M)
POWERSHELL_FIRST_LINE = re.compile(r"[^\n]*`[ \t]*\r?\n")
POWERSHELL_SIGN = re.compile(
    r"^[ \t]*\$\w{1,64}[ \t]*=|@['\"][ \t]*\r?\n|^PS[^>\n]{0,200}>|\"\{`\"", re.M
)
# Lines before the command that decide what it sends: variables, and text piped to it.
SETUP_LINE = re.compile(r"^[ \t]*(?:export\s+\w+=|\w+=\S|\$\w+\s*=|echo\b|printf\b|cat\b)", re.M)
MAX_VALUES = 5
SEARCHED = 20_000


def strip_prompts(text: TracedText) -> TracedText:
    """The text without prompts before its commands, with single line feeds."""
    # White space outside all spans counts as read.
    text = text.replace(CARRIAGE_RETURN, fate=None)
    stripped = text.replace(PROMPT, fate="left out")
    return text if stripped is text else stripped.replace(CONTINUATION_PROMPT, fate="left out")


def has_curl(text: str) -> bool:
    """Whether there is a cURL command anywhere in the text."""
    return CURL.search(text) is not None


def is_curl_alias(text: str) -> bool:
    """Whether `curl` is Windows PowerShell's alias for its own command."""
    return CURL_ALIAS.search(text, 0, _signs_end(text)) is not None


def _signs_end(text: str) -> int:
    """The end of the part of a text that reveals its shell: a long body adds nothing."""
    curl = CURL.search(text)
    return (curl.end() if curl else 0) + SEARCHED


def detect_shell(text: str) -> Shell:
    """The shell that a cURL command is written for."""
    # PowerShell first: it has signs of its own, while cmd and bash share most of theirs.
    curl = CURL.search(text)
    at = curl.end() if curl else 0
    end = _signs_end(text)
    if POWERSHELL_SIGN.search(text, 0, end) or POWERSHELL_FIRST_LINE.match(text, at):
        return "powershell"
    is_cmd = CMD_SIGN.search(text, 0, end) or CMD_FIRST_LINE.match(text, at)
    return "cmd" if is_cmd else "bash"


def find_start(text: str) -> int:
    """The offset of the first command: cURL, or the lines before it that set it up."""
    curl = CURL.search(text)
    if curl is None:
        return 0
    start = text.rfind("\n", 0, curl.start() + 1) + 1
    if setup := SETUP_LINE.search(text, 0, start):
        return setup.start()
    # `run: curl …` of a workflow, or `Example: curl …`.
    return curl.start() + 1 if curl.group().startswith(":") else start


def note_shell_values(typed: Sequence[str]) -> list[Note]:
    """Notes about variables and the like whose values aren't in the text."""
    unknown = list(dict.fromkeys(typed))
    message = "{typed} is only set where the command runs. It was kept as typed: replace it."
    notes = [note_ignored("shell-value", message, typed=each) for each in unknown[:MAX_VALUES]]
    if len(unknown) > MAX_VALUES:
        count = len(unknown) - MAX_VALUES
        message = "{count} more values were kept as typed."
        notes.append(note_ignored("shell-values", message, count=count))
    return notes
