"""Edits of a draft: revisions, tabs that meet, undo and redo."""

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
    Asked,
    Conflict,
    apply_edit,
    history_depth,
    redo,
    undo,
)
from playground.drafts.drafts import begin, discard_draft, drafts_of, restore_draft
from playground.drafts.editing import Edit, Impossible
from playground.drafts.models import Change, Draft
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.printing import quote
from playground.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return baker.make(Person)


@pytest.fixture
def draft(person: Person) -> Draft:
    return begin(person, "launch-workflow", '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ]\n}')


def edit(
    draft: Draft, pointer: str, value: str, revision: int, tab: str = "t", step: str = ""
) -> object:
    return apply_edit(draft.person, draft.id, Edit("set", pointer, value), revision, tab, step)


def text_of(draft: Draft) -> str:
    return Draft.objects.get(id=draft.id).text


def test_every_edit_counts_the_revision_up(draft: Draft) -> None:
    for number in range(3):
        done = edit(draft, "/a", str(number + 5), number)
        assert isinstance(done, Applied)
        assert done.draft.revision == number + 1


def test_an_edit_that_changes_nothing_is_no_revision(draft: Draft) -> None:
    done = edit(draft, "/a", "1", 0)
    assert isinstance(done, Applied)
    assert not done.changed
    assert done.draft.revision == 0


def test_another_tab_at_another_place_is_rebased(draft: Draft) -> None:
    edit(draft, "/a", "5", 0, "one")
    done = edit(draft, "/c", "6", 0, "two")
    assert isinstance(done, Applied)
    assert json.loads(text_of(draft)) == {"a": 5, "b": [1, 2], "c": 6}


@pytest.mark.parametrize(("first", "second"), [("/b/0", "/b/0"), ("/b", "/b/0"), ("/b/0", "/b")])
def test_another_tab_at_the_same_place_conflicts(draft: Draft, first: str, second: str) -> None:
    edit(draft, first, "7", 0, "one")
    before = text_of(draft)
    done = edit(draft, second, "8", 0, "two")
    assert isinstance(done, Conflict)
    assert text_of(draft) == before


def test_the_same_tab_never_conflicts_with_itself(draft: Draft) -> None:
    edit(draft, "/a", "5", 0, "one")
    assert isinstance(edit(draft, "/a", "6", 0, "one"), Applied)


def make_together(draft: Draft, *asked: Asked) -> list[object]:
    """Edits that waited for each other, as the thread that holds the turn makes them."""
    changes._make_all(draft.person, draft.id, asked)
    return [each.answer for each in asked]


def ask(pointer: str, value: str, tab: str, revision: int = 0) -> Asked:
    return Asked(Edit("set", pointer, value), revision, tab, f"{tab}-1")


def test_edits_that_wait_for_each_other_are_written_at_once(draft: Draft) -> None:
    asked = [ask(f"/k{number}", str(number), f"tab {number}") for number in range(3)]
    with CaptureQueriesContext(connection) as seen:
        made = make_together(draft, *asked)
    assert [done.draft.revision for done in made if isinstance(done, Applied)] == [1, 2, 3]
    assert sum('UPDATE "drafts_draft"' in each["sql"] for each in seen) == 1
    assert json.loads(text_of(draft)) == {"a": 1, "b": [1, 2], "k0": 0, "k1": 1, "k2": 2}
    assert list(draft.changes.values_list("revision", "tab", "pointer")) == [
        (1, "tab 0", "/k0"),
        (2, "tab 1", "/k1"),
        (3, "tab 2", "/k2"),
    ]
    undo(draft.person, draft.id, "tab 0")
    assert "k2" not in text_of(draft)
    assert "k1" in text_of(draft)


def test_each_is_told_its_own_difference(draft: Draft) -> None:
    first, second = make_together(draft, ask("/a", "5", "one"), ask("/c", "6", "two"))
    assert isinstance(first, Applied)
    assert isinstance(second, Applied)
    assert '"a": 5' in first.draft.text
    assert '"c"' not in first.draft.text
    assert second.before.text == first.after.text


def test_of_two_that_want_the_same_place_the_second_conflicts(draft: Draft) -> None:
    first, second, third = make_together(
        draft, ask("/a", "5", "one"), ask("/a", "6", "two"), ask("/a", "7", "one")
    )
    assert isinstance(first, Applied)
    assert isinstance(second, Conflict)
    assert (second.theirs, second.yours) == ("5", "6")
    assert isinstance(third, Applied)
    assert '"a": 7' in text_of(draft)


def test_one_that_cannot_be_stops_no_other(draft: Draft) -> None:
    broken = Asked(Edit("insert", "/b", "not json", index=0), 0, "one", "")
    unknown = Asked(Edit("no such kind"), 0, "one", "")
    answers = make_together(draft, broken, unknown, ask("/a", "5", "two"))
    assert [type(each) for each in answers] == [JSONSyntaxError, Impossible, Applied]
    assert '"a": 5' in text_of(draft)
    assert draft.changes.count() == 1


