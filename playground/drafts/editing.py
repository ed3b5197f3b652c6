"""Edits: how each kind changes a draft's state, and the resulting splice of the document.

`perform(state, edit) -> (state, splice)`. Callers that need to know what changed, such as the
change log and the page, get the splice and never compare texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playground.drafts.incomplete import (
    EDITOR,
    EditorOverlap,
    editor_text,
    follow_document,
    splice_editor,
    text_at,
)
from playground.drafts.metadata import Metadata, check_variable
from playground.drafts.states import LEAVE_OUT, Edit, Edited, InvalidEdit, State
from playground.jsontext import edits, pointers, printing
from playground.jsontext.merging import InvalidCells, paste_cells
from playground.jsontext.parsing import parse
from playground.jsontext.splices import NO_CHANGE, Splice, apply, combine, difference, replacement
from playground.workspace.connections import parse_typed


def perform(state: State, edit: Edit) -> Edited:
    """The state after the edit, and its splice of the document (NO_CHANGE for none).

    Raises InvalidEdit, or JSONSyntaxError for a value that isn't JSON.
    """
    if edit.kind not in KINDS:
        raise InvalidEdit(f"There is no edit of the kind {edit.kind!r}.")
    try:
        after, splice = KINDS[edit.kind](state, edit)
        if EDITOR in after.metadata.incomplete and edit.kind not in EDITOR_KINDS:
            after = replace(after, metadata=follow_document(after.metadata, splice))
        return after, splice
    except edits.PointerNotFound as missing:
        message = "This value no longer exists. Reload to see the current draft."
        raise InvalidEdit(message) from missing
    except (EditorOverlap, edits.KeyExists, InvalidCells) as refused:
        raise InvalidEdit(str(refused)) from refused


def _splice_state(state: State, splice: Splice, metadata: Metadata | None = None) -> Edited:
    """The state with its document spliced and, if given, other metadata."""
    metadata = metadata or state.metadata
    return replace(state, text=apply(state.text, splice), metadata=metadata), splice


def _set(state: State, edit: Edit) -> Edited:
    splice = edits.set_value(state.text, edit.pointer, edit.value, edit.order)
    # An existing value can't be switched off or incomplete at the same time.
    metadata = state.metadata.put("off", edit.pointer, None)
    return _splice_state(state, splice, metadata.put("incomplete", edit.pointer, None))


def _keep_incomplete(state: State, edit: Edit) -> Edited:
    # The empty pointer would overwrite the JSON editor's text.
    if edit.pointer == EDITOR:
        raise InvalidEdit("This isn't JSON yet. Use the JSON editor to type a whole payload.")
    metadata = state.metadata.put("incomplete", edit.pointer, edit.value)
    return replace(state, metadata=metadata), NO_CHANGE


def _remove(state: State, edit: Edit) -> Edited:
    """Remove a member or an item; a value that is gone already is no error (pressed twice)."""
    without = state.metadata.put("incomplete", edit.pointer, None)
    if not text_at(state.text, edit.pointer):
        return replace(state, metadata=without), NO_CHANGE
    splice = edits.remove_value(state.text, edit.pointer)
    parent = pointers.parent(edit.pointer)
    if text_at(state.text, parent)[:1] != "[":
        return _splice_state(state, splice, without)
    # The items after it move up, and so do their entries.
    gone = int(pointers.last(edit.pointer))
    reordered = state.metadata.reorder(
        parent, lambda index: None if index == gone else index - (index > gone)
    )
    return _splice_state(state, splice, reordered)


def _switch_off(state: State, edit: Edit) -> Edited:
    if not (value := text_at(state.text, edit.pointer)):
        return state, NO_CHANGE
    after, splice = _remove(state, edit)
    return replace(after, metadata=after.metadata.put("off", edit.pointer, value)), splice


def _switch_on(state: State, edit: Edit) -> Edited:
    """Bring a value back that was switched off, or start with `value`."""
    if text_at(state.text, edit.pointer):
        return state, NO_CHANGE
    return _set(state, replace(edit, value=state.metadata.off.get(edit.pointer) or edit.value))


def _put_away(state: State, edit: Edit) -> Edited:
    """Put the value of a union branch away that is no longer chosen, with incomplete input."""
    if not (value := text_at(state.text, edit.pointer)):
        return state, NO_CHANGE
    after, splice = _remove(state, edit)
    typed = state.metadata.incomplete.get(edit.pointer)
    metadata = after.metadata.put("away", edit.pointer, value)
    return replace(after, metadata=metadata.put("incomplete", edit.pointer, typed)), splice


def _bring_back(state: State, edit: Edit) -> Edited:
    """Bring back the value of a union branch, or start with `value`; else leave it out."""
    value = state.metadata.away.get(edit.pointer) or edit.value
    if text_at(state.text, edit.pointer) or not value:
        return state, NO_CHANGE
    typed = state.metadata.incomplete.get(edit.pointer)
    without = replace(state, metadata=state.metadata.put("away", edit.pointer, None))
    after, splice = _set(without, replace(edit, value=value))
    return replace(after, metadata=after.metadata.put("incomplete", edit.pointer, typed)), splice


def _follow_branch(state: State, edit: Edit) -> Edited:
    """Set the value of a union's alternative aside, or restore its other entries."""
    if edit.kind == "take":
        return replace(state, metadata=state.metadata.take_branch(edit.pointer)), NO_CHANGE
    metadata = state.metadata.keep_branch(edit.pointer, edit.value)
    return replace(state, metadata=metadata), NO_CHANGE


