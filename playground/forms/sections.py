"""The sections of a payload's form, in the order people fill them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.forms.branches import chosen_branch, ignores_part, read_branches
from playground.forms.containers import find_within
from playground.forms.field import Field, FieldMetadata
from playground.forms.fields import read_field, read_object_fields
from playground.forms.kinds import find_kind
from playground.forms.schemas import Schema, shows_all_keys
from playground.forms.unions import read_union

# Widgets that need the whole width: each gets a section of its own.
WIDE = ("grid", "steps", "attachments")
# Kinds whose number of entries is shown in the index.
COUNTED = ("map", "cards", "table")
# Sections of the page without fields of the document.
OTHER_IDS = ("address", "more")


@dataclass(frozen=True)
class Section:
    """One heading of the form: simple fields, or one wide widget. `unused` has a message for
    each part that the API ignores in the chosen branch."""

    id: str
    title: str
    fields: tuple[Field, ...]
    unused: tuple[str, ...] = ()

    @property
    def widget(self) -> str:
        return self.fields[0].kind if self.is_wide else "fields"

    @property
    def is_wide(self) -> bool:
        return len(self.fields) == 1 and self.fields[0].kind in WIDE

    @property
    def is_sole(self) -> bool:
        """Whether it is a single field with nested fields, named by the heading."""
        return (
            len(self.fields) == 1
            and self.fields[0].is_container
            and not self.fields[0].is_group
            and self.fields[0].label == self.title
        )

    @property
    def key(self) -> str:
        """The key of the field, if the heading shows a different title; else empty."""
        key = self.fields[0].key if self.is_sole else ""
        return key if key != self.title else ""

    @property
    def is_counted(self) -> bool:
        return self.is_wide or (self.is_sole and self.fields[0].kind in COUNTED)

    @property
    def pointer(self) -> str:
        return self.fields[0].pointer if self.is_wide or self.is_sole else ""


def read_sections(schema: Schema, tree: Any, metadata: FieldMetadata) -> tuple[Section, ...]:
    """Every top-level key of the document under its heading.

    A key names its heading by `x-section`, the schema the order of headings by `x-sections`;
    keys that the schema doesn't know come last, under "Other keys".
    """
    fields = read_root_fields(schema, tree, metadata)
    titles = {field.pointer: _title(field) for field in fields}
    # Headings without fields come along: they may have something unused to explain.
    first = ["General"] if "General" in titles.values() and "x-sections" not in schema else []
    order = dict.fromkeys([*schema.get("x-sections", first), *titles.values()])
    ids = _name_ids(order)
    sections = (
        Section(
            ids[title],
            title,
            tuple(field for field in fields if titles[field.pointer] == title),
            tuple(_explain_unused(schema, tree, title)),
        )
        for title in order
    )
    return tuple(section for section in sections if section.fields or section.unused)


def read_root_fields(schema: Schema, tree: Any, metadata: FieldMetadata) -> tuple[Field, ...]:
    """The fields of a whole document: one per key if it is a plain object, else a single one."""
    is_object = isinstance(tree, dict) and find_kind(schema, tree) == "group"
    if is_object or shows_all_keys(schema):
        return read_object_fields(read_union(schema).schema, tree, "", "", metadata)
    # A document without a schema is an object with only custom keys.
    if not schema and isinstance(tree, dict):
        return read_object_fields(schema, tree, "", "", metadata)
    whole = read_field("", schema, tree, "", "", metadata, required=True)
    # It has no key to use as a label.
    return (replace(whole, label=_("Body")) if whole.label == '""' else whole,)


def find_field(schema: Schema, tree: Any, metadata: FieldMetadata, pointer: str) -> Field | None:
    """The field for the value at a pointer, with its nested fields; None if there is none.

    Nothing else is read, so the cost doesn't depend on the document's length.
    """
    focused = replace(metadata, focus=pointer)
    return find_within(read_root_fields(schema, tree, focused), pointer)


def _explain_unused(schema: Schema, tree: Any, title: str) -> Iterator[str]:
    """Messages for the parts under this heading that the chosen branch leaves unread."""
    # Without them a whole section would vanish after a click somewhere else.
    values = tree if isinstance(tree, dict) else {}
    branch = chosen_branch(read_branches(schema, values))
    for key, part in schema.get("properties", {}).items():
        if (
            part.get("x-section") == title
            and key not in values
            and ignores_part(schema, branch, key)
        ):
            words = {"name": part.get("title", key), "branch": branch.title if branch else ""}
            yield _(
                "With %(branch)s, the API ignores the %(name)s, so it isn't sent. "
                "Your values come back when you choose another option."
            ) % {key: word.lower() for key, word in words.items()}


def _title(field: Field) -> str:
    if not field.known:
        return "Other keys"
    # A wide widget needs a heading, so it never joins the fields under "General". The same
    # applies to a part of the document with many fields.
    if field.kind in WIDE or (field.is_container and not field.is_drawn_with_all_keys):
        return str(field.schema.get("x-section") or field.label)
    return str(field.schema.get("x-section") or "General")


def _name_ids(titles: Iterable[str]) -> dict[str, str]:
    """A unique id for each heading."""
    ids: dict[str, str] = {}
    for title in titles:
        slug = plain = "".join(char if char.isalnum() else "-" for char in title.lower())
        number = 2
        while slug in ids.values() or slug in OTHER_IDS:
            slug, number = f"{plain}-{number}", number + 1
        ids[title] = slug
    return ids
