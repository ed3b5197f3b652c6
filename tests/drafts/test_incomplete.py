"""Incomplete input: kept outside the document, moved by edits, reported as a problem."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.drafts.changes import Applied, Conflict, apply_edit, redo, undo
from playground.drafts.drafts import find_draft, start_draft, state_of
from playground.drafts.editing import perform
from playground.drafts.incomplete import EDITOR, check_incomplete, editor_text
from playground.drafts.states import Edit, InvalidEdit, State
from playground.jsontext.pointers import child, locate
from playground.jsontext.printing import dump
from playground.jsontext.splices import difference
from playground.people.models import Person

TEXT = '{\n  "a": 1.10,\n  "b": "ü😀",\n  "c": [1, 2]\n}'


def typed(state: State, shown: str) -> State:
    """The state after the editor's text became `shown`, by one splice."""
    change = difference(editor_text(state.text, state.metadata), shown)
    edit = Edit("splice", index=change.offset, removed=change.removed, value=change.inserted)
    return perform(state, edit)[0]


def trees() -> st.SearchStrategy[dict[str, object]]:
    leaves = st.none() | st.booleans() | st.text(max_size=8) | st.integers()
    inner = st.recursive(leaves, lambda each: st.lists(each, max_size=3), max_leaves=6)
    return st.dictionaries(st.text(max_size=5), inner, max_size=5)


def shown_in(state: State) -> str:
    return editor_text(state.text, state.metadata)


def test_a_finished_text_becomes_the_document() -> None:
    after = typed(State(TEXT), TEXT.replace("1.10", "1E400"))
    assert after.text == TEXT.replace("1.10", "1E400")
    assert not after.metadata.incomplete


def test_incomplete_text_leaves_the_document_and_is_kept() -> None:
    half = TEXT.replace('"ü😀",', '"ü😀"')
    after = typed(State(TEXT), half)
    assert after.text == TEXT
    assert shown_in(after) == half
    [problem] = check_incomplete(after.text, after.metadata)
    assert (problem.code, problem.pointer, problem.line) == ("half-typed", "#editor", 4)
    assert problem.message == 'Line 4, column 3: a comma is missing before "c".'


def test_a_list_is_json_but_not_a_payload() -> None:
    after = typed(State(TEXT), "[1]")
    assert after.text == TEXT
    assert "not a payload" in check_incomplete(after.text, after.metadata)[0].message


def test_the_form_can_be_edited_despite_incomplete_text() -> None:
    half = typed(State(TEXT), TEXT.replace("[1, 2]", "[1, 2, "))
    after, _ = perform(half, Edit("set", "/a", "22222"))
    assert after.text == TEXT.replace("1.10", "22222")
    assert shown_in(after) == TEXT.replace("1.10", "22222").replace("[1, 2]", "[1, 2, ")
    with pytest.raises(InvalidEdit, match="unfinished"):
        perform(half, Edit("set", "/c", '{"x": 1}'))


def test_a_splice_for_another_text_is_rejected() -> None:
    with pytest.raises(InvalidEdit, match="older text"):
        perform(State(TEXT), Edit("splice", index=3, removed="zzz", value="y"))


def test_what_the_editor_writes_replaces_what_was_switched_off() -> None:
    off, _ = perform(State(TEXT), Edit("off", "/a"))
    again = typed(off, TEXT)
    assert again.text == TEXT
    assert not again.metadata.off


@given(st.text(max_size=40), st.integers(0, 60), st.integers(0, 20))
def test_no_text_is_ever_lost(inserted: str, at: int, count: int) -> None:
    wanted = (TEXT[:at] + inserted + TEXT[at + count :]).encode("utf-8", "replace").decode()
    after = typed(State(TEXT), wanted)
    assert shown_in(after) == wanted
    assert typed(after, TEXT) == State(TEXT)
    assert after.text == TEXT or after.text == wanted


