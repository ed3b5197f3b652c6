"""The change log: how changes are stored and undone, and how later edits rebase on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.drafts.incomplete import (
    EDITOR,
    editor_splice,
    editor_text,
    pointer_of_splice,
    put_editor_splice,
    text_at,
)
from playground.drafts.metadata import STORED_AS, Metadata
from playground.drafts.states import LEAVE_OUT, SEND, Edit, Edited, State
from playground.jsontext import pointers
from playground.jsontext.splices import NO_CHANGE, Splice, apply, combine

Detail = Mapping[str, Any]


def describe_change(before: State, after: State, splice: Splice) -> dict[str, Any]:
    """What to store of a change, as JSON: small, and enough to undo and redo it.

    `text` and `shown` are the splices of the document and, while that has incomplete input, of
    the JSON editor's text: `[offset, removed, inserted]`. `metadata` has the old and the new
    value of each entry, by the key of its map and its pointer. `path`, `media_type`, `body`,
    `connection` and `variant` are pairs of the old and the new value.
    """
    detail: dict[str, Any] = {}
    if splice.changes:
        detail["text"] = _to_list(splice)
    if entries := _changed_entries(before.metadata, after.metadata):
        detail["metadata"] = entries
    # Otherwise the editor shows the document, and `text` covers both.
    if EDITOR in before.metadata.incomplete or EDITOR in after.metadata.incomplete:
        # From the editor's old text to the old document, the new one, and the editor's new text.
        shown = [
            editor_splice(before.text, before.metadata).inverse(),
            splice,
            editor_splice(after.text, after.metadata),
        ]
        detail["shown"] = _to_list(combine(editor_text(before.text, before.metadata), shown))
    if before.path_values != after.path_values:
        detail["path"] = [dict(before.path_values), dict(after.path_values)]
    if before.metadata.media_type != after.metadata.media_type:
        detail["media_type"] = [before.metadata.media_type, after.metadata.media_type]
    if before.metadata.is_body_left_out != after.metadata.is_body_left_out:
        detail["body"] = [before.metadata.is_body_left_out, after.metadata.is_body_left_out]
    if before.connection != after.connection:
        detail["connection"] = [before.connection, after.connection]
    if before.variant != after.variant:
        detail["variant"] = [before.variant, after.variant]
    return detail


def replay(state: State, detail: Detail, *, undo: bool) -> Edited:
    """The state with a change undone, or made again, and the splice of its document."""
    side = 0 if undo else 1
    splice = _read_splice(detail.get("text"), undo)
    metadata = state.metadata
    if "aside" in detail:  # stored by versions before December 2026: a splice of its JSON text
        metadata = Metadata.read(apply(metadata.write(), _read_splice(detail["aside"], undo)))
    for name, key in STORED_AS.items():
        for pointer, values in detail.get("metadata", {}).get(key, {}).items():
            metadata = metadata.put(name, pointer, values[side])
    if "shown" in detail and "aside" not in detail:
        metadata = _replay_editor(state, metadata, splice, _read_splice(detail["shown"], undo))
    if "media_type" in detail:
        metadata = replace(metadata, media_type=detail["media_type"][side])
    if "body" in detail:
        metadata = replace(metadata, is_body_left_out=detail["body"][side])
    after = State(
        apply(state.text, splice),
        metadata,
        detail["path"][side] if "path" in detail else state.path_values,
        detail["connection"][side] if "connection" in detail else state.connection,
        detail["variant"][side] if "variant" in detail else state.variant,
    )
    return after, splice


def editor_splice_of(detail: Detail) -> Splice:
    """What a change did to the JSON editor's text."""
    return _read_splice(detail.get("shown") or detail.get("text"))


def changes_more_than_text(detail: Detail) -> bool:
    """Whether a change touched the metadata, the path values or the connection."""
    keys = ("metadata", "aside", "path", "media_type", "body", "connection")
    return any(key in detail for key in keys)