def test_a_change_of_the_editors_text_is_carried_over_one_made_just_before(draft: Draft) -> None:
    text = draft.text
    at = text.index("2")
    splice = Asked(Edit("splice", value="3", index=at, removed="2"), 0, "two", "")
    first, second = make_together(draft, ask("/a", "12345", "one"), splice)
    assert isinstance(first, Applied)
    assert isinstance(second, Applied)
    assert json.loads(text_of(draft)) == {"a": 12345, "b": [1, 3]}


def test_undo_takes_back_a_whole_step(draft: Draft) -> None:
    before = text_of(draft)
    for number, letter in enumerate(["N", "Ni", "Nig"]):
        edit(draft, "/a", json.dumps(letter), number, step="visit 1")
    edit(draft, "/c", "1", 3, step="visit 2")
    assert history_depth(draft) == (2, 0)
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
    assert history_depth(draft) == (1, 0)


def test_undo_brings_back_what_was_aside(draft: Draft) -> None:
    apply_edit(draft.person, draft.id, Edit("off", "/a"), 0, "t")
    undo(draft.person, draft.id, "t")
    assert json.loads(Draft.objects.get(id=draft.id).metadata) == {}
    redo(draft.person, draft.id, "t")
    assert json.loads(Draft.objects.get(id=draft.id).metadata) == {"off": {"/a": "1"}}


def test_undo_takes_back_a_path_value(draft: Draft) -> None:
    apply_edit(draft.person, draft.id, Edit("path", "workflow_uid", "W"), 0, "t")
    assert Draft.objects.get(id=draft.id).path_values == {"workflow_uid": "W"}
    undo(draft.person, draft.id, "t")
    assert Draft.objects.get(id=draft.id).path_values == {}


def test_the_last_hundred_steps_are_kept(draft: Draft) -> None:
    for number in range(153):
        edit(draft, "/a", str(number + 10), number)
    assert 100 <= history_depth(draft)[0] <= 151


def test_somebody_elses_draft_is_not_there(draft: Draft) -> None:
    with pytest.raises(Draft.DoesNotExist):
        apply_edit(baker.make(Person), draft.id, Edit("set", "/a", "2"), 0, "t")


def test_a_discarded_draft_comes_back(draft: Draft) -> None:
    discard_draft(draft)
    assert not drafts_of(draft.person).exists()
    assert restore_draft(draft.person, draft.id)
    assert drafts_of(draft.person).exists()
    assert not restore_draft(draft.person, uuid.uuid4())


def test_texts_of_changes_are_unreadable_at_rest(draft: Draft) -> None:
    edit(draft, "/a", '"a-typed-credential"', 0)
    raw = Change.objects.raw("SELECT id, CAST(detail AS BLOB) AS seen FROM drafts_change")
    assert all(b"typed-credential" not in bytes(row.seen) for row in raw)


def test_one_looks_at_the_last_draft_for_all_that_were_made_together(draft: Draft) -> None:
    asked = [ask("/a", "7", "one"), ask("/b", "8", "two"), ask("/c", "{", "three")]
    make_together(draft, *asked)
    looked: list[int] = []

    def look(seen: Draft) -> str:
        looked.append(seen.revision)
        return seen.text

    changes._look_at_last(look, asked)
    first, second, broken = (each.answer for each in asked)
    assert isinstance(first, Applied)
    assert isinstance(second, Applied)
    assert isinstance(broken, JSONSyntaxError)
    assert (first.draft.revision, second.draft.revision) == (1, 2)
    assert looked == [2]
    assert first.seen == second.seen == text_of(draft)


def test_an_edit_is_kept_though_looking_at_it_fails(draft: Draft) -> None:
    def look(_: Draft) -> None:
        raise LookupError

    made = Edit("set", "/a", "7")
    done = apply_edit(draft.person, draft.id, made, 0, "one", look=look)
    assert isinstance(done, Applied)
    assert done.seen is None
    assert '"a": 7' in text_of(draft) or '"a":7' in text_of(draft)


PLACES = ["/a", "/b", "/b/0", "/c/d"]


class TestUndoIsExact(TestCase):
    """Any run of edits, undone to the end, gives the first text back, byte for byte."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(PLACES), st.text(max_size=6)), max_size=8))
    def test_undo_to_the_beginning(self, edits: list[tuple[str, str]]) -> None:
        person = baker.make(Person)
        first = '{ "a":1.10,\n\t"b" : ["\\u00e9"] }'
        draft = begin(person, "launch-workflow", first)
        for pointer, value in edits:
            with suppress(Impossible):
                apply_edit(person, draft.id, Edit("set", pointer, quote(value)), 0, "t")
        while undo(person, draft.id, "t"):
            pass
        assert text_of(draft) == first