@given(trees(), st.data())
def test_form_and_editor_give_the_same_text(tree: dict[str, object], data: st.DataObject) -> None:
    """An edit in the form, the same made in the editor, and back: one text, byte for byte."""
    text = dump(tree)
    value = data.draw(st.sampled_from(['"x"', "1.10", "-0", "1E400", "[]", '{"é😀": null}']))
    key = data.draw(st.sampled_from([*tree, "new key"]))
    by_form, _ = perform(State(text), Edit("set", child("", key), value))
    by_editor = typed(State(text), by_form.text)
    assert by_editor == by_form
    back = typed(by_editor, text)
    assert back.text == text
    assert locate(by_form.text, child("", key))


@pytest.mark.django_db
def test_undo_covers_edits_of_both_views(editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    half = TEXT.replace("[1, 2]", "[1, ")
    change = difference(TEXT, half)
    splice = Edit("splice", index=change.offset, removed=change.removed, value=change.inserted)
    assert isinstance(apply_edit(editor, draft.id, Edit("set", "/b", '"x"'), 0, "t"), Applied)
    moved = Edit("splice", index=splice.index - 1, removed=splice.removed, value=splice.value)
    apply_edit(editor, draft.id, moved, 1, "t")
    apply_edit(editor, draft.id, Edit("set", "/a", "7"), 2, "t")
    states = []
    for _ in range(3):
        undo(editor, draft.id, "t")
        states.append(shown_in(state_of(find_draft(editor, draft.id))))
    assert states == [
        half.replace("ü😀", "x"),
        TEXT.replace("ü😀", "x"),
        TEXT,
    ]
    for _ in range(3):
        redo(editor, draft.id, "t")
    kept = state_of(find_draft(editor, draft.id))
    assert json.loads(kept.text)["a"] == 7
    assert EDITOR in kept.metadata.incomplete


@pytest.mark.django_db
def test_a_splice_is_rebased_on_a_change_of_another_tab(editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    apply_edit(editor, draft.id, Edit("set", "/a", '"much longer"'), 0, "one")
    at = TEXT.index("2]")
    done = apply_edit(editor, draft.id, Edit("splice", index=at, removed="2", value="9"), 0, "two")
    assert isinstance(done, Applied)
    assert done.draft.text == TEXT.replace("1.10", '"much longer"').replace("2]", "9]")


@pytest.mark.django_db
def test_a_splice_of_the_same_place_is_a_conflict_with_both_values(editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    apply_edit(editor, draft.id, Edit("set", "/a", "2"), 0, "one")
    at = TEXT.index("10,")
    splice = Edit("splice", index=at, removed="10", value="99")
    done = apply_edit(editor, draft.id, splice, 0, "two")
    assert isinstance(done, Conflict)
    assert (done.pointer, done.theirs, done.yours) == ("/a", "2", "1.99")


@pytest.mark.django_db
def test_a_splice_is_rebased_on_an_undo_in_another_tab(editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    apply_edit(editor, draft.id, Edit("set", "/a", "12345678"), 0, "one")
    undo(editor, draft.id, "one")
    at = TEXT.index("2]")
    done = apply_edit(editor, draft.id, Edit("splice", index=at, removed="2", value="9"), 0, "two")
    assert isinstance(done, Applied)
    assert done.draft.text == TEXT.replace("2]", "9]")


def test_incomplete_input_is_put_away_and_brought_back_with_its_value() -> None:
    half, _ = perform(State('{\n  "query": {"a": 1}\n}'), Edit("half", "/query", '{"b": '))
    assert [each.code for each in check_incomplete(half.text, half.metadata)] == ["half-typed"]
    away, _ = perform(half, Edit("away", "/query"))
    assert check_incomplete(away.text, away.metadata) == []
    back, _ = perform(away, Edit("back", "/query", "{}"))
    assert back == half


def test_incomplete_input_below_a_value_that_is_off_is_not_a_problem() -> None:
    half, _ = perform(State('{\n  "content": {"a": {}}\n}'), Edit("half", "/content/a", '{"b": '))
    off, _ = perform(half, Edit("off", "/content"))
    assert check_incomplete(off.text, off.metadata) == []
    assert perform(off, Edit("on", "/content"))[0] == half
