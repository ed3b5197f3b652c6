"""A bash command line split into commands and words as bash would, without running anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playground.importers.bash_quotes import read_ansi
from playground.importers.here_documents import fill_in, read_cat, read_lines
from playground.importers.values import Unreadable
from playground.importers.variables import Measure

OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "\n", "(", ")")
PLAIN = re.compile(r"[^\s'\"\\$`;|&<>()#]+")
DOUBLE_PLAIN = re.compile(r"[^\"\\$`]+")
NAME = re.compile(r"\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|\{[^{}\s]{1,100}\}")
DEFAULT = re.compile(r"\{([A-Za-z_]\w*):?-([^{}'\"\\$`\s]{0,1000})\}")
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
REDIRECT = re.compile(r"(?:\d{1,2}|&)?(<<<|<<-?|>>|>&|<&|>\||<>|<|>)")
HERE = re.compile(r"(?:\d{1,2})?<<(?!<)(-?)[ \t]*(['\"]?)([\w.!-]+)\2")


@dataclass
class Command:
    """One simple command: its words, the text fed to it, and what was left aside."""

    words: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    input: str | None = None
    piped: bool = False
    unknown: list[str] = field(default_factory=list)


def split_commands(text: str) -> tuple[list[Command], Unreadable | None]:
    """The commands of `text` in order, and why the splitting stopped early if it did.

    Unknown variables stay as typed and are listed; those assigned a literal are filled in.
    """
    splitter = _Splitter(text.replace("\r\n", "\n"))
    try:
        splitter.run()
    except Unreadable as problem:
        return splitter.commands, problem
    return splitter.commands, None


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.word: list[str] | None = None
        self.command = Command()
        self.commands: list[Command] = []
        self.known: dict[str, str] = {}
        self.measure = Measure()
        self.heres: list[tuple[Command, re.Match[str]]] = []

    def run(self) -> None:
        while self.at < len(self.text):
            self._step()
        self._end_command()

    def _step(self) -> None:
        text, at = self.text, self.at
        char = text[at]
        if plain := PLAIN.match(text, at):
            if self.word is None and (here := REDIRECT.match(text, at)):
                self._redirect(here)
                return
            self._add(plain.group())
            self.at = plain.end()
        elif char in "'\"\\$`":
            self._quoted(char)
        elif char in "<>" or text.startswith("&>", at):
            self._redirect_here(at)
        elif char in " \t\r\v\f\xa0":
            self._end_word()
            self.at += 1
        elif char == "#":
            self._comment()
        else:
            self._operator(at)

    def _comment(self) -> None:
        if self.word is not None:
            self._add("#")
            self.at += 1
            return
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _quoted(self, char: str) -> None:
        if char == "\\":
            self._escape()
        elif char == "'":
            end = self._find("'", self.at + 1)
            self._add(self.text[self.at + 1 : end])
            self.at = end + 1
        elif char == '"':
            self.at += 1
            self._double()
        elif self.text.startswith("$'", self.at):
            value, self.at = read_ansi(self.text, self.at + 2)
            self._add(value)
        elif self.text.startswith('$"', self.at):
            self.at += 2
            self._double()
        else:
            self._expansion()

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following != "\n":
            self._add(following)
        self.at += 2

    def _double(self) -> None:
        self._add("")
        text = self.text
        while self.at < len(text):
            if plain := DOUBLE_PLAIN.match(text, self.at):
                self._add(plain.group())
                self.at = plain.end()
            elif text[self.at] == '"':
                self.at += 1
                return
            elif text[self.at] == "\\":
                following = text[self.at + 1 : self.at + 2]
                if following != "\n":
                    self._add(following if following in '$`"\\' else "\\" + following)
                self.at += 2
            else:
                self._expansion()
        raise Unreadable("open-quote", 'A quote " is opened and not closed.')

    def _expansion(self) -> None:
        """`$name`, `${name:-default}`, `$(…)`, backticks: literals are put in, all else stays."""
        text, at = self.text, self.at
        if literal := read_cat(text, at, self.known, self.measure):
            self._add(literal[0])
            self.at = literal[1]
            return
        if text[at] == "`" or text.startswith("$(", at):
            end = self._substitution(at)
            self._unknown(text[at:end])
            self.at = end
            return
        default = DEFAULT.match(text, at + 1)
        found = default or NAME.match(text, at + 1)
        name = found and (found[1] or (not default and found[2]))
        if name and name in self.known:
            self._add(self.measure.take(self.known[name]))
        elif default:
            self._add(default[2])
        elif found:
            self._unknown(text[at : found.end()])
        else:
            self._add("$")
        self.at = found.end() if found else at + 1

    def _unknown(self, typed: str) -> None:
        self.command.unknown.append(typed)
        self._add(typed)

    def _substitution(self, at: int) -> int:
        if self.text[at] == "`":
            return self._find("`", at + 1) + 1
        depth = 0
        for found in re.compile(r"[()]").finditer(self.text, at):
            depth += 1 if found.group() == "(" else -1
            if depth == 0:
                return found.end()
        return len(self.text)

    def _redirect_here(self, at: int) -> None:
        found = REDIRECT.match(self.text, at)
        if found is None:
            self._operator(at)
            return
        self._redirect(found)

    def _redirect(self, found: re.Match[str]) -> None:
        self._end_word()
        if here := HERE.match(self.text, found.start()):
            self.heres.append((self.command, here))
            self.at = here.end()
            return
        self.at = found.end()
        target = self._one_word()
        if found[1] == "<<<":
            self.command.input = target + "\n"
        else:
            self.command.redirects.append(f"{found.group()} {target}".strip())

    def _one_word(self) -> str:
        text = self.text
        while self.at < len(text) and text[self.at] in " \t":
            self.at += 1
        while self.at < len(text) and text[self.at] not in " \t\r\n;|&<>()":
            self._step()
        word = "".join(self.word or [])
        self.word = None
        return word

    def _operator(self, at: int) -> None:
        operator = next((each for each in OPERATORS if self.text.startswith(each, at)), "")
        if not operator:
            self._add(self.text[at])
            self.at += 1
            return
        self.at = at + len(operator)
        self._end_command()
        self.command.piped = operator in ("|", "|&")
        if operator == "\n":
            self._read_heres()

    def _read_heres(self) -> None:
        for command, here in self.heres:
            lines, self.at = read_lines(self.text, self.at, here[3], here[1] == "-")
            command.input = lines if here[2] else fill_in(lines, self.known, self.measure)
        self.heres = []

    def _add(self, text: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)

    def _find(self, what: str, at: int) -> int:
        end = self.text.find(what, at)
        if end < 0:
            raise Unreadable("open-quote", "A quote {quote} is opened and not closed.", quote=what)
        return end

    def _end_word(self) -> None:
        if self.word is not None:
            self.command.words.append("".join(self.word))
            self.word = None

    def _end_command(self) -> None:
        self._end_word()
        words = self.command.words
        if words and words[0] == "export" and len(words) > 1:
            words = words[1:]
        if words and all(ASSIGNMENT.match(word) for word in words):
            self.known.update(dict(word.split("=", 1) for word in words))
        elif words:
            self.commands.append(self.command)
        self.command = Command()