def pointer_of(state: State, edit: Edit) -> str:
    """The pointer that an edit touches, by which edits of several tabs conflict."""
    if edit.kind in ("path", "connect", "variable", "media-type", "body"):
        return f"#{edit.kind}/{edit.pointer}"
    if edit.kind == "leave-out":
        return f"#path/{edit.pointer}"
    if edit.kind in ("replace", "all", "write"):
        return ""
    if edit.kind == "splice":
        return pointer_of_splice(editor_text(state.text, state.metadata), edit.splice)
    if edit.kind in ("remove", "off", "on", "away", "back"):
        # Removing an item shifts the ones after it, so it touches the whole array.
        parent = pointers.parent(edit.pointer)
        return parent if text_at(state.text, parent)[:1] == "[" else edit.pointer
    return edit.pointer


def value_at(state: State, edit: Edit) -> str:
    """The value that an edit would replace: JSON text, or plain text outside the document."""
    if edit.kind in ("path", "leave-out"):
        return state.path_values.get(edit.pointer, "")
    if edit.kind == "media-type":
        return state.metadata.media_type
    if edit.kind == "body":
        return LEAVE_OUT if state.metadata.is_body_left_out else SEND
    if edit.kind == "variable":
        return state.metadata.variables.get(edit.pointer, "")
    return "" if edit.kind == "connect" else text_at(state.text, edit.pointer)


@dataclass(frozen=True)
class Rebased:
    """An edit of the JSON editor's text, moved to where it belongs now.

    `overlaps` tells that others changed the same text since. `yours` is the whole text as the
    person meant it.
    """

    edit: Edit
    pointer: str
    overlaps: bool
    yours: str


def rebase(state: State, edit: Edit, details: Iterable[Detail]) -> Rebased:
    """Rebase an edit of the kind `splice` on changes made since its revision, oldest first.

    Raises ValueError when the text isn't the one that the edit was made for.
    """
    # The text that the person saw isn't stored: it is rebuilt by reverting the changes.
    later = [splice for each in details if (splice := editor_splice_of(each)).changes]
    old = editor_text(state.text, state.metadata)
    for splice in reversed(later):
        old = apply(old, splice.inverse())
    mine, overlaps = edit.splice, False
    yours = apply(old, mine)
    pointer = pointer_of_splice(old, mine)
    for theirs in later:
        if theirs.offset + len(theirs.removed) <= mine.offset:
            shift = len(theirs.inserted) - len(theirs.removed)
            mine = replace(mine, offset=mine.offset + shift)
        # Two insertions at the same offset overlap as well: their order is ambiguous.
        elif theirs.offset <= mine.offset or theirs.offset < mine.offset + len(mine.removed):
            overlaps = True
    return Rebased(replace(edit, index=mine.offset), pointer, overlaps, yours)


def _changed_entries(before: Metadata, after: Metadata) -> dict[str, dict[str, Any]]:
    """Old and new value of each entry that differs; None for a missing one."""
    if before is after:
        return {}
    changed: dict[str, dict[str, Any]] = {}
    for name, key in STORED_AS.items():
        old, new = getattr(before, name), getattr(after, name)
        found = {
            pointer: [old.get(pointer), new.get(pointer)]
            for pointer in {**old, **new}
            if old.get(pointer) != new.get(pointer)
        }
        # The editor's entry may be long. It follows from the splices of its text.
        if name == "incomplete":
            found.pop(EDITOR, None)
        if found:
            changed[key] = found
    return changed


def _replay_editor(state: State, metadata: Metadata, text: Splice, shown: Splice) -> Metadata:
    """The metadata with what the editor's text differs by, once both splices are made."""
    steps = [text.inverse(), editor_splice(state.text, state.metadata), shown]
    pending = combine(apply(state.text, text), steps)
    return put_editor_splice(metadata, pending)


def _to_list(splice: Splice) -> list[Any]:
    return [splice.offset, splice.removed, splice.inserted]


def _read_splice(stored: list[Any] | None, inverse: bool = False) -> Splice:
    splice = Splice(*stored) if stored else NO_CHANGE
    return splice.inverse() if inverse else splice
