"""Splits bash code into commands and words as bash would, without running anything.

Source: the Bash Reference Manual, sections 3.2 (commands) and 3.6 (redirections). A command damaged
by copying, which bash itself would reject, is repaired with a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playground.importers.bash_words import TYPOGRAPHIC, WordReader
from playground.importers.command_lines import has_curl
from playground.importers.literals import unclosed
from playground.importers.spans import TextSpan, cover
from playground.importers.values import Note, Unreadable

# The longest first: `&&` is not two `&`.
OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "\n", "(", ")")
PLAIN = re.compile(rf"[^\s'\"\\$`;|&<>()#{TYPOGRAPHIC}\u200b\ufeff]+")
SPACES = " \t\r\v\f\xa0\u2002\u2003\u2009\u200b\u202f\u3000\ufeff"
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
REDIRECT = re.compile(r"(?:\d{1,2}|&)?(<<<|<<-?|>>|>&|<&|>\||<>|<|>)")
HERE_DOCUMENT = re.compile(r"(?:\d{1,2})?<<(?!<)(-?)[ \t]*(['\"]?)([\w.!-]+)\2")
# A backslash at the end of a line joins it with the next, as `^` and a backtick do in other shells.
CONTINUATION = re.compile(r"\\\n|[\\^`]+[ \t\xa0]*\n|\\\Z")
# The next line continues a command if it starts with an option.
NEXT_OPTION = re.compile(r"\n[ \t\xa0\n]*(?=[-‐‑–—−]{1,2}[A-Za-z])")
NEXT_URL = re.compile(r"\n[ \t\xa0\n]*(?=['\"]?https?://)")
# The commands whose words are read. Any other line counts as prose if a quote is left open.
PROGRAM = re.compile(
    r"\s*(?:(?:sudo|time|command|env|export|if|then|do|else|!|[-*+]|run:|RUN)\s+)*"
    r"(?:\w+=|(?:\S{0,100}/)?curl(?:\.exe)?(?!\S)|(?:echo|printf|cat|https?|xhs?)(?!\S))"
)
BEFORE_QUOTE = re.compile(r"-[A-Za-z]|--[\w-]+=")
NEXT_PARAMETER = re.compile(r"&[\w.%\[\]-]+=")
SUBSTITUTED_CURL = re.compile(r"\s*(?:\S{0,100}/)?curl(?:\.exe)?(?!\S)")
# A line break that was escaped in transit, before an option.
LITERAL_BREAK = re.compile(r"(?:\\{1,2}r)?\\{1,2}n[ \t]*(?=--?[A-Za-z])")
TEXT_ENDS = re.compile(r"\s*\Z")
CURL = re.compile(r"(?:.*/)?curl(?:\.exe)?", re.I | re.S)
MAX_PROSE_LINES = 100


@dataclass
class BashCommand:
    """One simple command.

    `words` start with the program. `input` is its standard input, if that is a literal.
    `redirects` and `unknown` list what the shell would do: redirections, and the variables and
    substitutions whose values are not in the text. They stay in the words as typed. `spans` are the
    stretches of the command in the text, without comments.
    """

    words: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    input: str | None = None
    piped: bool = False
    unknown: list[str] = field(default_factory=list)
    repairs: dict[str, Note] = field(default_factory=dict)
    spans: list[TextSpan] = field(default_factory=list)


def split_commands(text: str, start: int = 0) -> tuple[list[BashCommand], list[TextSpan]]:
    """The commands of a text in order, and the spans of its assignments.

    Lines must end with a single line feed. Raises Unreadable for an unclosed quote.
    """
    splitter = _Splitter(text, start)
    splitter.run()
    return splitter.commands, splitter.assignments


class _Splitter(WordReader):
    def __init__(self, text: str, at: int) -> None:
        super().__init__(text, at)
        self.commands: list[BashCommand] = []
        self.assigned: dict[str, str] = {}
        self.variables = self.assigned
        # Here-documents start on the line after the one that announces them.
        self.announced: list[tuple[BashCommand, re.Match[str]]] = []
        self.assignments: list[TextSpan] = []
        self.prose_lines = 0
        self._start_command()

    def run(self) -> None:
        while self.at < len(self.text):
            try:
                self._step()
            except Unreadable as problem:
                if problem.rejected.code != "open-quote" or not self._is_prose():
                    raise
                self._skip_prose()
        for _, mark in self.announced:
            raise unclosed(self.text, mark.start(), mark.group())
        self._end_command()
        # If the last command was prose, its second line is read as another command.
        if self.at < len(self.text):
            self.run()

    def _is_prose(self) -> bool:
        """Whether the command here isn't a known one, as in `That's all`."""
        few = self.prose_lines < MAX_PROSE_LINES
        return few and PROGRAM.match(self.text, self.start) is None

    def _skip_prose(self) -> None:
        """Continue at the second line of the command here."""
        self.prose_lines += 1
        end = self.text.find("\n", self.start)
        self.at = len(self.text) if end < 0 else end + 1
        self.take_word()
        self._start_command()

    def _step(self) -> None:
        text, at = self.text, self.at
        char = text[at]
        if char in "\\^`" and (continued := CONTINUATION.match(text, at)):
            self._continue_line(continued)
        elif char == "\\" and self.word is None and (found := LITERAL_BREAK.match(text, at)):
            self.repair("line-joined", "Read \\n as a line break in the command.", found.end())
            self.at = found.end()
        elif plain := PLAIN.match(text, at):
            # Digits right before `>` are a file descriptor, not a word.
            if self.word is None and (redirect := REDIRECT.match(text, at)):
                self._redirect(redirect)
                return
            self.add(plain.group(), plain.end())
        elif char in "'\"\\$`":
            self.read_quoted(char)
        elif char in SPACES:
            self._end_word()
            self.at += 1
        elif char in TYPOGRAPHIC:
            # Inside a word it is an apostrophe, unless it directly follows an option.
            if self.word is None or BEFORE_QUOTE.fullmatch("".join(self.word[:3])):
                self.read_typographic(char)
            else:
                self.add(char, at + 1)
        elif char == "&" and self._is_in_url():
            self.repair(
                "url-quotes", "Put quotes around the URL: its & would end the command.", at + 1
            )
            self.add("&", at + 1)
        elif (char in "<>" or text.startswith("&>", at)) and (found := REDIRECT.match(text, at)):
            self._redirect(found)
        elif char != "#":
            self._read_operator()
        elif self.word is not None:
            self.add("#", at + 1)
        else:
            self._end_span()
            end = text.find("\n", at)
            self.at = self.span_start = len(text) if end < 0 else end

    def _continue_line(self, found: re.Match[str]) -> None:
        if found.group() != "\\\n":
            blank = found.group()[0] == "\\"
            message = "Joined with the next line: there is a space after the backslash."
            other = "Joined with the next line: it ends as continued lines do in other shells."
            self.repair("line-joined", message if blank else other, found.end())
            self._end_word()
        # Without a space the words on both sides are one.
        self.at = found.end()
        if TEXT_ENDS.match(self.text, self.at):
            message = "Nothing follows the backslash at the end: lines may be missing."
            self.repair("cut-off", message, self.at)

    def _redirect(self, found: re.Match[str]) -> None:
        self._end_word()
        if here := HERE_DOCUMENT.match(self.text, found.start()):
            self.announced.append((self.command, here))
            self.at = here.end()
            return
        self.at = found.end()
        target = self._read_one_word()
        if found[1] == "<<<":
            self.command.input = target + "\n"
        else:
            self.command.redirects.append(f"{found.group()} {target}".strip())

    def _read_one_word(self) -> str:
        text = self.text
        while self.at < len(text) and text[self.at] in " \t":
            self.at += 1
        while self.at < len(text) and text[self.at] not in " \t\r\n;|&<>()":
            self._step()
        return self.take_word() or ""

    def read_substitution(self, start: int, end: int) -> None:
        """Read `$(curl …)` as a command: `REPLY=$(curl …)` is how scripts keep a response."""
        if SUBSTITUTED_CURL.match(self.text, start):
            inner = _Splitter(self.text[:end], start)
            inner.variables = inner.assigned = dict(self.assigned)
            inner.run()
            self.commands += inner.commands

    def _read_operator(self) -> None:
        at = self.at
        operator = next((each for each in OPERATORS if self.text.startswith(each, at)), "")
        if not operator:
            self.add(self.text[at], at + 1)
            return
        if operator == "\n" and self._goes_on():
            return
        self.at = at + len(operator)
        if operator == "\n" and self.announced:
            self._end_word()
            self._end_span()
            self._read_here_documents()
        self._end_command()
        self.command.piped = operator in ("|", "|&")

    def _read_here_documents(self) -> None:
        for command, mark in self.announced:
            # Its unknown values belong to its command, which may be an earlier one.
            self.unknown = command.unknown
            start = self.at
            command.input, self.at = self.read_here_document(start, mark)
            command.spans.append(TextSpan(start, self.at, "read"))
            self.span_start = self.at
        self.announced = []

    def _goes_on(self) -> bool:
        """Join the next line where the backslash before it was lost."""
        self._end_word()
        at, words = self.at, self.command.words
        if not any(CURL.fullmatch(each) for each in words[:5]):
            return False
        following = NEXT_OPTION.match(self.text, self.at)
        if following is None and not any("://" in each for each in words):
            following = NEXT_URL.match(self.text, self.at)
        if following is None or self.announced:
            return False
        self.repair(
            "line-joined", "Joined with the next line, which starts with an option.", at + 1
        )
        self.at = following.end()
        return True

    def _is_in_url(self) -> bool:
        typed = "".join(self.word or [])
        return "://" in typed and "?" in typed and bool(NEXT_PARAMETER.match(self.text, self.at))

    def _end_span(self) -> None:
        """Claim the part of the command that was read since the last span."""
        read = [TextSpan(self.span_start, self.at, "read")]
        self.command.spans += cover([self.repaired, read]) if self.repaired else read
        self.repaired = []
        self.span_start = self.at

    def _end_word(self) -> None:
        word = self.take_word()
        if word is not None:
            self.command.words.append(word)

    def _end_command(self) -> None:
        self._end_word()
        # Apostrophes in two lines of prose turn everything between them into one word.
        if self._is_prose() and has_curl(self.text[self.start : self.at]):
            self._skip_prose()
            return
        self._end_span()
        words = self.command.words
        if len(words) > 1 and words[0] == "export":
            words = words[1:]
        # `X=1 curl …` isn't kept: bash expands the words before it sets the variable.
        if words and all(ASSIGNMENT.match(word) for word in words):
            self.assigned.update(dict(word.split("=", 1) for word in words))
            self.assignments += self.command.spans
        elif words:
            self.commands.append(self.command)
        self._start_command()

    def _start_command(self) -> None:
        self.command = BashCommand()
        self.unknown = self.command.unknown
        self.repairs = self.command.repairs
        self.repaired = []
        self.start = self.span_start = self.at
