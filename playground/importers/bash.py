"""Splits a bash command line into commands and words as bash would, without running anything.

Source: the Bash Reference Manual, sections 3.1.2 (quoting) and 3.6 (redirections).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playground.importers.literals import SizeBudget, read_ansi_string
from playground.importers.spans import TextSpan
from playground.importers.values import Unreadable

# The longest first: `&&` is not two `&`.
OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "\n", "(", ")")
PLAIN = re.compile(r"[^\s'\"\\$`;|&<>()#]+")
PLAIN_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
NAME = re.compile(r"\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|\{[^{}\s]{1,100}\}")
DEFAULT = re.compile(r"\{([A-Za-z_]\w*):?-([^{}'\"\\$`\s]{0,1000})\}")
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
REDIRECT = re.compile(r"(?:\d{1,2}|&)?(<<<|<<-?|>>|>&|<&|>\||<>|<|>)")
HERE_DOCUMENT = re.compile(r"(?:\d{1,2})?<<(?!<)(-?)[ \t]*(['\"]?)([\w.!-]+)\2")
CAT_HERE_DOCUMENT = re.compile(
    r"\$\([ \t\n]*cat[ \t]*<<(-?)[ \t]*(['\"\\]?)([\w.!-]+)['\"]?[ \t]*\n"
)
CLOSING_PARENTHESIS = re.compile(r"[ \t\n]*\)")
# In a here-document a backslash is special before these characters alone.
FILLED_IN_HERE_DOCUMENT = re.compile(r"\\([\\$`])|\\\n|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)")


@dataclass
class BashCommand:
    """One simple command.

    `words` start with the program. `input` is the text that is fed to it, if that is a literal.
    `redirects` and `unknown` list what the shell would do: redirections, and the variables and
    substitutions whose values are not in the text. They stay in the words as typed. `spans` are
    where the command is in the text, comments aside.
    """

    words: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    input: str | None = None
    piped: bool = False
    unknown: list[str] = field(default_factory=list)
    spans: list[TextSpan] = field(default_factory=list)


def split_commands(text: str) -> tuple[list[BashCommand], list[TextSpan], Unreadable | None]:
    """The commands of a text in order, the spans of its assignments, and why splitting stopped
    early if it did. Lines must end with a line feed alone."""
    splitter = _Splitter(text)
    try:
        splitter.run()
    except Unreadable as problem:
        return splitter.commands, splitter.assignments, problem
    return splitter.commands, splitter.assignments, None


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        # None between words: `''` is a word, though an empty one.
        self.word: list[str] | None = None
        self.command = BashCommand()
        self.commands: list[BashCommand] = []
        self.variables: dict[str, str] = {}
        self.budget = SizeBudget()
        # Here-documents start on the line after the one that announces them.
        self.announced: list[tuple[BashCommand, re.Match[str]]] = []
        self.assignments: list[TextSpan] = []
        # Where the part of the command starts that no span has yet.
        self.start = 0

    def run(self) -> None:
        while self.at < len(self.text):
            self._step()
        self._end_command()

    def _step(self) -> None:
        text, at = self.text, self.at
        char = text[at]
        if plain := PLAIN.match(text, at):
            # Digits right before `>` are a file descriptor, not a word.
            if self.word is None and (redirect := REDIRECT.match(text, at)):
                self._redirect(redirect)
                return
            self._add(plain.group(), plain.end())
        elif char in "'\"\\$`":
            self._read_quoted(char)
        elif char in " \t\r\v\f\xa0":
            self._end_word()
            self.at += 1
        elif (char in "<>" or text.startswith("&>", at)) and (found := REDIRECT.match(text, at)):
            self._redirect(found)
        elif char != "#":
            self._read_operator()
        elif self.word is not None:
            self._add("#", at + 1)
        else:
            end = text.find("\n", at)
            self._end_span(at)
            self.at = self.start = len(text) if end < 0 else end

    def _end_span(self, end: int) -> None:
        if end > self.start:
            self.command.spans.append(TextSpan(self.start, end, "read"))
        self.start = end

    def _read_quoted(self, char: str) -> None:
        text, at = self.text, self.at
        if char == "\\":
            following = text[at + 1 : at + 2]
            # A backslash at the end of a line joins it with the next, even inside a word.
            if following == "\n":
                self.at = at + 2
            else:
                self._add(following, at + 2)
        elif char == "'":
            end = self._find("'", at + 1)
            self._add(text[at + 1 : end], end + 1)
        elif char == '"' or text.startswith('$"', at):
            self._read_double(at + 1 if char == '"' else at + 2)
        elif text.startswith("$'", at):
            # bash strings end at a NUL, and so does what the program gets.
            value, end = read_ansi_string(text, at + 2)
            self._add(value.partition("\0")[0], end)
        else:
            self._expand()

    def _read_double(self, at: int) -> None:
        text = self.text
        # Even empty quotes make a word.
        self._add("", at)
        while self.at < len(text):
            at = self.at
            if plain := PLAIN_IN_DOUBLE.match(text, at):
                self._add(plain.group(), plain.end())
            elif text[at] == '"':
                self.at += 1
                return
            elif text[at] == "\\":
                following = text[at + 1 : at + 2]
                # Before any other character the backslash stays.
                kept = "" if following == "\n" or following in '$`"\\' else "\\"
                self._add(kept + following.replace("\n", ""), at + 2)
            else:
                self._expand()
        raise Unreadable("open-quote", 'A quote " is never closed.')

    def _expand(self) -> None:
        """`$name`, `${name:-default}`, `$(…)` and backticks: literals are filled in."""
        text, at = self.text, self.at
        if self._read_cat():
            return
        # The commands in it would have to be run.
        if text[at] == "`" or text.startswith("$(", at):
            self._keep_unknown(self._substitution_end())
            return
        default = DEFAULT.match(text, at + 1)
        found = default or NAME.match(text, at + 1)
        name = found and (found[1] or (not default and found[2]))
        if found is None:
            self._add("$", at + 1)
        elif name and name in self.variables:
            self._add(self.budget.spend(self.variables[name]), found.end())
        elif default:
            # The shell may know another value, but the text gives this one.
            self._add(default[2], found.end())
        else:
            self._keep_unknown(found.end())

    def _keep_unknown(self, end: int) -> None:
        typed = self.text[self.at : end]
        self.command.unknown.append(typed)
        self._add(typed, end)

    def _substitution_end(self) -> int:
        if self.text[self.at] == "`":
            return self._find("`", self.at + 1) + 1
        # Counted without regard to quotes: an unbalanced one in quotes is rare in a pasted command.
        depth = 0
        for found in re.compile(r"[()]").finditer(self.text, self.at):
            depth += 1 if found.group() == "(" else -1
            if depth == 0:
                return found.end()
        return len(self.text)

    def _read_cat(self) -> bool:
        """`$(cat <<MARK …)`, the usual way to write a body over several lines."""
        opened = CAT_HERE_DOCUMENT.match(self.text, self.at)
        if opened is None:
            return False
        lines, end = self._read_lines(opened.end(), opened)
        closed = CLOSING_PARENTHESIS.match(self.text, end)
        if closed is None:
            return False
        self._add(lines.rstrip("\n"), closed.end())
        return True

    def _read_lines(self, at: int, mark: re.Match[str]) -> tuple[str, int]:
        """The text of a here-document that starts at `at`, and the offset after its last line.

        The groups of the mark are the dash of `<<-`, a quote, and the name.
        """
        lines = []
        while at < len(self.text):
            end = self.text.find("\n", at)
            end = len(self.text) if end < 0 else end
            line = self.text[at:end].lstrip("\t") if mark[1] else self.text[at:end]
            at = end + 1
            if line == mark[3]:
                break
            lines.append(line + "\n")
        text = "".join(lines)
        # Quotes around the mark turn expansion off.
        filled = text if mark[2] else FILLED_IN_HERE_DOCUMENT.sub(self._fill, text)
        return filled, min(at, len(self.text))

    def _fill(self, found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        name = found[2] or found[3]
        return self.budget.spend(self.variables.get(name, found[0])) if name else ""

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
        word = "".join(self.word or [])
        self.word = None
        return word

    def _read_operator(self) -> None:
        at = self.at
        operator = next((each for each in OPERATORS if self.text.startswith(each, at)), "")
        if not operator:
            self._add(self.text[at], at + 1)
            return
        self.at = at + len(operator)
        self._end_command()
        self.command.piped = operator in ("|", "|&")
        if operator == "\n":
            for command, mark in self.announced:
                command.input, self.at = self._read_lines(self.at, mark)
                command.spans.append(TextSpan(self.start, self.at, "read"))
                self.start = self.at
            self.announced = []

    def _add(self, text: str, end: int) -> None:
        """Append to the current word and go on at `end`."""
        if self.word is None:
            self.word = []
        self.word.append(text)
        self.at = end

    def _find(self, mark: str, at: int) -> int:
        end = self.text.find(mark, at)
        if end < 0:
            raise Unreadable("open-quote", "A quote {quote} is never closed.", quote=mark)
        return end

    def _end_word(self) -> None:
        if self.word is not None:
            self.command.words.append("".join(self.word))
            self.word = None

    def _end_command(self) -> None:
        self._end_word()
        self._end_span(self.at)
        words = self.command.words
        if len(words) > 1 and words[0] == "export":
            words = words[1:]
        # `X=1 curl …` isn't kept: bash expands the words before it sets the variable.
        if words and all(ASSIGNMENT.match(word) for word in words):
            self.variables.update(dict(word.split("=", 1) for word in words))
            self.assignments += self.command.spans
        elif words:
            self.commands.append(self.command)
        self.command = BashCommand()
