"""Reads PowerShell: Invoke-RestMethod, Invoke-WebRequest, and calls of curl.exe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from playground.importers.command_lines import note_shell_values, strip_prompts
from playground.importers.literals import Literal, is_text
from playground.importers.powershell_values import ShellToken, ValueParser, split_tokens
from playground.importers.source_requests import RequestParts, build_request
from playground.importers.spans import TextSpan, TracedText
from playground.importers.values import (
    BODY_IN_FILE,
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
)

SIGN = re.compile(r"\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b", re.I)
INVOKE = frozenset({"invoke-restmethod", "invoke-webrequest", "irm", "iwr"})
CURL = frozenset({"curl", "curl.exe"})
# Parameters without a value.
SWITCHES = frozenset({
    "usebasicparsing", "skipcertificatecheck", "usedefaultcredentials", "disablekeepalive",
    "passthru", "skipheadervalidation", "skiphttperrorcheck", "allowunencryptedauthentication",
    "nobody", "v", "verbose",
})  # fmt: skip
MAX_LOOKAHEAD = 40


def looks_like(pasted: Pasted) -> bool:
    """Whether the text has one of PowerShell's own commands for requests."""
    return SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the commands would send, in order."""
    stripped = strip_prompts(TracedText(pasted.text))
    reader = _ScriptReader(split_tokens(stripped.text))
    reader.run()
    if not reader.found:
        raise NotRecognized("powershell-no-request", "No PowerShell request can be read here.")
    return [
        replace(each, spans=tuple(stripped.trace((*reader.assigned, *each.spans))))
        for each in reader.found
    ]


def find_curl_commands(
    text: str, start: int = 0
) -> Iterator[tuple[list[str], list[Note], tuple[TextSpan, ...]]]:
    """The words after each `curl` or `curl.exe`, as the program gets them, with notes and spans."""
    reader = _ScriptReader(split_tokens(text, start))
    reader.run()
    for words, span in reader.curl_commands:
        unknown = [each for each in words if re.fullmatch(r"\$\w{1,60}", each)]
        notes = note_shell_values(unknown)
        yield [_unescape(each) for each in words], notes, (*reader.assigned, span)


def _unescape(word: str) -> str:
    """Windows PowerShell passes quotes to a program only as `\\"`: if all are, none has a
    backslash in what the program gets."""
    if '\\"' in word and not re.search(r'(?<!\\)"', word):
        return word.replace('\\"', '"')
    return word


class _ScriptReader(ValueParser):
    """Goes through the tokens of a script: keeps what is assigned, and reads the commands."""

    def __init__(self, tokens: list[ShellToken]) -> None:
        super().__init__(tokens)
        self.cookies: dict[str, str] = {}
        self.found: list[FoundRequest] = []
        self.curl_commands: list[tuple[list[str], TextSpan]] = []
        # Statements without a request of their own that requests may use.
        self.assigned: list[TextSpan] = []

    def run(self) -> None:
        while self.at < len(self.tokens):
            self._read_statement()

    def _span_from(self, first: int) -> TextSpan:
        """The span from a token to the last one that was read."""
        last = min(self.at, len(self.tokens)) - 1
        return TextSpan(self.tokens[first].start, self.tokens[last].end, "read")

    def _read_statement(self) -> None:
        first = self.at
        token = self.peek()
        self.at += 1
        word = token.text.lower() if token.kind == "word" else ""
        if word.startswith("$") and self.peek().is_mark("="):
            self.at += 1
            self._assign(word)
            self.assigned.append(self._span_from(first))
        # In Windows PowerShell `curl` is another name for Invoke-WebRequest.
        elif word in INVOKE or (word == "curl" and self._has_parameters()):
            found = self._invoke()
            if found:
                self.found.append(replace(found, spans=(self._span_from(first),)))
        elif word in CURL:
            words = self._read_curl_words()
            self.curl_commands.append((words, self._span_from(first)))
        elif word.endswith(".cookies.add"):
            # $session.Cookies.Add((New-Object System.Net.Cookie("name", "value", …)))
            texts = self._read_strings()
            if len(texts) >= 2:
                self.cookies[texts[0]] = texts[1]
                self.assigned.append(self._span_from(first))
        elif word.endswith(".add") and word.startswith("$"):
            # $headers.Add("name", "value")
            owner = self.names.setdefault(word.removesuffix(".add"), {})
            texts = self._read_strings()
            if isinstance(owner, dict) and len(texts) == 2:
                owner[texts[0]] = self.fill_in(texts[1])
                self.assigned.append(self._span_from(first))

    def _assign(self, name: str) -> None:
        # The command itself is the next statement, its result isn't a literal.
        token = self.peek()
        if token.kind != "word" or token.text.lower() not in INVOKE | CURL | {"new-object"}:
            self.names[name] = self.parse_pipeline()

    def _has_parameters(self) -> bool:
        for token in self.tokens[self.at : self.at + MAX_LOOKAHEAD]:
            if token.kind == "end":
                return False
            if token.text.lower() in ("-uri", "-method", "-body", "-headers"):
                return True
        return False

    def _invoke(self) -> FoundRequest | None:
        given: dict[str, Literal] = {}
        while self.peek().kind != "end" and self.peek().text not in (";", "|", ")", "}"):
            token = self.peek()
            if token.kind == "word" and token.text.startswith("-"):
                self.at += 1
                name = token.text[1:].rstrip(":").lower()
                if name not in SWITCHES:
                    given[name] = self.parse_value()
            else:
                given.setdefault("uri", self.parse_value())
        return self._build(given) if is_text(given.get("uri")) else None

    def _build(self, given: dict[str, Literal]) -> FoundRequest:
        if "infile" in given:
            raise Unreadable("powershell-file", BODY_IN_FILE, file=given["infile"])
        method = given.get("method", given.get("custommethod")) or "GET"
        parts = RequestParts("powershell", str(method), str(given["uri"]), given.get("headers"))
        parts.cookies = self.cookies
        content_type = given.get("contenttype")
        if is_text(content_type):
            headers = parts.headers if isinstance(parts.headers, dict) else {}
            parts.headers = {**headers, "Content-Type": content_type}
        # The cmdlets send a table as the query of a GET, and as form fields otherwise.
        if isinstance(given.get("body"), dict) and parts.method.upper() == "GET":
            parts.query = given["body"]
        else:
            parts.body = given.get("body")
        return build_request(parts, self.outside)

    def _read_strings(self) -> list[str]:
        """The strings up to the end of the line."""
        return [each.text for each in self.read_until("") if each.kind == "string"]

    def _read_curl_words(self) -> list[str]:
        words: list[str] = []
        while self.peek().kind != "end" and self.peek().text not in (";", "|"):
            token = self.peek()
            self.at += 1
            text = self.fill_in(token.text)
            if token.kind == "word" and token.text.startswith("$"):
                value = self.names.get(token.text.lower(), token.text)
                text = str(value) if isinstance(value, str) else token.text
            if token.joined and words:
                words[-1] += text
            else:
                words.append(text)
        return words
