"""Changes of a draft: revisions, conflicts between tabs, undo and redo."""

import json
import uuid
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from model_bakery import baker

from playground.drafts import changes
from playground.drafts.changes import (
    Applied,
    Conflict,
    apply_edit,
    count_undo_steps,
    redo,
    undo,
)
from playground.drafts.drafts import discard_draft, list_drafts, restore_draft, start_draft
from playground.drafts.models import Change, Draft
from playground.drafts.states import Edit, InvalidEdit
from playground.jsontext.printing import quote
from playground.jsontext.splices import Splice, apply
from playground.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return baker.make(Person)


@pytest.fixture
def draft(person: Person) -> Draft:
    return start_draft(person, "launch-workflow", '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ]\n}')


def edit(
    draft: Draft, pointer: str, value: str, revision: int, tab: str = "t", step: str = ""
) -> object:
    return apply_edit(draft.person, draft.id, Edit("set", pointer, value), revision, tab, step)


def text_of(draft: Draft) -> str:
    return Draft.objects.get(id=draft.id).text


def test_every_edit_increments_the_revision(draft: Draft) -> None:
    for number in range(3):
        done = edit(draft, "/a", str(number + 5), number)
        assert isinstance(done, Applied)
        assert done.draft.revision == number + 1


def test_an_edit_that_changes_nothing_makes_no_revision(draft: Draft) -> None:
    done = edit(draft, "/a", "1", 0)
    assert isinstance(done, Applied)
    assert not done.changed
    assert done.draft.revision == 0


def test_an_edit_of_another_tab_elsewhere_is_applied(draft: Draft) -> None:
    edit(draft, "/a", "5", 0, "one")
    done = edit(draft, "/c", "6", 0, "two")
    assert isinstance(done, Applied)
    assert json.loads(text_of(draft)) == {"a": 5, "b": [1, 2], "c": 6}


@pytest.mark.parametrize(("first", "second"), [("/b/0", "/b/0"), ("/b", "/b/0"), ("/b/0", "/b")])
def test_an_edit_of_another_tab_at_the_same_pointer_conflicts(
    draft: Draft, first: str, second: str
) -> None:
    edit(draft, first, "7", 0, "one")
    before = text_of(draft)
    done = edit(draft, second, "8", 0, "two")
    assert isinstance(done, Conflict)
    assert text_of(draft) == before


def test_the_same_tab_never_conflicts_with_itself(draft: Draft) -> None:
    edit(draft, "/a", "5", 0, "one")
    assert isinstance(edit(draft, "/a", "6", 0, "one"), Applied)


def test_an_edit_stores_only_what_it_changed(draft: Draft) -> None:
    with CaptureQueriesContext(connection) as seen:
        edit(draft, "/c", "6", 0)
    [update] = [each["sql"] for each in seen if each["sql"].startswith("UPDATE")]
    assert "text" in update
    assert "metadata" not in update
    assert list(draft.changes.values_list("revision", "tab", "pointer", "undo_step")) == [
        (1, "t", "/c", "t-1")
    ]


def test_an_edit_returns_the_splice_of_the_document(draft: Draft) -> None:
    done = edit(draft, "/a", "15", 0)
    assert isinstance(done, Applied)
    assert done.splice == Splice(done.before.text.index("1") + 1, "", "5")
    assert apply(done.before.text, done.splice) == done.after.text == text_of(draft)
    [change] = draft.changes.all()
    assert json.loads(change.detail) == {"text": [done.splice.offset, "", "5"]}


