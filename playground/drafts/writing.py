"""Drafts as they are written: the new state, and beside it the changes that led there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from playground.drafts.editing import State
from playground.drafts.models import Change, Draft
from playground.drafts.turns import Turn
from playground.drafts.undo_steps import Detail, describe_difference
from playground.people import rows

STEPS_KEPT = 100
FORGET_EVERY = 50  # revisions

# SQLite's own waiting sleeps; taking turns is far quicker.
_turn = Turn("writing")

_kinds = rows.Rows(Change, "draft_id", "revision", only=["kind"])
_CONTENT = ("text", "metadata", "path_values", "connection_id", "variant")


@dataclass(frozen=True)
class Made:
    """A change that was made and is not written yet: the draft after it, and what a `Change`
    keeps of it."""

    draft: Draft
    place: str
    tab: str
    step: str
    before: State
    after: State
    kind: str = "edit"

    @cached_property
    def detail(self) -> Detail:
        return describe_difference(self.before, self.after)

    def values(self) -> dict[str, object]:
        revision = self.draft.revision
        return {
            "draft_id": self.draft.id,
            "revision": revision,
            "pointer": self.place,
            "tab": self.tab,
            "undo_step": self.step or f"{self.tab}-{revision}",
            "kind": self.kind,
            "state": Change.State.DONE,
            "detail": json.dumps(self.detail),
            "made_at": self.draft.changed_at,
        }


def change_draft(draft: Draft, after: State) -> Draft:
    """The draft in another state, one revision later; nothing is written."""
    changed = rows.twin(draft)
    changed.text = after.text
    changed.metadata = after.metadata.write()
    changed.path_values = dict(after.path_values)
    changed.connection_id = uuid.UUID(after.connection) if after.connection else None
    changed.variant = after.variant
    changed.revision = draft.revision + 1
    changed.changed_at = timezone.now()
    return changed


def write_changes(draft: Draft, made: Sequence[Made], turned: Sequence[Change] = ()) -> bool:
    """Write what was made of a draft, in one go, unless somebody was quicker. `turned` are the
    changes that an undo or a redo took back or made again."""
    last, changes = made[-1], [each.values() for each in made]
    with _turn, transaction.atomic():
        if not _write(draft, last.draft):
            return False
        if last.kind == "edit" and _was_turned(draft):
            draft.changes.filter(state=Change.State.UNDONE).update(state=Change.State.DROPPED)
        if turned:
            state = Change.State.UNDONE if last.kind == "undo" else Change.State.DONE
            draft.changes.filter(id__in=[change.id for change in turned]).update(state=state)
        rows.insert(Change, *changes)
        if draft.revision // FORGET_EVERY < last.draft.revision // FORGET_EVERY:
            _forget_old(draft)
    return True


def _write(draft: Draft, after: Draft) -> bool:
    """One UPDATE of the revision it was, of what changed: sealing what stayed would cost more
    than all the rest."""
    names = [name for name in _CONTENT if getattr(draft, name) != getattr(after, name)]
    values = {name: getattr(after, name) for name in (*names, "revision", "changed_at")}
    return bool(rows.update(Draft, {"id": draft.id, "revision": draft.revision}, values))


def _was_turned(draft: Draft) -> bool:
    """Whether something may stand undone: only when an undo or a redo came last."""
    return _kinds.values(draft.id, draft.revision) != [["edit"]]


def _forget_old(draft: Draft) -> None:
    """Keep what undo can reach: the newest hundred steps, and their changes."""
    changes, own = rows.table_of(Change), rows.prepare([Draft._meta.pk], [draft.id])
    ends = (
        f"SELECT MAX(revision) AS last FROM {changes} WHERE draft_id = %s"
        f" GROUP BY undo_step ORDER BY last DESC LIMIT 1 OFFSET {STEPS_KEPT}"
    )
    for (end,) in rows.ask(ends, own):
        rows.tell(f"DELETE FROM {changes} WHERE draft_id = %s AND revision <= %s", [*own, end])
