"""Read fields: one for each value of a document, based on its schema and the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.forms.branches import (
    NO_BRANCH,
    Branch,
    chosen_branch,
    mode_property,
    read_branches,
    unused_keys,
)
from playground.forms.choices import list_choices, list_items
from playground.forms.containers import is_open, read_cards, read_entries, read_union_fields
from playground.forms.field import ChosenFile, Field, FieldMetadata
from playground.forms.kinds import (
    ABSENT,
    PICKERS,
    find_kind,
    format_value,
    is_text_list,
    kind_by_value,
    start_value,
)
from playground.forms.previews import preview_value
from playground.forms.schemas import (
    CONTAINERS,
    GROUPS,
    Schema,
    allows_custom_keys,
    is_forbidden,
    is_nullable,
    list_members,
    list_required,
    member_schema,
    open_schema,
    shows_all_keys,
)
from playground.forms.unions import Union, read_union
from playground.jsontext import parsing, pointers, printing
from playground.jsontext.references import FILE_REFERENCE

TEXT_LIST: Schema = {"type": "array", "items": {"type": "string"}}
# With one or two examples a placeholder is enough; more are worth a list to pick from.
MANY_EXAMPLES = 3
DEEPEST_DRAWN = 4


def read_field(
    key: str,
    schema: Schema,
    value: Any,
    pointer: str,
    at: str,
    metadata: FieldMetadata,
    *,
    required: bool = False,
    known: bool = True,
) -> Field:
    """The field for one key of an object; `value` is a tree with NumberToken, or ABSENT."""
    switched_off = metadata.off.get(pointer)
    stored = ABSENT if switched_off is None else parsing.parse(switched_off)
    # A value that is switched off is shown as it was, only greyed out.
    shown = stored if value is ABSENT else value
    kind, union = find_kind(schema, shown), read_union(schema)
    plain = schema if union.alternatives or "x-widget" in schema else union.schema
    examples = plain.get("examples") or []
    first = next(iter(examples), None)
    field = Field(
        pointer=pointer,
        at=at,
        key=key,
        kind=kind,
        label=_label(key, schema, plain),
        help=str(schema.get("description", "") or plain.get("description", "")),
        required=required,
        known=known,
        default=printing.dump(schema["default"]) if "default" in schema else None,
        start=printing.dump(start_value(schema)),
        unit=str(schema.get("x-unit", "")),
        summary=str(schema.get("x-summary", "")),
        example=str(first) if isinstance(first, str | int | float) else "",
        choices=list_choices(plain),
        state=_state(value, stored),
        text=metadata.incomplete.get(pointer) or _text_of(shown, kind, plain),
        note=metadata.notes.get(pointer, ""),
        schema=plain,
        value_kind="" if value is ABSENT else kind_by_value(value),
        suggestions=_suggestions(examples) if kind == "text" else (),
        picker=PICKERS.get(str(plain.get("format", "")), "") if kind == "text" else "",
        deprecated=bool(schema.get("deprecated")),
        file=_find_file(shown, metadata) if kind == "file" else None,
        listed=list_items(plain, shown) if kind == "choices" else (),
    )
    # Schemas may be recursive: absent values are opened only down to a fixed depth.
    shows_all = shows_all_keys(plain) and (value is not ABSENT or at.count("/") <= DEEPEST_DRAWN)
    if kind in GROUPS and (shows_all or kind == "key-value"):
        inner, branches = _inner_fields(plain, value, stored, pointer, at, metadata)
        return replace(field, fields=inner, branches=branches)
    if kind in CONTAINERS or kind in GROUPS:
        return _read_container(field, union, shown, metadata)
    return field


def _text_of(shown: Any, kind: str, schema: Schema) -> str:
    # Null may be one of the choices and is chosen like the others.
    is_choice = shown is None and kind == "choice" and is_nullable(schema)
    return "null" if is_choice else format_value(shown, kind)


def _find_file(value: Any, metadata: FieldMetadata) -> ChosenFile | None:
    """The file, if the value is just a reference to one that the person can open."""
    found = FILE_REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return metadata.files.get(found[1]) if found else None


def _label(key: str, schema: Schema, plain: Schema) -> str:
    # The title of a shared schema says less than the key.
    own = "" if getattr(schema, "ref_name", "") else schema.get("title", "")
    inner = "" if getattr(plain, "ref_name", "") or plain is schema else plain.get("title", "")
    return str(own or inner) or key or '""'


def _read_container(field: Field, union: Union, shown: Any, metadata: FieldMetadata) -> Field:
    """The field with its nested fields, unless it is collapsed or has no value."""
    is_there = shown is not ABSENT and shown is not None
    tree = shown if is_there else None
    field = replace(field, tree=tree, is_open=is_open(field.pointer, metadata))
    if field.kind == "union":
        return read_union_fields(field, union, shown, metadata, read_field)
    if not field.is_open:
        return replace(field, preview=preview_value(shown))
    if not is_there or field.kind == "table":
        return field
    if field.kind == "cards":
        return replace(field, fields=read_cards(field, metadata, read_field))
    if field.kind == "map":
        return replace(field, fields=read_entries(field, metadata, read_field))
    inner = read_object_fields(field.schema, tree, field.pointer, field.at, metadata)
    return replace(field, fields=inner, is_addable=is_addable(field.schema, inner))


def is_addable(schema: Schema, fields: tuple[Field, ...]) -> bool:
    """Whether keys can be added to an object with these fields."""
    if shows_all_keys(schema) or any(each.pointer == "" for each in fields):
        return False
    drawn = {each.key for each in fields}
    return allows_custom_keys(schema) or any(key not in drawn for key in list_addable(schema))


def list_addable(schema: Schema) -> dict[str, Schema]:
    """The keys allowed in a request, in schema order."""
    return {
        key: part
        for key, part in list_members(schema).items()
        if not part.get("readOnly") and not is_forbidden(part)
    }


def read_object_fields(
    schema: Schema, tree: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[Field, ...]:
    """A field for each key of an object: those of its schema in the schema's order, then those
    that only the document has. Where the schema doesn't say otherwise, required keys come first,
    and optional ones only if the document has them."""
    members = list_members(schema)
    values = tree if isinstance(tree, dict) else {}
    branches = read_branches(schema, values)
    branch = chosen_branch(branches)
    required = {*list_required(schema, values), *(branch.fields if branch else ())}
    shows_all = shows_all_keys(schema)
    fields = [
        read_field(
            key,
            _schema_of(schema, members, key, shows_all),
            values.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            metadata,
            required=key in required,
            known=key in members,
        )
        for key in list_keys(schema, values, pointer, metadata, branches)
        if _is_in_focus(pointers.child(pointer, key), metadata.focus)
    ]
    chooser = mode_property(schema)
    if chooser:
        # Only the default mode may be left out: any other has to be named to count.
        fixed = branch is not None and branch.value != schema["x-modes"]["default"]
        fields = [
            replace(f, kind="branches", branches=branches, required=fixed)
            if f.key == chooser
            else f
            for f in fields
        ]
    return tuple(fields)


def _schema_of(schema: Schema, members: Mapping[str, Schema], key: str, shows_all: bool) -> Schema:
    if key not in members:
        return member_schema(schema, key)
    return members[key] if shows_all else open_schema(members[key])


def _is_in_focus(pointer: str, focus: str) -> bool:
    """Whether to read a field: all without a focus, else those above and below it."""
    return not focus or pointers.overlaps(pointer, focus)


def list_keys(
    schema: Schema,
    values: Mapping[str, Any],
    pointer: str,
    metadata: FieldMetadata,
    branches: tuple[Branch, ...],
) -> list[str]:
    """The keys of an object that have a field; `branches` are those of its schema."""
    known, unused = list(list_members(schema)), unused_keys(schema, branches)
    extra = _keys_below(metadata.off, pointer)
    if not shows_all_keys(schema):
        required = set(list_required(schema, values))
        needed = [key for key in list_addable(schema) if key in required]
        known = [*needed, *(key for key in known if key in values)]
        extra += _keys_below(metadata.notes, pointer) + _keys_below(metadata.incomplete, pointer)
        # A field that isn't drawn yet can be read on its own, to add it.
        if metadata.focus.startswith(pointer + "/"):
            focused = pointers.split(metadata.focus[len(pointer) :])[0]
            extra += [focused] if focused in list_addable(schema) else []
    # A key of another branch is hidden, unless it is in the document: what is sent is shown.
    return [
        key
        for key in dict.fromkeys([*known, *values, *extra])
        if key in values or key not in unused
    ]


def _suggestions(examples: list[Any]) -> tuple[str, ...]:
    texts = [each for each in examples if isinstance(each, str)]
    return tuple(texts) if len(texts) >= MANY_EXAMPLES else ()


def _state(value: Any, stored: Any) -> str:
    if value is None:
        return "null"
    if value is not ABSENT:
        return "sent"
    return "absent" if stored is ABSENT else "off"


def _keys_below(entries: Mapping[str, str], pointer: str) -> list[str]:
    """The keys directly below an object that have an entry, such as a value that is off."""
    below = [pointers.split(p[len(pointer) :]) for p in entries if p.startswith(pointer + "/")]
    return [segments[0] for segments in below if len(segments) == 1]


def _inner_fields(
    schema: Schema, value: Any, stored: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[tuple[Field, ...], tuple[Branch, ...]]:
    """The fields of a group; one that isn't sent shows what switching it on would send."""
    tree: Any = next((each for each in (value, stored) if isinstance(each, dict)), None)
    if tree is None:
        tree = parsing.parse(printing.dump(start_value(schema)))
    if schema.get("x-widget") == "key-value" and not schema.get("properties"):
        return _read_pairs(schema, tree, pointer, at, metadata), ()
    branches = read_branches(schema, tree) if "x-one-of" in schema else ()
    if branches and value is ABSENT:
        branches = tuple(replace(each, is_chosen=False) for each in branches)
    none = (Branch(NO_BRANCH, (), None, value is ABSENT),) if branches else ()
    return read_object_fields(schema, tree, pointer, at, metadata), (*none, *branches)


def _read_pairs(
    schema: Schema, tree: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[Field, ...]:
    """Custom keys; each is edited as what it contains: text, a list of texts, else JSON."""
    found = (
        read_field(
            key,
            TEXT_LIST if is_text_list(tree.get(key)) else {},
            tree.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            metadata,
        )
        for key in dict.fromkeys([*tree, *_keys_below(metadata.off, pointer)])
    )
    name = str(schema.get("x-read-as", ""))
    return tuple(replace(each, read_as=name.replace("KEY", each.key)) for each in found)
