"""What each kind of edit does to a draft: a state goes in, a new state comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from playground.drafts import half_typed
from playground.drafts.metadata import Metadata
from playground.drafts.variables import judge_variable
from playground.jsontext import edits, parsing, pointers, printing, splices
from playground.jsontext.merging import InvalidCells, paste_cells
from playground.jsontext.pointers import locate
from playground.workspace.connections import parse_typed


@dataclass(frozen=True)
class State:
    """All that an edit can change."""

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    path_values: Mapping[str, str] = field(default_factory=dict)
    connection: str = ""
    variant: str = ""


@dataclass(frozen=True)
class Edit:
    """What somebody did, at one place.

    `value` is JSON text where a value of the document is meant, plain text otherwise.
    `order` is the schema's order of keys, for a key that is new. `index` and `to` are
    places in an array. `parts` are further edits of a compound one. A `splice` of the JSON
    editor's text has its offset (in characters) as `index`, and what gave way as `removed`.
    """

    kind: str
    pointer: str = ""
    value: str = ""
    index: int = 0
    to: int = 0
    order: Sequence[str] = ()
    parts: Sequence[Edit] = ()
    removed: str = ""


class Impossible(ValueError):
    """The edit does not fit the draft as it is now; the sentence says why."""


def perform(state: State, edit: Edit) -> State:
    """The state after the edit. Raises Impossible, or JSONSyntaxError for a broken value."""
    if edit.kind not in KINDS:
        raise Impossible(f"Nobody knows the edit {edit.kind!r}.")
    try:
        after = KINDS[edit.kind](state, edit)
        if edit.kind in WRITING:
            return after
        followed = half_typed.follow_document(state.text, after.text, after.metadata)
        return replace(after, metadata=followed)
    except half_typed.Overlapping as half:
        raise Impossible(str(half)) from half
    except edits.PointerNotFound as missing:
        raise Impossible("That place is gone. Reload to see the draft as it is now.") from missing
    except edits.KeyExists as taken:
        raise Impossible(str(taken)) from taken


def place_of(state: State, edit: Edit) -> str:
    """The pointer an edit touches: for elements of an array the array, as indices shift."""
    if edit.kind in ("path", "connect", "variable"):
        return f"#{edit.kind}/{edit.pointer}"
    if edit.kind in ("replace", "all", "write"):
        return ""
    if edit.kind == "splice":
        return half_typed.place_in(
            half_typed.read_editor(state.text, state.metadata), _splice_of(edit)
        )
    if edit.kind in ("remove", "off", "on", "away", "back"):
        above = pointers.parent(edit.pointer)
        return above if text_at(state.text, above)[:1] == "[" else edit.pointer
    return edit.pointer


def text_at(text: str, pointer: str) -> str:
    """The JSON text of a value; empty where there is none."""
    span = locate(text, pointer)
    return text[span.start : span.end] if span else ""


def value_at(state: State, edit: Edit) -> str:
    """What stands where the edit goes: JSON text, or what was typed beside the document."""
    if edit.kind == "path":
        return state.path_values.get(edit.pointer, "")
    if edit.kind == "variable":
        return state.metadata.variables.get(edit.pointer, "")
    return "" if edit.kind == "connect" else text_at(state.text, edit.pointer)


def _set(state: State, edit: Edit) -> State:
    parsing.parse(edit.value)
    splice = edits.set_value(state.text, edit.pointer, edit.value, edit.order)
    metadata = state.metadata.put("off", edit.pointer, None).put("half", edit.pointer, None)
    return replace(state, text=splices.apply(state.text, splice), metadata=metadata)


def _half(state: State, edit: Edit) -> State:
    if edit.pointer == half_typed.EDITOR:
        raise Impossible("That is no JSON yet. The whole payload is typed in the JSON editor.")
    return replace(state, metadata=state.metadata.put("half", edit.pointer, edit.value))


def _remove(state: State, edit: Edit) -> State:
    """Take a key or an element away; nothing there is no error (pressed twice)."""
    if locate(state.text, edit.pointer) is None:
        return replace(state, metadata=state.metadata.put("half", edit.pointer, None))
    text = splices.apply(state.text, edits.remove_value(state.text, edit.pointer))
    above, last = pointers.parent(edit.pointer), pointers.split(edit.pointer)[-1]
    if text_at(state.text, above)[:1] != "[":
        return replace(state, text=text, metadata=state.metadata.put("half", edit.pointer, None))
    gone = int(last)
    return replace(state, text=text, metadata=state.metadata.reorder(above, _closing_gap(gone)))


def _closing_gap(gone: int) -> Callable[[int], int | None]:
    return lambda index: None if index == gone else index - (index > gone)


def _off(state: State, edit: Edit) -> State:
    kept = text_at(state.text, edit.pointer)
    if not kept:
        return state
    removed = _remove(state, edit)
    return replace(removed, metadata=removed.metadata.put("off", edit.pointer, kept))


def _on(state: State, edit: Edit) -> State:
    if text_at(state.text, edit.pointer):
        return state
    return _set(state, replace(edit, value=state.metadata.off.get(edit.pointer) or edit.value))


def _away(state: State, edit: Edit) -> State:
    """Put a value away that belongs to another way than the chosen one, with what is
    half-typed there."""
    kept, half = text_at(state.text, edit.pointer), state.metadata.half.get(edit.pointer)
    if not kept:
        return state
    removed = _remove(state, edit)
    metadata = removed.metadata.put("away", edit.pointer, kept).put("half", edit.pointer, half)
    return replace(removed, metadata=metadata)


def _back(state: State, edit: Edit) -> State:
    """Bring back what was put away, else begin with `value`, else leave it out."""
    kept, half = state.metadata.away.get(edit.pointer), state.metadata.half.get(edit.pointer)
    if text_at(state.text, edit.pointer) or not (kept or edit.value):
        return state
    metadata = state.metadata.put("away", edit.pointer, None)
    after = _set(replace(state, metadata=metadata), replace(edit, value=kept or edit.value))
    return replace(after, metadata=after.metadata.put("half", edit.pointer, half))


def _insert(state: State, edit: Edit) -> State:
    parsing.parse(edit.value)
    if not text_at(state.text, edit.pointer):
        state = _set(state, replace(edit, value="[]"))
    splice = edits.insert_item(state.text, edit.pointer, edit.index, edit.value)
    metadata = state.metadata.reorder(edit.pointer, lambda index: index + (index >= edit.index))
    return replace(state, text=splices.apply(state.text, splice), metadata=metadata)


def _duplicate(state: State, edit: Edit) -> State:
    """A copy below the original, with its metadata."""
    splice = edits.duplicate_item(state.text, edit.pointer, edit.index)
    moved = state.metadata.reorder(edit.pointer, lambda index: index + (index > edit.index))
    copied = moved.copy(f"{edit.pointer}/{edit.index}", f"{edit.pointer}/{edit.index + 1}")
    return replace(state, text=splices.apply(state.text, splice), metadata=copied)


def _move(state: State, edit: Edit) -> State:
    splice = edits.move_item(state.text, edit.pointer, edit.index, edit.to)
    moved = partial(_moved, start=edit.index, end=edit.to)
    metadata = state.metadata.reorder(edit.pointer, moved)
    return replace(state, text=splices.apply(state.text, splice), metadata=metadata)


def _moved(index: int, start: int, end: int) -> int:
    if index == start:
        return end
    if start < index <= end:
        return index - 1
    if end <= index < start:
        return index + 1
    return index


def _rename(state: State, edit: Edit) -> State:
    new = pointers.child(pointers.parent(edit.pointer), edit.value)
    splice = edits.rename_key(state.text, edit.pointer, edit.value)
    metadata = state.metadata.rename(edit.pointer, new)
    return replace(state, text=splices.apply(state.text, splice), metadata=metadata)


def _note(state: State, edit: Edit) -> State:
    return replace(state, metadata=state.metadata.put("notes", edit.pointer, edit.value or None))


def _variable(state: State, edit: Edit) -> State:
    """One of the payload's own variables: `pointer` is its name; nothing typed takes it away."""
    if not edit.value.strip():
        return replace(state, metadata=state.metadata.put("variables", edit.pointer, None))
    value = parse_typed(edit.value)
    if sentence := judge_variable(state.metadata, edit.pointer, value):
        raise Impossible(sentence)
    return replace(state, metadata=state.metadata.put("variables", edit.pointer, value))


