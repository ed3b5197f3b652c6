"""Changes of a draft: edit, undo, redo; each accepted one counts the revision up by one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from django.db import models

from playground.drafts.drafts import find_draft, state_of
from playground.drafts.editing import Edit, Impossible, State, perform, place_of, text_at, value_at
from playground.drafts.models import Change, Draft
from playground.drafts.past import Past
from playground.drafts.rebasing import Carried, carry
from playground.drafts.turns import Line
from playground.drafts.undo_steps import turn_state
from playground.drafts.writing import Made, change_draft, write_changes
from playground.people.models import Person

TRIES = 30
BUSY = "Too many edits arrive at once. Try again in a moment."


@dataclass(frozen=True)
class Applied:
    """The draft after an edit, and how its text looked before; `seen` is what whoever asked for
    the edit saw in the draft after it, and after those that were made along."""

    draft: Draft
    before: State
    after: State
    seen: object = None

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


@dataclass
class Asked:
    """An edit that is asked for, and what became of it."""

    edit: Edit
    revision: int
    tab: str
    step: str
    answer: Applied | Conflict | Exception | None = None


# Edits of one draft that wait for each other are read, made and written together.
_lines: list[Line[Asked]] = [Line(f"draft-{number}") for number in range(64)]


def apply_edit(
    person: Person,
    draft_id: uuid.UUID,
    edit: Edit,
    revision: int,
    tab: str,
    step: str = "",
    look: Callable[[Draft], object] | None = None,
) -> Applied | Conflict:
    """Make an edit that was meant for `revision`.

    An edit of a place that another tab changed since then is a Conflict; others are
    applied to the draft as it is now. Raises Draft.DoesNotExist, Impossible, JSONSyntaxError.
    Not for use within a transaction: edits of others may be made and told along. Of those
    that are made together, one looks at the draft for all.
    """
    asked = Asked(edit, revision, tab, step)
    line = _lines[draft_id.int % len(_lines)]
    finish = partial(_look_at_last, look) if look else None
    line.join((person.pk, draft_id), asked, partial(_make_all, person, draft_id), finish)
    if isinstance(asked.answer, Applied | Conflict):
        return asked.answer
    raise asked.answer or Impossible(BUSY)


def _make_all(person: Person, draft_id: uuid.UUID, everything: Sequence[Asked]) -> None:
    """Make them one after the other and write them at once, so that all or none is kept."""
    for _ in range(TRIES):
        draft = find_draft(person, draft_id)
        past = Past(draft)
        for asked in everything:
            asked.answer = _make(past, asked)
        if not past.made or write_changes(draft, past.made):
            return
    for asked in everything:
        asked.answer = Impossible(BUSY)


def _make(past: Past, asked: Asked) -> Applied | Conflict | Exception:
    """Make one edit, upon those before it. What goes wrong with it concerns no other."""
    draft = past.present
    before = state_of(draft)
    try:
        carried = _carry(past, before, asked)
        if carried.overlaps or past.was_touched(carried.place, asked.revision, asked.tab):
            return _tell_conflict(draft, asked.edit, carried)
        after = perform(before, carried.edit)
    except Exception as failure:
        return failure
    if after == before:
        return Applied(draft, before, after)
    made = Made(change_draft(draft, after), carried.place, asked.tab, asked.step, before, after)
    past.made.append(made)
    return Applied(made.draft, before, after)


def _look_at_last(look: Callable[[Draft], object], everything: Sequence[Asked]) -> None:
    made = [asked.answer for asked in everything if isinstance(asked.answer, Applied)]
    if not made:
        return
    last = max((each.draft for each in made), key=lambda draft: draft.revision)
    with suppress(Exception):  # what went wrong comes up again where each looks for itself
        seen = look(last)
        for asked in everything:
            if isinstance(asked.answer, Applied):
                asked.answer = replace(asked.answer, seen=seen)


def apply_state(person: Person, draft_id: uuid.UUID, after: State, tab: str) -> Applied:
    """Make the draft as a whole this state, in one step that undo takes back."""
    for _ in range(TRIES):
        draft = find_draft(person, draft_id)
        before = state_of(draft)
        if after == before:
            return Applied(draft, before, after)
        step = f"whole-{uuid.uuid4()}"
        made = Made(change_draft(draft, after), "", tab, step, before, after)
        if write_changes(draft, [made]):
            return Applied(made.draft, before, after)
    raise Impossible(BUSY)


def was_made(person: Person, draft_id: uuid.UUID, tab: str, step: str) -> bool:
    """Whether this tab's step has been made: asked when its answer was lost on the way."""
    return find_draft(person, draft_id).changes.filter(tab=tab, undo_step=step).exists()


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
        .annotate(n=models.Count("undo_step", distinct=True))
    )
    counts = {row["state"]: row["n"] for row in steps}
    return counts.get(Change.State.DONE, 0), counts.get(Change.State.UNDONE, 0)


def _carry(past: Past, state: State, asked: Asked) -> Carried:
    """A change of the editor's text is carried over those made since; others name places."""
    if asked.edit.kind != "splice" or past.present.revision <= asked.revision:
        return Carried(asked.edit, place_of(state, asked.edit), False, "")
    try:
        return carry(state, asked.edit, past.details_since(asked.revision))
    except ValueError:
        raise Impossible("The editor shows an older text. Reload to see it as it is.") from None


def _tell_conflict(draft: Draft, edit: Edit, carried: Carried) -> Conflict:
    """Both values: for the editor those at the place that its change touched."""
    if edit.kind != "splice":
        return Conflict(draft, carried.place, value_at(state_of(draft), edit), edit.value)
    theirs, yours = (text_at(each, carried.place) for each in (draft.text, carried.yours))
    return Conflict(draft, carried.place, theirs, yours)


def _turn_back(person: Person, draft_id: uuid.UUID, tab: str, state: str) -> Applied | None:
    back = state == Change.State.DONE
    for _ in range(TRIES):
        draft = find_draft(person, draft_id)
        changes = _step_to_turn(draft, state)
        if not changes:
            return None
        before = after = state_of(draft)
        for change in changes:
            after = turn_state(after, json.loads(change.detail), back)
        places = {change.pointer for change in changes}
        place, kind = places.pop() if len(places) == 1 else "", "undo" if back else "redo"
        made = Made(change_draft(draft, after), place, tab, "", before, after, kind)
        if write_changes(draft, [made], changes):
            return Applied(made.draft, before, after)
    raise Impossible(BUSY)


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
        if change.undo_step != first.undo_step:
            break
        changes.append(change)
    return changes
