"""Changes of a draft: edit, undo and redo, each stored with its entry in the change log.

Drafts aren't locked. A change is made for the revision that was read, and one UPDATE stores it only
if the draft still has that revision. The second of two reads again and retries.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from playground.drafts.change_log import (
    Detail,
    Rebased,
    describe_change,
    pointer_of,
    rebase,
    replay,
    value_at,
)
from playground.drafts.documents import follow_value
from playground.drafts.drafts import find_draft, state_of
from playground.drafts.editing import perform
from playground.drafts.incomplete import text_at
from playground.drafts.models import Change, Draft
from playground.drafts.states import Edit, InvalidEdit, State
from playground.jsontext import pointers
from playground.jsontext.splices import NO_CHANGE, Splice, combine, difference
from playground.people.models import Person

# Eight tabs that type into one draft without a pause need about five.
ATTEMPTS = 20
LONGEST_PAUSE = 0.02  # seconds
UNDO_STEPS_KEPT = 100
# Old changes are deleted only now and then: finding them reads the whole change log.
REVISIONS_BETWEEN_DELETIONS = 50

Result = TypeVar("Result")


class RevisionTaken(Exception):
    """Somebody else stored a change of the draft first."""


@dataclass(frozen=True)
class Applied:
    """A draft after an edit, its states before and after, and the splice of its document."""

    draft: Draft
    before: State
    after: State
    splice: Splice = NO_CHANGE

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Conflict:
    """Another tab changed the same value first. Nothing was overwritten."""

    draft: Draft
    pointer: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class NewChange:
    """A change that isn't stored yet. `replayed` are the changes that it undoes or redoes."""

    after: State
    splice: Splice
    pointer: str
    tab: str
    undo_step: str = ""
    kind: str = "edit"
    replayed: Sequence[Change] = field(default_factory=tuple)


def apply_edit(
    person: Person, draft_id: uuid.UUID, edit: Edit, revision: int, tab: str, undo_step: str = ""
) -> Applied | Conflict:
    """Make an edit that was meant for `revision`.

    An edit of a value that another tab changed since then is a Conflict. Any other is applied
    to the draft as it is now. Raises Draft.DoesNotExist, InvalidEdit, JSONSyntaxError.
    """

    # All of it runs again for each attempt: what another tab stored meanwhile may conflict.
    def attempt(draft: Draft) -> Applied | Conflict:
        before = state_of(draft)
        rebased = _rebase(draft, before, edit, revision)
        if rebased.overlaps or _is_touched(draft, rebased.pointer, revision, tab):
            return _describe_conflict(draft, before, edit, rebased)
        after, splice = perform(before, rebased.edit)
        # Such as leaving a field unchanged: no revision, or undo would seem to do nothing.
        if after == before:
            return Applied(draft, before, after)
        applied = _store(draft, before, NewChange(after, splice, rebased.pointer, tab, undo_step))
        if rebased.edit.kind == "set":
            follow_value(draft.pk, before.text, after.text, edit.pointer, edit.value)
        return applied

    return _retry(person, draft_id, attempt)


def apply_state(person: Person, draft_id: uuid.UUID, after: State, tab: str) -> Applied:
    """Give a draft as a whole this state, in one step that can be undone."""

    def attempt(draft: Draft) -> Applied:
        before = state_of(draft)
        if after == before:
            return Applied(draft, before, after)
        # The text comes from a template or from masking, not from an edit of this one.
        splice = difference(before.text, after.text)
        return _store(draft, before, NewChange(after, splice, "", tab, f"whole-{uuid.uuid4()}"))

    return _retry(person, draft_id, attempt)


def is_recorded(person: Person, draft_id: uuid.UUID, tab: str, undo_step: str) -> bool:
    """Whether this tab's step is stored: a page asks when it didn't get the response."""
    changes = find_draft(person, draft_id).changes
    return changes.filter(tab=tab, undo_step=undo_step).exists()


def undo(person: Person, draft_id: uuid.UUID, tab: str) -> Applied | None:
    """Undo the newest step; None if nothing can be undone."""
    return _replay_step(person, draft_id, tab, "undo")


def redo(person: Person, draft_id: uuid.UUID, tab: str) -> Applied | None:
    """Redo the step that was undone last; None if nothing can be redone."""
    return _replay_step(person, draft_id, tab, "redo")


def count_undo_steps(draft: Draft) -> tuple[int, int]:
    """How many steps can be undone and redone."""
    edits = draft.changes.filter(kind="edit")
    steps = edits.values("state").annotate(n=models.Count("undo_step", distinct=True))
    counts = {row["state"]: row["n"] for row in steps}
    return counts.get(Change.State.DONE, 0), counts.get(Change.State.UNDONE, 0)


def _retry(person: Person, draft_id: uuid.UUID, attempt: Callable[[Draft], Result]) -> Result:
    """The result of the first attempt that nobody else was quicker than."""
    for number in range(ATTEMPTS):
        try:
            return attempt(find_draft(person, draft_id))
        except RevisionTaken:
            # Those who collided once would collide again if they went on at the same time.
            time.sleep(random.uniform(0, LONGEST_PAUSE * number / ATTEMPTS))
    raise InvalidEdit("Too many edits arrive at once. Try again in a moment.")


