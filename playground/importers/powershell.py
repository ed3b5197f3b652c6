"""Reads PowerShell: Invoke-RestMethod, Invoke-WebRequest, and the words of curl.exe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from playground.importers.literals import Literal, is_text
from playground.importers.powershell_tokens import Token, split_tokens
from playground.importers.powershell_values import Values
from playground.importers.prompts import strip_prompts
from playground.importers.source_requests import Parts, request_of
from playground.importers.values import IGNORED, Note, Request, Unreadable, note

SIGN = re.compile(r"\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b", re.I)
INVOKE = frozenset({"invoke-restmethod", "invoke-webrequest", "irm", "iwr"})
SWITCHES = frozenset(
    [
        "usebasicparsing",
        "skipcertificatecheck",
        "usedefaultcredentials",
        "disablekeepalive",
        "passthru",
        "skipheadervalidation",
        "skiphttperrorcheck",
        "allowunencryptedauthentication",
        "nobody",
        "v",
        "verbose",
    ]
)


def looks_like(text: str) -> bool:
    """Whether PowerShell's own request commands stand in the text."""
    return SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """The requests that the commands would send, in order."""
    reader = _Reader(split_tokens(strip_prompts(text)[0]))
    reader.run()
    if not reader.found:
        raise Unreadable("powershell-no-request", "No PowerShell request can be read here.")
    return reader.found


def curl_commands(text: str) -> Iterator[tuple[list[str], list[Note]]]:
    """The words after each `curl` or `curl.exe`, as the program gets them, with notes."""
    reader = _Reader(split_tokens(text))
    reader.run()
    for words in reader.curls:
        notes = [
            note(
                IGNORED,
                "shell-value",
                "{typed} gets its value in your shell, which is not run; it stays as typed.",
                typed=each,
            )
            for each in words
            if re.fullmatch(r"\$\w{1,60}", each)
        ]
        yield [_unescape(each) for each in words], notes


def _unescape(word: str) -> str:
    """Older PowerShell hands quotes on only as `\\"`: where all are so, the marks are not meant."""
    if '\\"' in word and not re.search(r'(?<!\\)"', word):
        return word.replace('\\"', '"')
    return word


class _Reader(Values):
    """Goes through the tokens: assignments are kept, commands are read."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self.cookies: dict[str, str] = {}
        self.found: list[Request] = []
        self.curls: list[list[str]] = []

    def run(self) -> None:
        while self.at < len(self.tokens):
            self._statement()

    def _statement(self) -> None:
        token = self.peek()
        word = token.text.lower() if token.kind == "word" else ""
        if word.startswith("$") and self.peek(1) == Token("mark", "=", self.peek(1).joined):
            self.at += 2
            self._assign(word)
        elif word in INVOKE or (word == "curl" and self._has_parameters()):
            self.at += 1
            self._invoke()
        elif word in ("curl", "curl.exe"):
            self.at += 1
            self.curls.append(self._curl_words())
        elif word.endswith(".cookies.add"):
            self.at += 1
            self._cookie()
        elif word.endswith((".add", ".headers.add")) and word.startswith("$"):
            self.at += 1
            self._add_to(word[: -len(".add")])
        else:
            self.at += 1

    def _assign(self, name: str) -> None:
        token = self.peek()
        if token.kind == "word" and token.text.lower() in INVOKE:
            return
        if token.kind == "word" and token.text.lower() in ("curl", "curl.exe", "new-object"):
            return
        self.names[name] = self.pipeline()

    def _has_parameters(self) -> bool:
        for token in self.tokens[self.at : self.at + 40]:
            if token.kind == "end":
                return False
            if token.text.lower() in ("-uri", "-method", "-body", "-headers"):
                return True
        return False

    def _invoke(self) -> None:
        given: dict[str, Literal] = {}
        while self.peek().kind != "end" and self.peek().text not in (";", "|", ")", "}"):
            token = self.peek()
            if token.kind == "word" and token.text.startswith("-"):
                self.at += 1
                name = token.text[1:].rstrip(":").lower()
                if name not in SWITCHES:
                    given[name] = self.value()
            else:
                given.setdefault("uri", self.value())
        if is_text(given.get("uri")):
            self.found.append(self._request(given))

    def _request(self, given: dict[str, Literal]) -> Request:
        body = given.get("body")
        method = given.get("method", given.get("custommethod")) or "GET"
        parts = Parts("powershell", str(method), str(given["uri"]), given.get("headers"), body)
        parts.cookies = self.cookies
        kind = given.get("contenttype")
        if is_text(kind):
            headers = parts.headers if isinstance(parts.headers, dict) else {}
            parts.headers = {**headers, "Content-Type": kind}
        if "infile" in given:
            raise Unreadable(
                "powershell-file",
                "The body of this command is the file {file}; files named in a pasted text are "
                "never read. Paste the file's text instead.",
                file=given["infile"],
            )
        if isinstance(body, dict) and parts.method.upper() == "GET":
            parts.query, parts.body = body, None
        return request_of(parts, self.outside)

    def _cookie(self) -> None:
        """`$session.Cookies.Add((New-Object System.Net.Cookie("name", "value", …)))`."""
        texts = [each.text for each in self._line() if each.kind == "string"]
        if len(texts) >= 2:
            self.cookies[texts[0]] = texts[1]

    def _add_to(self, name: str) -> None:
        """`$headers.Add("name", "value")`."""
        held = self.names.setdefault(name, {})
        texts = [each.text for each in self._line() if each.kind == "string"]
        if isinstance(held, dict) and len(texts) == 2:
            held[texts[0]] = self.fill(texts[1])

    def _line(self) -> Sequence[Token]:
        start = self.at
        while self.at < len(self.tokens) and self.peek().kind != "end":
            self.at += 1
        return self.tokens[start : self.at]

    def _curl_words(self) -> list[str]:
        """The words of a program call: tokens without a space between them are one word."""
        words: list[str] = []
        while self.peek().kind != "end" and self.peek().text not in (";", "|"):
            token = self.peek()
            self.at += 1
            text = self.fill(token.text)
            if token.kind == "word" and token.text.startswith("$"):
                value = self.names.get(token.text.lower(), token.text)
                text = str.__str__(value) if isinstance(value, str) else token.text
            if token.joined and words:
                words[-1] += text
            else:
                words.append(text)
        return words
