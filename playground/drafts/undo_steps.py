"""What a change of a draft is kept as: small, and enough to take it back or make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.drafts.editing import State
from playground.drafts.half_typed import read_editor
from playground.drafts.metadata import Metadata
from playground.jsontext.splices import Splice, apply, difference

Detail = Mapping[str, Any]


def describe_difference(before: State, after: State) -> dict[str, Any]:
    """What changed, small: a splice of the text, and both values of the rest."""
    detail: dict[str, Any] = {}
    if before.text != after.text:
        splice = difference(before.text, after.text)
        detail["text"] = [splice.offset, splice.removed, splice.inserted]
    if before.metadata != after.metadata:
        old, new = before.metadata.write(), after.metadata.write()
        splice = difference(old, new)
        detail["aside"] = [splice.offset, splice.removed, splice.inserted]
    if shown := _difference_shown(before, after):
        detail["shown"] = shown
    if before.path_values != after.path_values:
        detail["path"] = [dict(before.path_values), dict(after.path_values)]
    if before.connection != after.connection:
        detail["connection"] = [before.connection, after.connection]
    if before.variant != after.variant:
        detail["variant"] = [before.variant, after.variant]
    return detail


def turn_state(state: State, detail: Detail, back: bool) -> State:
    """The state with a change taken back, or made again."""
    side = 0 if back else 1
    text, metadata = state.text, state.metadata
    if "text" in detail:
        text = _spliced(text, detail["text"], back)
    if "aside" in detail:
        metadata = Metadata.read(_spliced(metadata.write(), detail["aside"], back))
    return State(
        text,
        metadata,
        detail["path"][side] if "path" in detail else state.path_values,
        detail["connection"][side] if "connection" in detail else state.connection,
        detail["variant"][side] if "variant" in detail else state.variant,
    )


def _spliced(text: str, kept: list[Any], back: bool) -> str:
    splice = Splice(*kept)
    return apply(text, splice.inverse() if back else splice)


def shown_splice(detail: Detail) -> Splice | None:
    """What a change did to the editor's text."""
    kept = detail.get("shown") or detail.get("text")
    return Splice(*kept) if kept else None


def _difference_shown(before: State, after: State) -> list[Any] | None:
    """What to keep of a change of the editor's text; None where the document's says it all."""
    if "" not in before.metadata.half and "" not in after.metadata.half:
        return None
    old, new = (read_editor(each.text, each.metadata) for each in (before, after))
    splice = difference(old, new)
    return [splice.offset, splice.removed, splice.inserted]