def _store(draft: Draft, before: State, new: NewChange) -> Applied:
    """Store a change and its entry in the change log, or raise RevisionTaken."""
    revision = draft.revision + 1
    values = _changed_values(before, new.after) | {"revision": revision}
    drops_undone = new.kind == "edit" and draft.can_redo
    if drops_undone or new.kind == "undo":
        values["can_redo"] = new.kind == "undo"
    with transaction.atomic():
        # First of all the UPDATE: it takes the row's lock, so the entries keep their order.
        unchanged = Draft.objects.filter(pk=draft.pk, revision=draft.revision)
        if not unchanged.update(**values):
            raise RevisionTaken
        if drops_undone:
            undone = draft.changes.filter(state=Change.State.UNDONE)
            undone.update(state=Change.State.DROPPED)
        if new.replayed:
            state = Change.State.UNDONE if new.kind == "undo" else Change.State.DONE
            replayed = draft.changes.filter(pk__in=[change.pk for change in new.replayed])
            replayed.update(state=state)
        Change.objects.create(
            draft=draft,
            revision=revision,
            pointer=new.pointer,
            tab=new.tab,
            undo_step=new.undo_step or f"{new.tab}-{revision}",
            kind=new.kind,
            detail=json.dumps(describe_change(before, new.after, new.splice)),
        )
        if revision % REVISIONS_BETWEEN_DELETIONS == 0:
            _delete_old_changes(draft)
    # The response is drawn from this draft, without reading it again.
    for name, value in values.items():
        setattr(draft, name, value)
    return Applied(draft, before, new.after, new.splice)


def _changed_values(before: State, after: State) -> dict[str, Any]:
    """The fields to write: encrypting a document that stayed would cost more than the rest."""
    values: dict[str, Any] = {"changed_at": timezone.now()}
    if after.text != before.text:
        values["text"] = after.text
    if after.metadata != before.metadata:
        values["metadata"] = after.metadata.write()
    if after.path_values != before.path_values:
        values["path_values"] = dict(after.path_values)
    if after.connection != before.connection:
        values["connection_id"] = uuid.UUID(after.connection) if after.connection else None
    if after.variant != before.variant:
        values["variant"] = after.variant
    return values


def _delete_old_changes(draft: Draft) -> None:
    """Keep the changes of the newest hundred steps, which is as far as undo goes."""
    steps = draft.changes.order_by().values("undo_step").annotate(last=models.Max("revision"))
    newest = steps.order_by("-last").values_list("last", flat=True)
    for last in newest[UNDO_STEPS_KEPT : UNDO_STEPS_KEPT + 1]:
        draft.changes.filter(revision__lte=last).delete()


def _rebase(draft: Draft, state: State, edit: Edit, revision: int) -> Rebased:
    """Move an edit of the editor's text to where it belongs now; others name a pointer."""
    # Pointers stay valid while others edit; only offsets in the text shift.
    if edit.kind != "splice" or draft.revision <= revision:
        return Rebased(edit, pointer_of(state, edit), False, "")
    later = draft.changes.filter(revision__gt=revision).order_by("revision")
    details: list[Detail] = [json.loads(each) for each in later.values_list("detail", flat=True)]
    try:
        return rebase(state, edit, details)
    except ValueError:
        message = "The editor shows an older text. Reload to see the current draft."
        raise InvalidEdit(message) from None


def _is_touched(draft: Draft, pointer: str, revision: int, tab: str) -> bool:
    """Whether another tab changed this value, or one above or below it, since a revision."""
    if draft.revision <= revision:
        return False
    others = draft.changes.filter(revision__gt=revision).exclude(tab=tab)
    touched = others.values_list("pointer", flat=True)
    return any(pointers.overlaps(pointer, other) for other in touched)


def _describe_conflict(draft: Draft, state: State, edit: Edit, rebased: Rebased) -> Conflict:
    if edit.kind != "splice":
        return Conflict(draft, rebased.pointer, value_at(state, edit), edit.value)
    theirs, yours = (text_at(text, rebased.pointer) for text in (state.text, rebased.yours))
    return Conflict(draft, rebased.pointer, theirs, yours)


def _replay_step(person: Person, draft_id: uuid.UUID, tab: str, kind: str) -> Applied | None:
    """Undo the newest step that is done, or redo the oldest that is undone."""
    is_undo = kind == "undo"

    def attempt(draft: Draft) -> Applied | None:
        changes = _changes_of_step(draft, is_undo)
        if not changes:
            return None
        before = after = state_of(draft)
        splices = []
        try:
            for change in changes:
                after, splice = replay(after, json.loads(change.detail), undo=is_undo)
                splices.append(splice)
        except ValueError:
            raise InvalidEdit(f"Can't {kind} this step. It doesn't fit the draft now.") from None
        # A step in one field conflicts with edits of that field only, any other with all.
        touched = {change.pointer for change in changes}
        pointer = touched.pop() if len(touched) == 1 else ""
        splice = combine(before.text, splices)
        return _store(draft, before, NewChange(after, splice, pointer, tab, "", kind, changes))

    return _retry(person, draft_id, attempt)


def _changes_of_step(draft: Draft, is_undo: bool) -> list[Change]:
    """The changes of the step to undo (newest first) or to redo (oldest first)."""
    state = Change.State.DONE if is_undo else Change.State.UNDONE
    order = "-revision" if is_undo else "revision"
    candidates = draft.changes.filter(kind="edit", state=state).order_by(order)
    # Most steps are short, and the log may be long: decrypting all of it would be slow.
    changes: list[Change] = []
    for change in candidates.iterator(chunk_size=50):
        if changes and change.undo_step != changes[0].undo_step:
            break
        changes.append(change)
    return changes
