"""Values to choose from: one for a field, or several for a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playground.forms.fitting import equals_plain
from playground.forms.schemas import Schema, as_schema, is_nullable, list_value_types
from playground.forms.unions import list_values, read_union
from playground.jsontext import printing
from playground.rules.context import ByIdentity

# With more values, only lists without duplicates are drawn as checkboxes.
FEW_VALUES = 12
MANY_VALUES = 500


@dataclass(frozen=True)
class PossibleItem:
    """One value that a list may have, as JSON text; `is_known` if the schema lists it."""

    text: str
    label: str
    is_chosen: bool = False
    is_known: bool = True


def list_choices(schema: Schema) -> tuple[tuple[str, str], ...]:
    """Pairs of JSON text and label, from `enum` or `const`."""
    values: Sequence[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if not values and list_value_types(schema) == ["boolean"] and is_nullable(schema):
        values = [True, False, None]
    return (
        _label_long(ByIdentity(schema)) if len(values) > MANY_VALUES else _label_all(schema, values)
    )


# Needed each time a field is drawn, and 50,000 choices take 0.2 seconds.
@lru_cache(maxsize=8)
def _label_long(key: ByIdentity) -> tuple[tuple[str, str], ...]:
    return _label_all(key.value, key.value["enum"])


def _label_all(schema: Schema, values: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((printing.dump(each), _label(schema, each)) for each in values)


def _label(schema: Schema, value: Any) -> str:
    labels = schema.get("x-choice-labels", {})
    return str(labels.get(value, value)) if isinstance(value, str) else printing.dump(value)


def is_choice_list(schema: Schema) -> bool:
    """Whether a list takes its values from a set that its schema lists."""
    values = list_values(_items_of(schema))
    if len(values) < 2 or "prefixItems" in schema or any(map(_is_structure, values)):
        return False
    return schema.get("uniqueItems") is True or len(values) <= FEW_VALUES


def can_be_checked(items: Sequence[Any]) -> bool:
    """Whether checkboxes can show a list: they can't show duplicates."""
    texts = {printing.dump(each) for each in items if not _is_structure(each)}
    return len(texts) == len(items)


def list_items(schema: Schema, value: Any) -> tuple[PossibleItem, ...]:
    """The values a list may have by its schema, then its other values, spelled as in the text.

    If there are many, the chosen ones come first.
    """
    items, named = value if isinstance(value, list) else [], _items_of(schema)
    found = []
    for plain in list_values(named):
        same = [printing.dump(each) for each in items if equals_plain(each, plain)]
        text = same[0] if same else printing.dump(plain)
        found.append(PossibleItem(text, _label(named, plain), bool(same)))
    known = {each.text for each in found}
    others = [each for each in items if printing.dump(each) not in known]
    found += [PossibleItem(printing.dump(each), _label({}, each), True, False) for each in others]
    # Only the first of many are visible without scrolling.
    return tuple(sorted(found, key=lambda each: len(found) > FEW_VALUES and not each.is_chosen))


def _items_of(schema: Schema) -> Schema:
    return read_union(as_schema(schema.get("items"))).schema


def _is_structure(value: Any) -> bool:
    return isinstance(value, list | dict)
