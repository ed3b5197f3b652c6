"""The change log: every edit's splice, undone and made again exactly, in old data as well."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.drafts.change_log import (
    changes_more_than_text,
    describe_change,
    editor_splice_of,
    pointer_of,
    rebase,
    replay,
)
from playground.drafts.editing import KINDS, perform
from playground.drafts.incomplete import EDITOR, editor_text
from playground.drafts.metadata import Metadata
from playground.drafts.states import Edit, InvalidEdit, State
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.splices import Splice, apply

TEXT = """{
  "job_name": "Night",
  "steps": [
    {
      "step_uid": "a"
    },
    {
      "step_uid": "b"
    }
  ]
}"""
BROKEN = TEXT.replace('"a"', '"a')
STATES = [
    State(TEXT),
    State("{}"),
    State(TEXT, Metadata(off={"/x": "1"}, away={"/y": "[2]"}, notes={"/steps/1": "mine"})),
    perform(State(TEXT), Edit("write", value=BROKEN))[0],
]
POINTERS = ["", "/job_name", "/steps", "/steps/0", "/steps/1/step_uid", "/new/key", "/x", "/y"]
VALUES = ["", '"Day"', "[1, 2]", '{"step_uid": "c"}', "{", TEXT, BROKEN, "W-1"]
CELLS = '{"keys": ["a"], "cells": [["1"], ["2"], ["3"]]}'

single_edits = st.builds(
    Edit,
    st.sampled_from(sorted(KINDS.keys() - {"all"})),
    st.sampled_from(POINTERS),
    st.sampled_from([*VALUES, CELLS]),
    index=st.integers(0, 60),
    to=st.integers(0, 2),
    removed=st.sampled_from(["", "a", "\n"]),
)
edits = single_edits | st.builds(Edit, st.just("all"), parts=st.lists(single_edits, max_size=3))


def look_at(state: State) -> tuple[State, str]:
    """The state with the editor's text, which several splices can make from the document."""
    metadata = state.metadata.put("incomplete", EDITOR, None)
    return replace(state, metadata=metadata), editor_text(state.text, state.metadata)


@given(st.sampled_from(STATES), st.lists(edits, min_size=1, max_size=4))
@settings(max_examples=300)
def test_every_edit_returns_its_splice_and_is_undone_and_redone(
    first: State, made: list[Edit]
) -> None:
    state, log = first, []
    for edit in made:
        with suppress(InvalidEdit, JSONSyntaxError):
            after, splice = perform(state, edit)
            assert apply(state.text, splice) == after.text
            log.append((state, after, json.dumps(describe_change(state, after, splice))))
            state = after
    for before, after, detail in reversed(log):
        undone, splice = replay(after, json.loads(detail), undo=True)
        assert look_at(undone) == look_at(before)
        assert apply(after.text, splice) == before.text
        redone, _ = replay(before, json.loads(detail), undo=False)
        assert look_at(redone) == look_at(after)


def test_a_keystroke_is_stored_as_what_it_changed() -> None:
    long = json.dumps({"a": "x" * 10_000, "b": "y" * 10_000})
    after, splice = perform(State(long), Edit("set", "/b", '"' + "y" * 10_000 + 'z"'))
    assert describe_change(State(long), after, splice) == {"text": [len(long) - 2, "", "z"]}


def test_a_keystroke_in_incomplete_input_is_stored_as_what_it_changed() -> None:
    at = TEXT.index("a") + 1
    before = perform(State(TEXT), Edit("write", value="{" * 5000 + TEXT))[0]
    after, splice = perform(before, Edit("splice", index=5000 + at, value="é"))
    detail = describe_change(before, after, splice)
    assert detail == {"shown": [5000 + at, "", "é"]}
    assert not changes_more_than_text(detail)


def test_a_change_that_the_version_before_stored_is_undone_and_redone() -> None:
    """It stored the splice of the metadata's JSON text as `aside`."""
    before = State(TEXT, Metadata(notes={"/a": "why"}))
    after = State("{}", Metadata(notes={"/a": "why"}, variables={"city": '"Rome"'}))
    old, new = before.metadata.write(), after.metadata.write()
    detail = {"text": [0, TEXT, "{}"], "aside": [0, old, new]}
    assert replay(after, detail, undo=True)[0] == before
    assert replay(before, detail, undo=False)[0] == after
    assert changes_more_than_text(detail)


def test_incomplete_input_that_the_version_before_stored_is_undone() -> None:
    before = State(TEXT)
    after = perform(before, Edit("write", value=BROKEN))[0]
    old, new = before.metadata.write(), after.metadata.write()
    at = TEXT.index('"a"') + 2
    detail = {"aside": [0, old, new], "shown": [at, '"', ""]}
    assert replay(after, detail, undo=True)[0] == before
    assert editor_splice_of(detail) == Splice(at, '"', "")


@pytest.mark.parametrize(
    ("edit", "pointer"),
    [
        (Edit("remove", "/steps/0"), "/steps"),
        (Edit("remove", "/job_name"), "/job_name"),
        (Edit("set", "/steps/0/step_uid"), "/steps/0/step_uid"),
        (Edit("replace"), ""),
        (Edit("path", "workflow_uid"), "#path/workflow_uid"),
        (Edit("splice", index=TEXT.index("Night"), removed="N", value="n"), "/job_name"),
    ],
)
def test_an_edit_touches_the_smallest_pointer_that_contains_it(edit: Edit, pointer: str) -> None:
    assert pointer_of(State(TEXT), edit) == pointer


def change(before: State, edit: Edit) -> tuple[State, dict[str, object]]:
    after, splice = perform(before, edit)
    return after, describe_change(before, after, splice)


def test_an_edit_of_the_text_moves_with_what_others_typed_before_it() -> None:
    theirs, detail = change(State(TEXT), Edit("set", "/job_name", '"Every night"'))
    mine = Edit("splice", index=TEXT.index('"b"') + 1, removed="b", value="c")
    rebased = rebase(theirs, mine, [detail])
    assert not rebased.overlaps
    assert rebased.pointer == "/steps/1/step_uid"
    after = perform(theirs, rebased.edit)[0]
    assert after.text == TEXT.replace("Night", "Every night").replace('"b"', '"c"')


@pytest.mark.parametrize(("removed", "value"), [("Night", "Day"), ("", "x"), ("ght", "ne")])
def test_edits_of_the_same_characters_overlap(removed: str, value: str) -> None:
    theirs, detail = change(State(TEXT), Edit("set", "/job_name", '"Evening"'))
    start = TEXT.index(removed or "Night")
    mine = Edit("splice", index=start, removed=removed, value=value)
    rebased = rebase(theirs, mine, [detail])
    assert rebased.overlaps
    assert rebased.yours == TEXT[:start] + value + TEXT[start + len(removed) :]


def test_an_edit_of_a_text_that_never_existed_is_rejected() -> None:
    theirs, detail = change(State(TEXT), Edit("set", "/job_name", '"Evening"'))
    with pytest.raises(ValueError, match="not the one"):
        rebase(theirs, Edit("splice", index=3, removed="zzz", value="y"), [detail])


def test_the_editors_own_entry_is_not_stored_with_the_metadata() -> None:
    after, detail = change(State(TEXT), Edit("write", value=BROKEN))
    assert EDITOR in after.metadata.incomplete
    assert editor_text(after.text, after.metadata) == BROKEN
    assert detail.keys() == {"shown"}
