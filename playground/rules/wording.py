"""How messages name things: places, types, values, conditions and similar names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump
from playground.rules.context import schema_at, schema_below

PAYLOAD = "The payload"
SHOWN = 40
# Comparing takes the product of both lengths, and long keys aren't misspelt but pasted.
LONGEST_NAME = 80
TYPE_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def abbreviate(text: str, length: int = SHOWN) -> str:
    """A text short enough for a message: cut in the middle, invisible characters spelled out."""
    if not text.isprintable():
        # Control and direction characters would let a key disguise the rest of the message.
        shown = text if len(text) <= length else text[:length] + text[-length:]
        text = "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in shown)
    if len(text) <= length:
        return text
    half = (length - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


# What documentation, Swagger and scripts put in place of a value.
_placeholder = re.compile(
    r"""<.*> | \[.*\] | \{.*\} | \.{2,} | … | \*{2,} | x{3,} | \?{2,}
    | ([0-9a-fx])\1{7}-\1{4}-\1{4}-\1{4}-\1{12}
    | (?:your|my|insert|replace|enter|put|the|some|new|old|example|sample|dummy)[\s_-].*
    | (?:your|my|the|some|example|sample)?[\s_-]*(?:account|step|workflow|integration)?[\s_-]*u?id
      (?:[\s_-]?\d)? (?:[\s_-]here)?
    | (?:account|step)[\s_-]*(?:name)? | string | todo | tbd | foo | bar | example | placeholder
    | change[\s_-]?me | null | none | undefined | nan | n/a""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
).fullmatch


def stands_for_uid(text: str) -> bool:
    """Whether this text is a placeholder for an identifier."""
    return bool(_placeholder(text.strip()))


def join_words(words: Iterable[str], word: str = "or") -> str:
    """a, b or c."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {word} {last}" if first else last


def join_names(names: Iterable[str], word: str = "or") -> str:
    """`a`, `b` or `c`."""
    return join_words((f"`{abbreviate(name)}`" for name in names), word)


# Places


def label_object(schema: Any, pointer: str) -> str:
    """The name of an object or list in messages: Step 1; `lines`, entry 2; The payload."""
    items: list[str] = []
    entry = plain = ""
    for segment in pointers.split(pointer):
        item = schema.get("x-item") if isinstance(schema, Mapping) else None
        if item and segment.isdecimal():
            # People count from one, pointers from zero.
            word = f"{item} {int(segment) + 1}"
            items.append(word.lower() if items else word)
        elif not items and segment.isdecimal() and _has_items(schema):
            entry, plain = f"{_quote_name(plain)}, entry {int(segment) + 1}", ""
        elif not items:
            plain = segment
        schema = schema_below(schema, segment)
    if items:
        return ", ".join(items)
    if entry:
        return f"{entry}: {_quote_name(plain)}" if plain else entry
    return _quote_name(plain)


def _has_items(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "items" in schema


def _quote_name(name: str) -> str:
    return f"`{abbreviate(name)}`" if name else PAYLOAD


def label_value(schema: Any, pointer: str) -> str:
    """A value as the subject of a message: `job_name`; Step 1: `accounts`; Step 1."""
    if not pointer:
        return PAYLOAD
    above, name = pointers.parent(pointer), pointers.split(pointer)[-1]
    container = schema_at(schema, above)
    if "items" in container and name.isdecimal():
        if "x-item" in container:
            return label_object(schema, pointer)
        return f"{label_value(schema, above)}, entry {int(name) + 1}"
    place = label_object(schema, above)
    return f"`{abbreviate(name)}`" if place == PAYLOAD else f"{place}: `{abbreviate(name)}`"


# Types and values


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The types a schema allows, in its own order; empty if it allows any."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def name_types(types: Sequence[str]) -> str:
    """text or a whole number."""
    return join_words(TYPE_NAMES.get(each, each) for each in types)


def describe_value(value: Any) -> str:
    """A value of the document in a few words; only its type where it may be long or private."""
    match value:
        case NumberToken():
            return abbreviate(str.__str__(value), 24)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal() | float():
            return abbreviate(str(value), 24)
        case str():
            return "text"
        case list():
            return "a list"
    return "an object"


def show_constant(value: Any) -> str:
    """A value that the schema itself names."""
    if isinstance(value, str):
        return abbreviate(value)
    return abbreviate(dump(value)) if not isinstance(value, dict | list) else describe_value(value)


# Conditions


def explain_branch(schema: Any, path: Sequence[str | int]) -> str | None:
    """The `if` of the last `then` on a path into the schema, in words; None without a `then`."""
    places = [index for index, part in enumerate(path) if part == "then"]
    if not places:
        return None
    owner = part_at(schema, path[: places[-1]])
    return explain_condition(owner.get("if")) or "the rest of the payload stays the same"


def part_at(schema: Any, path: Sequence[str | int]) -> Mapping[str, Any]:
    """The part of a schema at a path of keys and indexes, or an empty one."""
    for part in path:
        try:
            schema = schema[part]
        except (LookupError, TypeError):
            return {}
    return schema if isinstance(schema, Mapping) else {}


def explain_condition(condition: Any) -> str:
    """A condition in words (`matching` is `phone`); empty for one we have no words for."""
    if not isinstance(condition, Mapping):
        return ""
    if "not" in condition:
        return _explain_absence(condition["not"])
    parts = list(_explain_properties(condition.get("properties", {})))
    if not parts and condition.get("required"):
        names = condition["required"]
        verb = "is set" if len(names) == 1 else "are set"
        return f"{join_names(names, 'and')} {verb}"
    return join_words(parts, "and")


def _explain_properties(properties: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in properties.items():
        if "const" in schema:
            yield f"`{abbreviate(name)}` is `{show_constant(schema['const'])}`"
        elif "enum" in schema:
            options = join_words(f"`{show_constant(each)}`" for each in schema["enum"])
            yield f"`{abbreviate(name)}` is {options}"


def _explain_absence(condition: Any) -> str:
    branches = condition.get("anyOf", [condition]) if isinstance(condition, Mapping) else []
    required = [each.get("required") if isinstance(each, Mapping) else None for each in branches]
    names = [each[0] for each in required if each]
    if not names or len(names) < len(branches):
        return ""
    if len(names) == 1:
        return f"`{names[0]}` isn't set"
    return f"neither {join_names(names, 'nor')} is set"


# Similar names


def find_similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` may be a misspelling of, or None."""
    return _closest(name, tuple(known)) if name and len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=512)  # one misspelt key may be in thousands of rows
def _closest(name: str, known: tuple[str, ...]) -> str | None:
    by_letters = {_letters(each): each for each in reversed(known)}
    same = by_letters.get(_letters(name))
    if same is not None:
        return same
    # difflib's own cutoff, 0.6, suggests names that have little in common.
    close = get_close_matches(_letters(name), list(by_letters), n=1, cutoff=0.7)
    return by_letters[close[0]] if close else None


def _letters(name: str) -> str:
    """A name without the differences of spelling habits: max_results, maxResults, Max-Results."""
    return "".join(char for char in name.casefold() if char.isalnum()) or name


def did_you_mean(similar: str | None, others: Sequence[str] = ()) -> str:
    """The end of a message: " Did you mean `a` (also accepted: `b`, `c`)?", or an empty text."""
    if similar is None:
        return ""
    also = ", ".join(f"`{abbreviate(each)}`" for each in others)
    return f" Did you mean `{abbreviate(similar)}`{f' (also accepted: {also})' if also else ''}?"