def come_between(draft: Draft, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Another tab stores an edit between reading and writing, this many times."""
    left = list(range(times))
    find = changes.find_draft

    def find_and_edit(person: Person, draft_id: uuid.UUID) -> Draft:
        found = find(person, draft_id)
        if left:
            number = left.pop()
            Draft.objects.filter(id=draft_id).update(
                text=found.text.replace("{", f'{{"n{number}": 0,', 1), revision=found.revision + 1
            )
            Change.objects.create(
                draft=draft,
                revision=found.revision + 1,
                pointer=f"/n{number}",
                tab="other",
                detail="{}",
            )
        return found

    monkeypatch.setattr(changes, "find_draft", find_and_edit)


def test_an_edit_is_made_anew_when_another_one_came_first(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_between(draft, monkeypatch, times=3)
    done = edit(draft, "/a", "5", 0)
    assert isinstance(done, Applied)
    assert done.draft.revision == 4
    assert json.loads(text_of(draft)) == {"n0": 0, "n1": 0, "n2": 0, "a": 5, "b": [1, 2]}
    assert draft.changes.count() == 4


def test_an_edit_gives_up_with_a_message_when_others_always_come_first(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LONGEST_PAUSE", 0)
    come_between(draft, monkeypatch, times=1000)
    with pytest.raises(InvalidEdit, match="Too many edits"):
        edit(draft, "/a", "5", 0)
    assert '"a": 1' in text_of(draft)
    assert draft.changes.filter(tab="t").count() == 0


def test_undo_undoes_a_whole_step(draft: Draft) -> None:
    before = text_of(draft)
    for number, letter in enumerate(["N", "Ni", "Nig"]):
        edit(draft, "/a", json.dumps(letter), number, step="visit 1")
    edit(draft, "/c", "1", 3, step="visit 2")
    assert count_undo_steps(draft) == (2, 0)
    undo(draft.person, draft.id, "t")
    assert json.loads(text_of(draft))["a"] == "Nig"
    undo(draft.person, draft.id, "t")
    assert text_of(draft) == before
    assert undo(draft.person, draft.id, "t") is None
    redo(draft.person, draft.id, "t")
    assert json.loads(text_of(draft))["a"] == "Nig"
    redo(draft.person, draft.id, "t")
    assert json.loads(text_of(draft)) == {"a": "Nig", "b": [1, 2], "c": 1}
    assert redo(draft.person, draft.id, "t") is None


def test_a_new_edit_drops_what_could_be_redone(draft: Draft) -> None:
    edit(draft, "/a", "5", 0)
    undo(draft.person, draft.id, "t")
    edit(draft, "/a", "6", 2)
    assert redo(draft.person, draft.id, "t") is None
    assert count_undo_steps(draft) == (1, 0)


def test_undo_restores_the_metadata(draft: Draft) -> None:
    apply_edit(draft.person, draft.id, Edit("off", "/a"), 0, "t")
    undo(draft.person, draft.id, "t")
    assert json.loads(Draft.objects.get(id=draft.id).metadata) == {}
    redo(draft.person, draft.id, "t")
    assert json.loads(Draft.objects.get(id=draft.id).metadata) == {"off": {"/a": "1"}}


def test_undo_restores_a_path_value(draft: Draft) -> None:
    apply_edit(draft.person, draft.id, Edit("path", "workflow_uid", "W"), 0, "t")
    assert Draft.objects.get(id=draft.id).path_values == {"workflow_uid": "W"}
    undo(draft.person, draft.id, "t")
    assert Draft.objects.get(id=draft.id).path_values == {}


def test_the_last_hundred_steps_are_kept(draft: Draft) -> None:
    for number in range(153):
        edit(draft, "/a", str(number + 10), number)
    assert 100 <= count_undo_steps(draft)[0] <= 151


def test_somebody_elses_draft_is_not_found(draft: Draft) -> None:
    with pytest.raises(Draft.DoesNotExist):
        apply_edit(baker.make(Person), draft.id, Edit("set", "/a", "2"), 0, "t")


def test_a_discarded_draft_can_be_restored(draft: Draft) -> None:
    discard_draft(draft)
    assert not list_drafts(draft.person).exists()
    assert restore_draft(draft.person, draft.id)
    assert list_drafts(draft.person).exists()
    assert not restore_draft(draft.person, uuid.uuid4())


def test_the_change_log_is_encrypted_at_rest(draft: Draft) -> None:
    edit(draft, "/a", '"a-typed-credential"', 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM drafts_change")
        stored = [bytes(detail) for (detail,) in cursor.fetchall()]
    assert stored
    assert not any(b"typed-credential" in detail for detail in stored)


PLACES = ["/a", "/b", "/b/0", "/c/d"]


class TestUndoIsExact(TestCase):
    """Any run of edits, undone to the end, gives the first text back, byte for byte."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(PLACES), st.text(max_size=6)), max_size=8))
    def test_undo_to_the_beginning(self, edits: list[tuple[str, str]]) -> None:
        person = baker.make(Person)
        first = '{ "a":1.10,\n\t"b" : ["\\u00e9"] }'
        draft = start_draft(person, "launch-workflow", first)
        for pointer, value in edits:
            with suppress(InvalidEdit):
                apply_edit(person, draft.id, Edit("set", pointer, quote(value)), 0, "t")
        while undo(person, draft.id, "t"):
            pass
        assert text_of(draft) == first