def _replace(state: State, edit: Edit) -> State:
    parsing.parse(edit.value)
    metadata = state.metadata.put("half", half_typed.EDITOR, None)
    return replace(state, text=printing.ensure_formatted(edit.value), metadata=metadata)


def _splice(state: State, edit: Edit) -> State:
    """A change of the JSON editor's text, which may be half-typed before and after."""
    shown = half_typed.read_editor(state.text, state.metadata)
    try:
        shown = splices.apply(shown, _splice_of(edit))
    except ValueError:
        raise Impossible("The editor shows an older text. Reload to see it as it is.") from None
    return _write(state, replace(edit, value=shown))


def _splice_of(edit: Edit) -> splices.Splice:
    return splices.Splice(edit.index, edit.removed, edit.value)


def _write(state: State, edit: Edit) -> State:
    """The JSON editor's whole text."""
    text, metadata = half_typed.write_editor(state.text, state.metadata, edit.value)
    return replace(state, text=text, metadata=metadata)


def _format(state: State, edit: Edit) -> State:
    return replace(state, text=printing.format_json(state.text))


def _path(state: State, edit: Edit) -> State:
    return replace(state, path_values={**state.path_values, edit.pointer: edit.value})


def _connect(state: State, edit: Edit) -> State:
    return replace(state, connection=edit.value)


def _all(state: State, edit: Edit) -> State:
    for part in edit.parts:
        state = perform(state, part)
    return state


def _paste(state: State, edit: Edit) -> State:
    """Cells into rows from `index` on, see `blocks`."""
    if not text_at(state.text, edit.pointer):
        state = _set(state, replace(edit, value="[]"))
    try:
        splice = paste_cells(state.text, edit.pointer, edit.index, edit.value)
        return replace(state, text=splices.apply(state.text, splice))
    except InvalidCells as reason:
        raise Impossible(str(reason)) from None


KINDS: dict[str, Callable[[State, Edit], State]] = {
    "set": _set,
    "half": _half,
    "remove": _remove,
    "off": _off,
    "on": _on,
    "away": _away,
    "back": _back,
    "insert": _insert,
    "duplicate": _duplicate,
    "move": _move,
    "rename": _rename,
    "note": _note,
    "variable": _variable,
    "replace": _replace,
    "splice": _splice,
    "write": _write,
    "format": _format,
    "path": _path,
    "connect": _connect,
    "paste": _paste,
    "all": _all,
}
# These bring the half-typed text along themselves.
WRITING = frozenset({"splice", "write", "replace", "all"})
