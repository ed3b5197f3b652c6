"""What is wrong with a mapping, in sentences, before any row is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from playground.batches.documents import Builder, list_item_columns, list_row_columns
from playground.batches.mapping import MOST_ROWS, ColumnMapping, Mapping
from playground.batches.row_texts import ColumnNumbers, read_row_text
from playground.drafts.incomplete import EDITOR, text_at
from playground.drafts.states import State
from playground.importers.credentials import is_secret_pointer
from playground.jsontext import pointers
from playground.jsontext.edits import PointerNotFound, set_value
from playground.jsontext.parsing import try_parse
from playground.jsontext.pointers import pointer_at
from playground.jsontext.resolving import find_strings
from playground.openapi.operations import Operation
from playground.openapi.parameters import find_parameter_key
from playground.rules.context import Schema
from playground.rules.wording import abbreviate

COLLECTING = ("all", "chunks", "key")


def validate_mapping(
    mapping: Mapping, columns: Sequence[str], operation: Operation, state: State
) -> list[str]:
    """Messages about everything that keeps requests from being built; none if it is valid."""
    schema = operation.find_body_schema(state.metadata.media_type)
    if schema is not None and (message := _check_payload(state)):
        return [message]
    found = [
        *_check_columns(mapping, columns),
        *_check_overlaps(mapping, columns),
        *_check_items(mapping, columns, operation, state),
    ]
    for each in mapping.columns:
        if each.pointer and not found:
            found += _check_pointer(each, mapping, columns, operation, state)
    if not found and schema is not None:
        found += _check_references(columns, schema, state.text)
    if not found and not _uses_columns(mapping, columns, operation, state):
        found.append(
            _("No column is used, so all requests would be the same. Choose a field for a column.")
        )
    return found


def _check_payload(state: State) -> str:
    if EDITOR in state.metadata.incomplete:
        return _("The JSON editor has unfinished input. Finish it in the payload first.")
    parsed = try_parse(state.text or "{}")
    if parsed is None or not isinstance(parsed[0], dict):
        return _("The payload isn't a JSON object. Correct it first.")
    return ""


def _check_references(columns: Sequence[str], schema: Schema, text: str) -> Iterator[str]:
    """Credentials that rows would fill: they would be in the history as they are."""
    titles = ColumnNumbers(columns)
    for start, end in find_strings(text):
        pointer = pointer_at(text, start + 1)
        if read_row_text(text[start:end], titles) and is_secret_pointer(schema, pointer):
            message = _("%(place)s is a credential, which a file can't fill. Save it as a secret.")
            yield message % {"place": pointer}


def _uses_columns(
    mapping: Mapping, columns: Sequence[str], operation: Operation, state: State
) -> bool:
    return any(each.pointer for each in mapping.columns) or bool(
        list_row_columns(operation, state, columns)
    )


def _name(columns: Sequence[str], index: int) -> str:
    return abbreviate(columns[index]) if index < len(columns) else str(index + 1)


def _check_columns(mapping: Mapping, columns: Sequence[str]) -> Iterator[str]:
    count = len(columns)
    for number in dict.fromkeys(each.column + 1 for each in mapping.columns):
        if number > count:
            message = _("There is no column %(number)s: the file has %(count)s columns.")
            yield message % {"number": number, "count": count}
    titles = {*mapping.unique, *([mapping.key] if mapping.group == "key" else ())}
    for title in sorted(titles - set(columns)):
        if title:
            yield _("The file has no column %(name)s.") % {"name": abbreviate(title)}
        else:
            yield _("Choose the column whose cells say which rows belong together.")
    if mapping.group == "chunks" and not 1 <= mapping.size <= MOST_ROWS:
        message = _("A request takes 1 to %(most)s rows.")
        yield message % {"most": f"{MOST_ROWS:,}"}


def _check_overlaps(mapping: Mapping, columns: Sequence[str]) -> Iterator[str]:
    filled: list[ColumnMapping] = []
    for each in mapping.columns:
        for other in filled if each.pointer else ():
            params = {
                "first": _name(columns, other.column),
                "second": _name(columns, each.column),
                "place": each.pointer,
            }
            if each.pointer == other.pointer:
                yield _("%(first)s and %(second)s both fill %(place)s. Choose one.") % params
            elif pointers.overlaps(each.pointer, other.pointer):
                message = _("%(first)s and %(second)s fill the same value at %(place)s.")
                yield message % params
        if each.pointer:
            filled.append(each)


def _fills_items(
    mapping: Mapping, columns: Sequence[str], operation: Operation, state: State
) -> bool:
    inside = State(text_at(state.text, mapping.items) or "[]")
    return bool(list_item_columns(mapping) or list_row_columns(operation, inside, columns))


def _check_items(
    mapping: Mapping, columns: Sequence[str], operation: Operation, state: State
) -> Iterator[str]:
    if not mapping.items:
        if mapping.group in COLLECTING:
            yield _("Choose the list of the payload that takes an entry per row.")
        return
    if operation.body_schema is None:
        yield _("This operation has no body, so it has no list for the rows.")
        return
    if not mapping.items.startswith("/"):
        message = _("%(place)s isn't a JSON Pointer. It must start with a slash.")
        yield message % {"place": abbreviate(mapping.items)}
        return
    text = state.text or "{}"
    current = text_at(text, mapping.items)
    if current and current != "null" and not current.startswith("["):
        yield _("%(place)s isn't a list, so it can't take the rows.") % {"place": mapping.items}
        return
    if mapping.group in COLLECTING and not _fills_items(mapping, columns, operation, state):
        message = _("No column fills an entry of %(place)s. Choose a field of its entries.")
        yield message % {"place": mapping.items}
    try:
        set_value(text, mapping.items, "[]")
    except PointerNotFound:
        yield _("The payload has no place for %(place)s.") % {"place": mapping.items}
    inside = list_item_columns(mapping)
    for each in mapping.columns:
        if not each.pointer or each in inside:
            continue
        if pointers.overlaps(each.pointer, mapping.items):
            message = _(
                "%(pointer)s is replaced by the entries of the rows. Use %(items)s/- instead."
            )
            yield message % {"pointer": each.pointer, "items": mapping.items}


def _check_pointer(
    each: ColumnMapping,
    mapping: Mapping,
    columns: Sequence[str],
    operation: Operation,
    state: State,
) -> Iterator[str]:
    pointer, name = each.pointer, _name(columns, each.column)
    params = {"name": name, "place": abbreviate(pointer, 80)}
    if (key := find_parameter_key(pointer)) is not None:
        if key not in {field.key for field in operation.parameters}:
            yield _("%(name)s: the address of this operation has no %(place)s.") % params
        return
    schema = operation.find_body_schema(state.metadata.media_type)
    if schema is None:
        yield _("%(name)s: this operation has no body, so it has no %(place)s.") % params
        return
    if state.metadata.is_body_left_out and not operation.body_required:
        message = _("%(name)s can't fill %(place)s: the payload leaves its body out.")
        yield message % params
        return
    if not pointer.startswith("/"):
        message = _("%(name)s: %(place)s isn't a JSON Pointer. It must start with a slash.")
        yield message % params
        return
    is_item = each in list_item_columns(mapping)
    if "-" in pointers.split(pointer) and not is_item:
        message = _("%(name)s: choose the list of %(place)s as the one that takes the rows.")
        yield message % params
        return
    plain = f"{mapping.items}/0{pointer[len(mapping.items) + 2 :]}" if is_item else pointer
    if is_secret_pointer(schema, plain):
        message = _(
            "%(name)s: %(place)s is a credential, which a file can't fill. Save it as a secret of "
            "the connection."
        )
        yield message % params
    elif not _can_be_filled(each, mapping, columns, operation, state):
        yield _("%(name)s: the payload has nothing that could contain %(place)s.") % params


def _can_be_filled(
    each: ColumnMapping,
    mapping: Mapping,
    columns: Sequence[str],
    operation: Operation,
    state: State,
) -> bool:
    """Whether the field exists or can be created, tried with this column alone."""
    alone = Mapping(columns=(each,), items=mapping.items)
    builder = Builder(operation, state, columns, alone)
    layouts = builder.inner if list_item_columns(alone) else builder.outer
    assert layouts is not None
    return 0 not in layouts.find("f".ljust(len(layouts.fields), "k")).unplaced
