"""JSON values with resolved references, for formats other than JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.calls.substitution import FileData, Piece, ReferenceValues, escape_pieces, fill_text
from playground.jsontext.parsing import NumberToken, Tree
from playground.jsontext.printing import dump_scalar, quote
from playground.jsontext.references import find_references


@dataclass(frozen=True)
class Scalar:
    """A string, a number, true or false: its text in unescaped pieces.

    `is_text` is False for numbers, true and false, which JSON writes without quotes.
    """

    pieces: tuple[Piece, ...] = field(repr=False)
    is_text: bool = True

    @property
    def file(self) -> FileData | None:
        """The file, if that is the whole value."""
        found = [each for each in self.pieces if each != ""]
        return found[0] if len(found) == 1 and isinstance(found[0], FileData) else None

    @property
    def visible(self) -> str:
        """The text with an ellipsis for each secret and file, since those are never empty."""
        return "".join(each if isinstance(each, str) else "…" for each in self.pieces)


Resolved = Scalar | list["Resolved"] | dict[str, "Resolved"] | None


def resolve_tree(tree: Tree, values: ReferenceValues) -> Resolved:
    """Resolve the references of a tree; a string that is only a variable takes its type.

    Keys aren't resolved. Raises UnresolvedReference.
    """
    if isinstance(tree, dict):
        return {key: resolve_tree(each, values) for key, each in tree.items()}
    if isinstance(tree, list):
        return [resolve_tree(each, values) for each in tree]
    if not isinstance(tree, str) or isinstance(tree, NumberToken):
        return to_resolved(tree)
    whole = find_variable(tree)
    if whole is not None:
        return to_resolved(values.variables[whole])
    return Scalar(tuple(fill_text(tree, values)))


def find_variable(typed: str) -> str | None:
    """The name of the variable, if the whole text is a reference to one."""
    marks = find_references(typed)
    is_whole = len(marks) == 1 and marks[0].whole and marks[0].kind in ("variable", "row")
    return marks[0].variable if is_whole else None


def to_resolved(value: Any) -> Resolved:
    """A JSON value taken literally: anything that looks like a reference is text."""
    if isinstance(value, Mapping):
        return {key: to_resolved(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_resolved(each) for each in value]
    if isinstance(value, str) and not isinstance(value, NumberToken):
        return Scalar((value,))
    return None if value is None else Scalar((dump_scalar(value),), is_text=False)


def json_pieces(value: Resolved) -> Iterator[Piece]:
    """The value as compact JSON; its secrets and files are escaped for JSON strings."""
    if value is None:
        yield "null"
    elif isinstance(value, Scalar):
        quoted = ('"', *escape_pieces(value.pieces, "json"), '"')
        yield from quoted if value.is_text else value.pieces
    else:
        pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
        yield "{" if isinstance(value, dict) else "["
        for number, (key, each) in enumerate(pairs):
            yield ("," if number else "") + ("" if key is None else f"{quote(key)}:")
            yield from json_pieces(each)
        yield "}" if isinstance(value, dict) else "]"
