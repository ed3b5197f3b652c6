"""Reads quotes and expansions in bash code; `bash` reads the commands around them.

Source: the Bash Reference Manual, sections 3.1.2 (quoting) and 3.5 (expansions).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from playground.importers.literals import SizeBudget, read_ansi_string, unclosed
from playground.importers.spans import TextSpan
from playground.importers.values import Note, note_repaired

# Word processors and chats replace quotes with these. To bash they are letters.
TYPOGRAPHIC = "‘’‚‛“”„‟"
DOUBLE_QUOTES = re.compile(r"[“”„‟\"](?=[\s;|&)]|\Z)")
SINGLE_QUOTES = re.compile(r"[‘’‚‛'](?=[\s;|&)]|\Z)")
ESCAPED_QUOTE = re.compile(r"\\([“”„‟\"\\$`])")
# A string without expansions, up to its closing quote.
SIMPLE_DOUBLE = re.compile(r"((?:[^\"\\$`]++|\\.)*)\"", re.S)
PLAIN_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
NAME = re.compile(r"\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|\{[^{}\s]{1,100}\}")
DEFAULT = re.compile(r"\{([A-Za-z_]\w*):?-([^{}'\"\\$`\s]{0,1000})\}")
# GitHub Actions and others fill these in before the shell runs, whatever the quotes.
TEMPLATE = re.compile(r"\$\{\{[^\n{}]{0,200}\}\}")
CAT_HERE_DOCUMENT = re.compile(
    r"\$\([ \t\n]*cat[ \t]*<<(-?)[ \t]*(['\"\\]?)([\w.!-]+)['\"]?[ \t]*\n"
)
CLOSING_PARENTHESIS = re.compile(r"[ \t\n]*\)")
# Parentheses in quotes inside a substitution don't count.
IN_SUBSTITUTION = re.compile(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|[()]", re.S)
# In a here-document a backslash is special only before these characters.
IN_HERE_DOCUMENT = re.compile(
    r"\\([\\$`])|\\\n|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))"
    r"|\$\{\{[^\n{}]{0,200}\}\}|\$\{[^{}\n]{1,200}\}|\$\([^()\n]{0,500}\)|`[^`\n]{0,500}`"
)


class WordReader:
    """Reads one word at an offset, piece by piece.

    `unknown` lists the variables and substitutions whose values are not in the text; they stay
    in the words as typed. `repairs` has a note for each kind of repair, `repaired` their places.
    """

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        # None between words: `''` is a word, though an empty one.
        self.word: list[str] | None = None
        self.variables: Mapping[str, str] = {}
        self.budget = SizeBudget()
        self.unknown: list[str] = []
        self.repairs: dict[str, Note] = {}
        self.repaired: list[TextSpan] = []

    def add(self, text: str, end: int) -> None:
        """Append to the current word and continue at `end`."""
        if self.word is None:
            self.word = []
        self.word.append(text)
        self.at = end

    def take_word(self) -> str | None:
        """The current word, if any; the next piece starts another."""
        word = None if self.word is None else "".join(self.word)
        self.word = None
        return word

    def repair(self, code: str, message: str, end: int) -> None:
        """Record a repair from this offset to `end`; each code has one note."""
        self.repaired.append(TextSpan(self.at, end, "repaired"))
        if code not in self.repairs:
            line = self.text.count("\n", 0, self.at) + 1
            self.repairs[code] = note_repaired(code, "Line {line}: " + message, line=line)

    def read_quoted(self, char: str) -> None:
        """A quoted string, an escaped character or an expansion that starts with `char`."""
        text, at = self.text, self.at
        if char == "\\":
            self.add(text[at + 1 : at + 2], at + 2)
        elif char == "'":
            end = self._find("'", at + 1)
            self.add(text[at + 1 : end], end + 1)
        elif char == '"' or text.startswith('$"', at):
            self._read_double(at + 1 if char == '"' else at + 2)
        elif text.startswith("$'", at):
            # bash strings end at a NUL, so the program's argument does too.
            value, end = read_ansi_string(text, at + 2)
            self.add(value.partition("\0")[0], end)
        else:
            self._expand()

    def read_typographic(self, char: str) -> None:
        """A string between typographic quotes, one of which is `char`."""
        start = self.at + 1
        is_double = char in "“”„‟"
        end = start
        for closing in (DOUBLE_QUOTES if is_double else SINGLE_QUOTES).finditer(self.text, start):
            end = closing.start()
            inner = self.text[start:end].strip()
            # Quotes inside JSON end at a space, too.
            if inner[:1] not in ("{", "[") or inner[-1:] in ("}", "]"):
                break
        else:
            raise unclosed(self.text, self.at, char)
        self.repair(
            "quotes", "Replaced typographic quotes around a value with plain ones.", end + 1
        )
        value = self.text[start:end]
        if is_double:
            value = ESCAPED_QUOTE.sub(lambda found: _plain_quote(found[1]), value)
            value = IN_HERE_DOCUMENT.sub(self._fill, value)
        self.add(value, end + 1)

    def _read_double(self, at: int) -> None:
        text = self.text
        opened = self.at
        # Most strings only escape quotes: a megabyte of them is read in one step.
        if simple := SIMPLE_DOUBLE.match(text, at):
            self.add(_unescape(simple[1]), simple.end())
            return
        # Empty quotes make a word, too.
        self.add("", at)
        while self.at < len(text):
            at = self.at
            if plain := PLAIN_IN_DOUBLE.match(text, at):
                self.add(plain.group(), plain.end())
            elif text[at] == '"':
                self.at += 1
                return
            elif text[at] == "\\":
                following = text[at + 1 : at + 2]
                # Before any other character the backslash stays.
                kept = "" if following == "\n" or following in '$`"\\' else "\\"
                self.add(kept + following.replace("\n", ""), at + 2)
            else:
                self._expand()
        raise unclosed(text, opened, '"')

    def _expand(self) -> None:
        """`$name`, `${name:-default}`, `$(…)` and backticks: literals are filled in."""
        text, at = self.text, self.at
        if self._read_cat():
            return
        # Its commands would have to be run.
        if text[at] == "`" or text.startswith("$(", at):
            end = self._substitution_end()
            self.read_substitution(at + (1 if text[at] == "`" else 2), end - 1)
            self._keep_unknown(end)
            return
        if template := TEMPLATE.match(text, at):
            self.add(template.group(), template.end())
            return
        default = DEFAULT.match(text, at + 1)
        found = default or NAME.match(text, at + 1)
        name = found and (found[1] or (not default and found[2]))
        if found is None:
            self.add("$", at + 1)
        elif name and name in self.variables:
            self.add(self.budget.spend(self.variables[name]), found.end())
        elif default:
            # The shell may have another value, but the text gives this one.
            self.add(default[2], found.end())
        else:
            self._keep_unknown(found.end())

    def read_substitution(self, start: int, end: int) -> None:
        """Called for the inside of each `$(…)`, which may be a command of interest."""

    def _keep_unknown(self, end: int) -> None:
        typed = self.text[self.at : end]
        self.unknown.append(typed)
        self.add(typed, end)

    def _substitution_end(self) -> int:
        if self.text[self.at] == "`":
            return self._find("`", self.at + 1) + 1
        depth = 0
        for found in IN_SUBSTITUTION.finditer(self.text, self.at):
            depth += (found.group() == "(") - (found.group() == ")")
            if depth == 0 and found.group() == ")":
                return found.end()
        raise unclosed(self.text, self.at, "$(")

    def _read_cat(self) -> bool:
        """`$(cat <<MARK …)`, the usual way to write a body over several lines."""
        opened = CAT_HERE_DOCUMENT.match(self.text, self.at)
        if opened is None:
            return False
        lines, end = self.read_here_document(opened.end(), opened)
        closed = CLOSING_PARENTHESIS.match(self.text, end)
        if closed is None:
            return False
        self.add(lines.rstrip("\n"), closed.end())
        return True

    def read_here_document(self, at: int, mark: re.Match[str]) -> tuple[str, int]:
        """The content of a here-document at `at`, and the offset after its last line.

        The groups of the mark are the dash of `<<-`, a quote, and the name.
        """
        lines: list[str] = []
        while at < len(self.text):
            end = self.text.find("\n", at)
            end = len(self.text) if end < 0 else end
            line = self.text[at:end].lstrip("\t") if mark[1] else self.text[at:end]
            at = end + 1
            # bash ignores an indented end mark, but it is hardly meant otherwise.
            if line.strip() == mark[3]:
                text = "".join(lines)
                # Quotes around the mark turn expansion off.
                filled = text if mark[2] else IN_HERE_DOCUMENT.sub(self._fill, text)
                return filled, min(at, len(self.text))
            lines.append(line + "\n")
        raise unclosed(self.text, mark.start(), f"<<{mark[3]}")

    def _fill(self, found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        name = found[2] or found[3]
        if name and name in self.variables:
            return self.budget.spend(self.variables[name])
        if found.group() == "\\\n":
            return ""
        if not found.group().startswith("${{"):
            self.unknown.append(found.group())
        return found.group()

    def _find(self, mark: str, at: int) -> int:
        end = self.text.find(mark, at)
        if end < 0:
            raise unclosed(self.text, at - 1, mark)
        return end


def _unescape(text: str) -> str:
    """The text of a string in double quotes, where few characters can be escaped."""
    pieces = text.split("\\\\")
    for escaped, plain in (('\\"', '"'), ("\\$", "$"), ("\\`", "`"), ("\\\n", "")):
        pieces = [piece.replace(escaped, plain) for piece in pieces]
    return "\\".join(pieces)


def _plain_quote(char: str) -> str:
    return char if char in "\\$`" else '"'
