"""Changes of a draft: edit, undo, redo; each accepted one counts the revision up by one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from playground.library.differences import describe_difference, turn_state
from playground.library.drafts import find_draft, state_of
from playground.library.editing import Edit, Impossible, State, perform, place_of, text_at, value_at
from playground.library.models import Change, Draft
from playground.library.rebasing import Carried, carry
from playground.library.turns import Turn
from playground.payload import pointers
from playground.people import rows
from playground.people.models import Person

STEPS_KEPT = 100
TRIES = 30

# SQLite's own waiting sleeps; taking turns is far quicker.
_turn = Turn("writing")
# The edits of one draft take turns from reading to writing, so that none is made twice over.
_turns_of_drafts = [Turn(f"draft-{number}") for number in range(64)]

_kinds = rows.Rows(Change, "draft_id", "revision", only=["kind"])


@dataclass(frozen=True)
class Applied:
    """The draft after an edit, and how its text looked before."""

    draft: Draft
    before: State
    after: State

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Conflict:
    """Another tab changed the same place first. Nothing was overwritten."""

    draft: Draft
    pointer: str
    theirs: str
    yours: str


def apply_edit(
    person: Person, draft_id: uuid.UUID, edit: Edit, revision: int, tab: str, step: str = ""
) -> Applied | Conflict:
    """Make an edit that was meant for `revision`.

    An edit of a place that another tab changed since then is a Conflict; others are
    applied to the draft as it is now. Raises Draft.DoesNotExist, Impossible, NotJson.
    """
    with _turn_of(draft_id):
        for _ in range(TRIES):
            draft = find_draft(person, draft_id)
            before = state_of(draft)
            carried = _carry(draft, before, edit, revision)
            place = carried.place
            if carried.overlaps or _is_stale(draft, place, revision, tab):
                return _tell_conflict(draft, edit, carried)
            after = perform(before, carried.edit)
            if after == before or _save(draft, before, after, "edit", place, tab, step):
                return Applied(draft, before, after)
    raise Impossible("Too many edits arrive at once. Try again in a moment.")


def apply_state(person: Person, draft_id: uuid.UUID, after: State, tab: str) -> Applied:
    """Make the draft as a whole this state, in one step that undo takes back."""
    for _ in range(TRIES):
        draft = find_draft(person, draft_id)
        before = state_of(draft)
        step = f"whole-{uuid.uuid4()}"
        if after == before or _save(draft, before, after, "edit", "", tab, step):
            return Applied(draft, before, after)
    raise Impossible("Too many edits arrive at once. Try again in a moment.")


def was_made(person: Person, draft_id: uuid.UUID, tab: str, step: str) -> bool:
    """Whether this tab's step has been made: asked when its answer was lost on the way."""
    return find_draft(person, draft_id).changes.filter(tab=tab, step=step).exists()


def undo(person: Person, draft_id: uuid.UUID, tab: str) -> Applied | None:
    """Take back the newest step that stands; None when there is none."""
    return _turn_back(person, draft_id, tab, Change.State.DONE)


def redo(person: Person, draft_id: uuid.UUID, tab: str) -> Applied | None:
    """Make the step again that was taken back last; None when there is none."""
    return _turn_back(person, draft_id, tab, Change.State.UNDONE)


def history_depth(draft: Draft) -> tuple[int, int]:
    """How many steps can be undone and redone."""
    steps = (
        draft.changes.filter(kind="edit")
        .values("state")
        .annotate(n=models.Count("step", distinct=True))
    )
    counts = {row["state"]: row["n"] for row in steps}
    return counts.get(Change.State.DONE, 0), counts.get(Change.State.UNDONE, 0)


def _is_stale(draft: Draft, place: str, revision: int, tab: str) -> bool:
    if draft.revision <= revision:
        return False
    return any(pointers.touches(place, other) for other in _places_since(draft, revision, tab))


