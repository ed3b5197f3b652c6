"""Reads PowerShell: Invoke-RestMethod, Invoke-WebRequest, and calls of curl.exe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from playground.importers.command_lines import is_curl_alias, note_shell_values, strip_prompts
from playground.importers.literals import Literal
from playground.importers.powershell_calls import Arguments, add_values, find_key
from playground.importers.powershell_requests import RequestParser
from playground.importers.powershell_tokens import ShellToken, split_tokens
from playground.importers.powershell_values import INVOKE
from playground.importers.spans import TextSpan, TracedText
from playground.importers.values import (
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    note_repaired,
)

SIGN = re.compile(r"\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b", re.I)
BLANK_AFTER_BACKTICK = re.compile(r"[ \t]*`[ \t]+\n")
CURL = frozenset({"curl", "curl.exe"})
MAX_LOOKAHEAD = 40


def looks_like(pasted: Pasted) -> bool:
    """Whether the text has one of PowerShell's own commands for requests."""
    text = pasted.text
    if pasted.mentions("invoke-", "irm", "iwr") and SIGN.search(text):
        return True
    return pasted.mentions("curl") and is_curl_alias(text)


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the commands would send, in order."""
    stripped = strip_prompts(TracedText(pasted.text))
    reader = _ScriptReader(stripped.text)
    reader.run()
    if not reader.found:
        raise NotRecognized("powershell-no-request", "No PowerShell request was found.")
    shared = tuple(stripped.trace(reader.assigned))
    return [
        replace(each, spans=tuple(stripped.trace_inside(each.spans)), shared_spans=shared)
        for each in reader.found
    ]


def find_curl_commands(
    text: str, start: int = 0
) -> Iterator[tuple[list[str], list[Note], tuple[TextSpan, ...]]]:
    """The arguments of each `curl` or `curl.exe`, with notes and spans."""
    reader = _ScriptReader(text, start)
    reader.run()
    for words, span in reader.curl_commands:
        notes = note_shell_values([each for each in reader.typed if each in " ".join(words)])
        yield [_unescape(each) for each in words], notes, (*reader.assigned, span)


def _unescape(word: str) -> str:
    """Windows PowerShell passes quotes to a program only as `\\"`: if all are, none has a
    backslash in what the program gets."""
    if '\\"' in word and not re.search(r'(?<!\\)"', word):
        return word.replace('\\"', '"')
    return word


class _ScriptReader(RequestParser):
    """Goes through the tokens of a script: keeps what is assigned, and reads the commands."""

    def __init__(self, text: str, start: int = 0) -> None:
        super().__init__(split_tokens(text, start))
        self.text = text
        self.cookies: dict[str, str] = {}
        self.found: list[FoundRequest] = []
        self.curl_commands: list[tuple[list[str], TextSpan]] = []
        # Statements that make no request, but that requests may use.
        self.assigned: list[TextSpan] = []

    def run(self) -> None:
        while self.at < len(self.tokens):
            self._read_statement()

    def _span_from(self, first: int) -> TextSpan:
        """The span from a token to the last one read."""
        last = min(self.at, len(self.tokens)) - 1
        return TextSpan(self.tokens[first].start, self.tokens[last].end, "read")

    def _read_statement(self) -> None:
        first = self.at
        token = self.peek()
        self.at += 1
        word = token.text.lower() if token.kind == "word" else ""
        # In Windows PowerShell `curl` is another name for Invoke-WebRequest.
        if word in INVOKE or (word == "curl" and self._has_parameters()):
            self._read_request(first, {})
        elif word in CURL:
            words = self._read_curl_words()
            self.curl_commands.append((words, self._span_from(first)))
        elif word.startswith("$") and (self._read_call(word) or self._read_assignment(token.text)):
            self.assigned.append(self._span_from(first))
        elif self._is_piped(first):
            self.at = first
            value = self.parse_pipeline()
            while self.at < len(self.tokens) and self.peek().text.lower() not in INVOKE:
                self.at += 1
            self.at += 1
            self._read_request(first, {"body": value})

    def _is_piped(self, first: int) -> bool:
        """Whether the value that starts the statement is piped to a command that sends it."""
        if first and self.tokens[first - 1].kind != "end":
            return False
        for at in range(self.at, len(self.tokens)):
            if self.is_sent(at):
                return True
            if self.tokens[at].kind == "end" and not self.tokens[at - 1].is_mark("|"):
                break
        return False

    def _read_request(self, first: int, given: Arguments) -> None:
        """Record the request of the command here; `first` is the first token of the statement."""
        start = self.at
        found = self.parse_request(given, self.cookies)
        if not found:
            return
        notes = list(found.notes)
        joined = self._find_joined(start)
        if joined is not None:
            line = self.text.count("\n", 0, joined) + 1
            message = "Line {line}: Joined with the next line, which continues the command."
            notes.append(note_repaired("line-joined", message, line=line))
        span = self._span_from(first)
        self.found.append(replace(found, notes=tuple(notes), spans=(span,)))

    def _find_joined(self, start: int) -> int | None:
        """The offset of the first line at which PowerShell would end the command."""
        depth = 0
        for at in range(start, min(self.at, len(self.tokens))):
            token, previous = self.tokens[at], self.tokens[at - 1]
            depth += token.is_mark("({") - token.is_mark(")}")
            ends_command = token.kind == "end" and not depth
            if ends_command or BLANK_AFTER_BACKTICK.match(self.text, previous.end, token.start):
                return previous.end
        return None

    def _read_call(self, word: str) -> bool:
        """`$headers.Add("name", value)`, or the same for the cookies of a session."""
        owner, _, method = word.rpartition(".")
        if method != "add" or not self.peek().is_mark("("):
            return False
        if owner.endswith(".cookies"):
            # $session.Cookies.Add((New-Object System.Net.Cookie("name", "value", …)))
            line = self._read_line()
            texts = [self.fill_in(each) for each in line if each.kind == "string"]
            if len(texts) >= 2:
                self.cookies[texts[0]] = texts[1]
            return True
        values = self.parse_value()
        target = self.resolve(owner)
        if isinstance(target, list):
            target.append(values)
        elif isinstance(target, dict) and isinstance(values, list) and len(values) == 2:
            target[str(values[0])] = values[1]
        return True

    def _read_assignment(self, name: str) -> bool:
        """`$name = …`, `$name.key = …`, `$name["key"] = …`, each also with `+=`."""
        start = self.at
        keys = name.split(".")
        while self.peek().is_mark("[") and self.peek(2).is_mark("]"):
            keys.append(self.fill_in(self.peek(1)))
            self.at += 3
        added = self.peek().text == "+" and self.peek(1).is_mark("=")
        self.at += added
        if not self.peek().is_mark("="):
            self.at = start
            return False
        self.at += 1
        # The command itself is the next statement, its result isn't a literal.
        ahead = next(at for at in range(len(self.tokens) + 1) if not self.peek(at).is_mark("("))
        if self.peek(ahead).text.lower() in INVOKE | CURL:
            return True
        value = self.parse_pipeline()
        path = ".".join(keys)
        self._store(keys, add_values(self, self.resolve(path), value) if added else value)
        return True

    def _store(self, keys: list[str], value: Literal) -> None:
        owner = self.resolve(".".join(keys[:-1])) if len(keys) > 1 else None
        if isinstance(owner, dict):
            owner[find_key(owner, keys[-1])] = value
        else:
            self.names[".".join(keys).lower()] = value

    def _has_parameters(self) -> bool:
        for token in self.tokens[self.at : self.at + MAX_LOOKAHEAD]:
            if token.kind == "end":
                return False
            if token.text.lower() in ("-uri", "-method", "-body", "-headers"):
                return True
        return False

    def _read_line(self) -> list[ShellToken]:
        start = self.at
        while self.peek().kind != "end":
            self.at += 1
        return self.tokens[start : self.at]

    def _read_curl_words(self) -> list[str]:
        words: list[str] = []
        while self.peek().kind != "end" and not self.peek().is_mark(";|"):
            token = self.peek()
            self.at += 1
            text = self.fill_in(token)
            if token.kind == "word" and token.text.startswith("$"):
                value = self.resolve(token.text)
                text = str(value) if isinstance(value, str) else token.text
                self.typed += [] if isinstance(value, str) else [text]
            if token.joined and words:
                words[-1] += text
            else:
                words.append(text)
        return words
