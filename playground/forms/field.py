"""A field: one value of a document as people edit it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from playground.forms.branches import Branch
from playground.forms.choices import PossibleItem
from playground.forms.schemas import CONTAINERS, GROUPS, Schema, shows_all_keys
from playground.forms.unions import Alternative
from playground.openapi.files import is_file

# More lenient than references: people edit the JSON by hand and add spaces.
SECRET = re.compile(r"\s*\{\{\s*secret:([^{}]+?)\s*\}\}\s*")

# Longer lists of choices get a search box.
MOST_CHOICES = 12
# More alternatives, or longer titles together, don't fit on a line.
MOST_TABS, LONGEST_TABS = 4, 50


@dataclass(frozen=True)
class ChosenFile:
    """A stored file as shown in the form; `size` is formatted, `url` downloads it."""

    id: str
    name: str
    media_type: str = ""
    size: str = ""
    url: str = ""


@dataclass(frozen=True)
class FieldMetadata:
    """What a draft stores outside its document for the form, by pointer: values that are
    switched off, notes, input that doesn't parse yet, and values of other union branches.

    `files` are those of the document that the person can open, by id. With a `focus`, only the
    field at that pointer and the fields around it are read.
    """

    off: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    incomplete: Mapping[str, str] = field(default_factory=dict)
    away: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, ChosenFile] = field(default_factory=dict)
    focus: str = ""


@dataclass(frozen=True)
class Field:
    """One value and how it is edited.

    `pointer` is its current place; `at` is the part of it below its row, from which the browser
    computes the new pointer after rows move. `kind` is `text`, `lines`, `integer`, `number`,
    `toggle`, `choice`, `choices`, `const`, `json`, `group`, `union`, `map`, `cards`, `table`,
    `branches`, `secret`, `file` or the name of a widget.
    `state` is `sent`, `null`, `absent` (no value) or `off` (switched off, value stored).
    `text` is the content of the input; `start` the JSON text that switching on starts with;
    `summary` a sentence with {keys} of the group's fields. `branches` are the alternatives this
    field chooses from; `value_kind` is the kind of the value where several are allowed;
    `read_as` is the name under which the API's own templates read the value.

    `alternatives` are those of a union, whose only field is the value as the chosen one. `tree`
    is the value of a map, list or union. `preview` summarises a value whose fields aren't drawn
    because `is_open` is false. `is_addable` means that keys can be added to an object. `picker`
    is the input type that picks a date or time. `is_entry` means that the key is user-defined.
    `file` is the file that the value refers to. `listed` are the values that a list may have.
    """

    pointer: str
    at: str
    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    known: bool = True
    default: str | None = None
    start: str = "null"
    unit: str = ""
    summary: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    state: str = "absent"
    text: str = ""
    note: str = ""
    schema: Schema = field(default_factory=dict, repr=False)
    fields: tuple[Field, ...] = ()
    branches: tuple[Branch, ...] = ()
    value_kind: str = ""
    suggestions: tuple[str, ...] = ()
    read_as: str = ""
    alternatives: tuple[Alternative, ...] = field(default=(), repr=False, compare=False)
    tree: Any = field(default=None, repr=False)
    preview: str = ""
    is_open: bool = True
    is_addable: bool = False
    picker: str = ""
    deprecated: bool = False
    is_entry: bool = False
    file: ChosenFile | None = None
    listed: tuple[PossibleItem, ...] = ()

    @property
    def are_many(self) -> bool:
        """Whether there are so many values for a list that it needs a search box."""
        return len(self.listed) > MOST_CHOICES

    @property
    def takes_files(self) -> bool:
        """Whether it is a list whose items are files."""
        items = self.schema.get("items")
        return self.kind == "cards" and isinstance(items, Mapping) and is_file(items)

    @property
    def has_listing(self) -> bool:
        """Whether an operation of the API lists the values to choose from."""
        return "x-list" in self.schema

    @property
    def tags(self) -> list[str]:
        """The tags in a comma-separated text; empty for other kinds."""
        is_list = self.kind == "tags" and self.value_kind == "text" and "," in self.text
        return [tag.strip() for tag in self.text.split(",")] if is_list else []

    @property
    def secret_name(self) -> str:
        """The name of the secret that the value refers to, or an empty string."""
        found = SECRET.fullmatch(self.text) if self.kind == "secret" else None
        return found[1] if found else ""

    @property
    def accepts_cookies(self) -> bool:
        """Whether pasted cookies can be split into this group's fields."""
        return self.schema.get("x-paste") == "cookies"

    @property
    def optional(self) -> bool:
        return not self.required

    @property
    def is_on(self) -> bool:
        return self.state in ("sent", "null")

    @property
    def count(self) -> int:
        """The number of entries of a list or map."""
        return len(self.tree) if isinstance(self.tree, list | dict) else 0

    @property
    def chosen_label(self) -> str:
        """The label of the chosen value; the value itself if it isn't one of the choices."""
        return dict(self.choices).get(self.text, self.text)

    @property
    def is_searchable(self) -> bool:
        """Whether there are too many choices for a drop-down list."""
        return self.kind == "choice" and len(self.choices) > MOST_CHOICES

    @property
    def has_tabs(self) -> bool:
        """Whether the alternatives fit on one line as tabs; otherwise they are in a list."""
        titles = [each.title for each in self.branches]
        return len(titles) <= MOST_TABS and sum(map(len, titles)) <= LONGEST_TABS

    @property
    def chosen_title(self) -> str:
        """The title of the alternative that the value matches; empty if it matches none."""
        return next((each.title for each in self.branches if each.is_chosen), "")

    @property
    def more(self) -> int:
        """How many entries of a long list or map aren't drawn yet."""
        is_long = self.kind in ("cards", "map") and self.is_open and self.fields
        return max(0, self.count - len(self.fields)) if is_long else 0

    @property
    def item_word(self) -> str:
        """The generic name of a list's items; empty if each has its own title."""
        return "" if "prefixItems" in self.schema else str(self.schema.get("x-item", _("Item")))

    @property
    def key_names(self) -> list[str]:
        """The keys that a map may have, if its schema lists them."""
        names = self.schema.get("propertyNames")
        known = names.get("enum", ()) if isinstance(names, Mapping) else ()
        return [each for each in known if isinstance(each, str)]

    @property
    def inner(self) -> Field | None:
        """The value of a union as the chosen alternative."""
        return self.fields[0] if self.kind == "union" and self.fields else None

    @property
    def innermost(self) -> Field:
        """The value as the matching alternative; the field itself if it isn't a union."""
        return self.inner.innermost if self.inner else self

    @property
    def is_container(self) -> bool:
        """Whether its value is edited through nested fields."""
        return self.kind in CONTAINERS or self.kind in GROUPS

    @property
    def is_drawn_with_all_keys(self) -> bool:
        return shows_all_keys(self.schema)

    @property
    def is_group(self) -> bool:
        """Whether it is a group that draws all its fields, sent or not."""
        return self.kind in GROUPS and (self.kind == "key-value" or self.is_drawn_with_all_keys)