def _insert(state: State, edit: Edit) -> Edited:
    """Insert an item, or paste cells into rows, from `index` on; a missing array is created."""
    with_array, made = state, NO_CHANGE
    if not text_at(state.text, edit.pointer):
        with_array, made = _set(state, replace(edit, value="[]"))
    # Cells replace rows from `index` on; only an inserted item shifts the rows after it.
    if edit.kind == "paste":
        splice = paste_cells(with_array.text, edit.pointer, edit.index, edit.value)
        after, splice = _splice_state(with_array, splice)
    else:
        splice = edits.insert_item(with_array.text, edit.pointer, edit.index, edit.value)
        metadata = with_array.metadata.reorder(
            edit.pointer, lambda index: index + (index >= edit.index)
        )
        after, splice = _splice_state(with_array, splice, metadata)
    return after, combine(state.text, [made, splice]) if made.changes else splice


def _duplicate(state: State, edit: Edit) -> Edited:
    """Insert a copy of an item after it, with its metadata."""
    splice = edits.duplicate_item(state.text, edit.pointer, edit.index)
    moved = state.metadata.reorder(edit.pointer, lambda index: index + (index > edit.index))
    copied = moved.copy(f"{edit.pointer}/{edit.index}", f"{edit.pointer}/{edit.index + 1}")
    return _splice_state(state, splice, copied)


def _move(state: State, edit: Edit) -> Edited:
    start, end = edit.index, edit.to

    def new_index(index: int) -> int:
        if index == start:
            return end
        return index - (start < index <= end) + (end <= index < start)

    splice = edits.move_item(state.text, edit.pointer, start, end)
    return _splice_state(state, splice, state.metadata.reorder(edit.pointer, new_index))


def _rename(state: State, edit: Edit) -> Edited:
    new = pointers.child(pointers.parent(edit.pointer), edit.value)
    splice = edits.rename_key(state.text, edit.pointer, edit.value)
    return _splice_state(state, splice, state.metadata.rename(edit.pointer, new))


def _note(state: State, edit: Edit) -> Edited:
    metadata = state.metadata.put("notes", edit.pointer, edit.value or None)
    return replace(state, metadata=metadata), NO_CHANGE


def _set_variable(state: State, edit: Edit) -> Edited:
    """Set one of the payload's own variables, whose name is `pointer`; empty removes it."""
    value = parse_typed(edit.value) if edit.value.strip() else None
    if value and (message := check_variable(state.metadata, edit.pointer, value)):
        raise InvalidEdit(message)
    metadata = state.metadata.put("variables", edit.pointer, value)
    return replace(state, metadata=metadata), NO_CHANGE


def _replace(state: State, edit: Edit) -> Edited:
    """Replace the whole document by one that somebody pasted."""
    parse(edit.value)
    splice = difference(state.text, printing.ensure_formatted(edit.value))
    return _splice_state(state, splice, state.metadata.put("incomplete", EDITOR, None))


def _splice(state: State, edit: Edit) -> Edited:
    """Change the JSON editor's text, which may be incomplete before and after."""
    try:
        splice, metadata = splice_editor(state.text, state.metadata, edit.splice)
    except ValueError:
        message = "The editor shows an older text. Reload to see the current draft."
        raise InvalidEdit(message) from None
    return _splice_state(state, splice, metadata)


def _write(state: State, edit: Edit) -> Edited:
    """Replace the JSON editor's whole text."""
    # Resolving a conflict sends the text that the person chose, without a splice.
    change = difference(editor_text(state.text, state.metadata), edit.value)
    splice, metadata = splice_editor(state.text, state.metadata, change)
    return _splice_state(state, splice, metadata)


def _format(state: State, edit: Edit) -> Edited:
    formatted = printing.format_json(state.text)
    return _splice_state(state, replacement(state.text, 0, len(state.text), formatted))


def _address(state: State, edit: Edit) -> Edited:
    """Change what is sent apart from the document: the target, parameters, the body's media
    type, and whether there is a body."""
    match edit.kind:
        case "connect":
            return replace(state, connection=edit.value), NO_CHANGE
        case "media-type":
            metadata = replace(state.metadata, media_type=edit.value)
            return replace(state, metadata=metadata), NO_CHANGE
        case "body":
            metadata = replace(state.metadata, is_body_left_out=edit.value == LEAVE_OUT)
            return replace(state, metadata=metadata), NO_CHANGE
    values = {**state.path_values, edit.pointer: edit.value}
    if edit.kind == "leave-out":
        values.pop(edit.pointer, None)  # pressed twice
    return replace(state, path_values=values), NO_CHANGE


def _perform_all(state: State, edit: Edit) -> Edited:
    after, made = state, []
    for part in edit.parts:
        after, splice = perform(after, part)
        made += [splice] if splice.changes else []
    return after, combine(state.text, made)


# The kinds are part of the HTTP interface and are stored in the variants of templates.
KINDS: dict[str, Callable[[State, Edit], Edited]] = {
    "set": _set,
    "half": _keep_incomplete,
    "remove": _remove,
    "off": _switch_off,
    "on": _switch_on,
    "away": _put_away,
    "back": _bring_back,
    "keep": _follow_branch,
    "take": _follow_branch,
    "insert": _insert,
    "duplicate": _duplicate,
    "move": _move,
    "rename": _rename,
    "note": _note,
    "variable": _set_variable,
    "replace": _replace,
    "splice": _splice,
    "write": _write,
    "format": _format,
    "path": _address,
    "leave-out": _address,
    "media-type": _address,
    "body": _address,
    "connect": _address,
    "paste": _insert,
    "all": _perform_all,
}
# These see to incomplete input in the JSON editor themselves.
EDITOR_KINDS = frozenset({"splice", "write", "replace", "all"})