def _places_since(draft: Draft, revision: int, tab: str) -> list[str]:
    """What other tabs changed after a revision."""
    sql = (
        f"SELECT place FROM {rows.table_of(Change)}"
        " WHERE draft_id = %s AND revision > %s AND tab <> %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*rows.prepare([Draft._meta.pk], [draft.id]), revision, tab])
        return [place for (place,) in cursor.fetchall()]


def _turn_of(draft_id: uuid.UUID) -> Turn:
    return _turns_of_drafts[draft_id.int % len(_turns_of_drafts)]


def _carry(draft: Draft, state: State, edit: Edit, revision: int) -> Carried:
    """A change of the editor's text is carried over those made since; others name places."""
    if edit.kind != "splice" or draft.revision <= revision:
        return Carried(edit, place_of(state, edit), False, "")
    later = draft.changes.filter(revision__gt=revision).order_by("revision")
    details = [json.loads(each) for each in later.values_list("detail", flat=True)]
    try:
        return carry(state, edit, details)
    except ValueError:
        raise Impossible("The editor shows an older text. Reload to see it as it is.") from None


def _tell_conflict(draft: Draft, edit: Edit, carried: Carried) -> Conflict:
    """Both values: for the editor those at the place that its change touched."""
    if edit.kind != "splice":
        return Conflict(draft, carried.place, value_at(state_of(draft), edit), edit.value)
    theirs, yours = (text_at(each, carried.place) for each in (draft.text, carried.yours))
    return Conflict(draft, carried.place, theirs, yours)


def _save(
    draft: Draft, before: State, after: State, kind: str, place: str, tab: str, step: str
) -> bool:
    """Write the state if nobody was quicker, and the change beside it."""
    detail = json.dumps(describe_difference(before, after))
    with _turn, transaction.atomic():
        if not _write(draft, after):
            return False
        if kind == "edit" and _was_turned(draft):
            draft.changes.filter(state=Change.State.UNDONE).update(state=Change.State.DROPPED)
        _record(draft, place, tab, step, kind, detail)
        if draft.revision % 50 == 0:
            _forget_old(draft)
    return True


def _was_turned(draft: Draft) -> bool:
    """Whether something may stand undone: only when an undo or a redo came last."""
    return _kinds.values(draft.id, draft.revision - 1) != [["edit"]]


def _record(draft: Draft, place: str, tab: str, step: str, kind: str, detail: str) -> None:
    values = {
        "draft_id": draft.id,
        "revision": draft.revision,
        "place": place,
        "tab": tab,
        "step": step or f"{tab}-{draft.revision}",
        "kind": kind,
        "state": Change.State.DONE,
        "detail": detail,
        "made_at": timezone.now(),
    }
    rows.insert(Change, values)


def _write(draft: Draft, after: State) -> bool:
    """Write what changed unless somebody was quicker: one UPDATE of the revision it was."""
    values = {
        "text": after.text,
        "aside": after.aside.write(),
        "path_values": dict(after.path_values),
        "connection_id": uuid.UUID(after.connection) if after.connection else None,
        "variant": after.variant,
    }
    # Sealing what stayed would cost more than all the rest.
    values = {name: value for name, value in values.items() if getattr(draft, name) != value}
    counted = {"revision": draft.revision + 1, "changed_at": timezone.now()}
    unless_quicker = {"id": draft.id, "revision": draft.revision}
    written = rows.update(Draft, unless_quicker, {**values, **counted})
    for name, value in {**values, **counted}.items():
        setattr(draft, name, value)
    return bool(written)


def _forget_old(draft: Draft) -> None:
    """Keep what undo can reach: the newest hundred steps, and their changes."""
    steps: list[str] = []
    for step, revision in draft.changes.order_by("-revision").values_list("step", "revision"):
        if step not in steps[-1:] and step not in steps:
            steps.append(step)
        if len(steps) > STEPS_KEPT:
            draft.changes.filter(revision__lte=revision).delete()
            return


def _turn_back(person: Person, draft_id: uuid.UUID, tab: str, state: str) -> Applied | None:
    back = state == Change.State.DONE
    for _ in range(TRIES):
        draft = find_draft(person, draft_id)
        changes = _step_to_turn(draft, state)
        if not changes:
            return None
        before = state_of(draft)
        after = before
        for change in changes:
            after = turn_state(after, json.loads(change.detail), back)
        with _turn, transaction.atomic():
            if _write(draft, after):
                _record_turn(draft, changes, tab, back, describe_difference(before, after))
                return Applied(draft, before, after)
    raise Impossible("Too many edits arrive at once. Try again in a moment.")


def _step_to_turn(draft: Draft, state: str) -> list[Change]:
    """The changes of the step that undo (newest done) or redo (oldest undone) turns."""
    back = state == Change.State.DONE
    order = "-revision" if back else "revision"
    standing = draft.changes.filter(kind="edit", state=state).order_by(order)
    first = standing.first()
    if first is None:
        return []
    changes: list[Change] = []
    for change in standing.iterator(chunk_size=50):
        if change.step != first.step:
            break
        changes.append(change)
    return changes


def _record_turn(
    draft: Draft, changes: Iterable[Change], tab: str, back: bool, detail: dict[str, Any]
) -> None:
    changes = list(changes)
    state = Change.State.UNDONE if back else Change.State.DONE
    draft.changes.filter(id__in=[change.id for change in changes]).update(state=state)
    places = {change.place for change in changes}
    draft.changes.create(
        revision=draft.revision,
        place=places.pop() if len(places) == 1 else "",
        tab=tab,
        step=f"{tab}-{draft.revision}",
        kind="undo" if back else "redo",
        detail=json.dumps(detail),
    )
