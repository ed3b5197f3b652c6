"""Each kind of edit: its effect on the document and the metadata."""

import json

import pytest

from playground.drafts.editing import perform
from playground.drafts.metadata import Metadata
from playground.drafts.states import Edit, InvalidEdit, State

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


def edited(text: str, *edits: Edit, metadata: Metadata | None = None) -> State:
    state = State(text, metadata or Metadata())
    for edit in edits:
        state, _ = perform(state, edit)
    return state


def test_setting_a_value_changes_nothing_else() -> None:
    after = edited(TEXT, Edit("set", "/job_name", '"Day"'))
    assert after.text == TEXT.replace("Night", "Day")


def test_a_value_that_was_switched_off_comes_back_at_its_place() -> None:
    off = edited(TEXT, Edit("off", "/job_name"))
    assert "job_name" not in off.text
    assert off.metadata.off == {"/job_name": '"Night"'}
    on, _ = perform(off, Edit("on", "/job_name", '""', order=["job_name", "steps"]))
    assert on.text == TEXT
    assert on.metadata == Metadata()


def test_switching_a_value_off_twice_keeps_it() -> None:
    state = edited(TEXT, Edit("off", "/job_name"), Edit("off", "/job_name"))
    assert state.metadata.off == {"/job_name": '"Night"'}


def test_removing_a_row_moves_the_metadata_of_the_rows_after_it() -> None:
    metadata = Metadata(off={"/steps/0/x": "1", "/steps/1/x": "2"}, notes={"/steps/1": "mine"})
    after = edited(TEXT, Edit("remove", "/steps/0"), metadata=metadata)
    assert after.metadata == Metadata(off={"/steps/0/x": "2"}, notes={"/steps/0": "mine"})
    assert json.loads(after.text)["steps"] == [{"step_uid": "b"}]


def test_moving_a_row_moves_its_metadata() -> None:
    metadata = Metadata(off={"/steps/0/x": "1", "/steps/1/x": "2"})
    after = edited(TEXT, Edit("move", "/steps", index=0, to=1), metadata=metadata)
    assert after.metadata.off == {"/steps/1/x": "1", "/steps/0/x": "2"}
    assert [step["step_uid"] for step in json.loads(after.text)["steps"]] == ["b", "a"]


def test_a_copy_of_a_row_has_its_own_metadata() -> None:
    metadata = Metadata(off={"/steps/0/x": "1", "/steps/1/x": "2"})
    after = edited(TEXT, Edit("duplicate", "/steps", index=0), metadata=metadata)
    assert after.metadata.off == {"/steps/0/x": "1", "/steps/1/x": "1", "/steps/2/x": "2"}


def test_removing_a_missing_value_is_not_an_error() -> None:
    assert edited(TEXT, Edit("remove", "/nothing")).text == TEXT


def test_moving_a_missing_row_is_an_error() -> None:
    with pytest.raises(InvalidEdit, match=r"no longer exists"):
        edited(TEXT, Edit("move", "/steps", index=7, to=0))


def test_renaming_to_a_key_that_exists_is_an_error() -> None:
    with pytest.raises(InvalidEdit):
        edited(TEXT, Edit("rename", "/job_name", "steps"))


def test_an_unknown_kind_of_edit_is_an_error() -> None:
    with pytest.raises(InvalidEdit, match="explode"):
        edited(TEXT, Edit("explode"))


def test_a_pasted_block_fills_rows_and_adds_the_missing_ones() -> None:
    text = '{\n  "inputs": [\n    {\n      "a": "1",\n      "n": 1.10\n    }\n  ]\n}'
    block = json.dumps({"keys": ["a", "b"], "cells": [["x", "y"], ["z", ""]]})
    after = edited(text, Edit("paste", "/inputs", block))
    assert json.loads(after.text)["inputs"] == [{"a": "x", "b": "y", "n": 1.1}, {"a": "z"}]
    assert "1.10" in after.text


@pytest.mark.parametrize("indent", [2, 4])
def test_a_pasted_block_fills_an_empty_row_at_its_own_indent(indent: int) -> None:
    block = '{"keys": ["a", "b"], "cells": [["1", "2"], ["", "3"], ["", ""]]}'
    text = json.dumps({"inputs": [{}, {"a": "9"}, {}]}, indent=indent)
    filled = {"inputs": [{"a": "1", "b": "2"}, {"a": "9", "b": "3"}, {}]}
    assert edited(text, Edit("paste", "/inputs", block)).text == json.dumps(filled, indent=indent)


def test_blank_rows_of_a_pasted_block_are_not_added() -> None:
    block = json.dumps({"keys": ["a", "b"], "cells": [["", ""], ["1", ""], ["", " "], ["", "2"]]})
    after = edited('{"inputs": [{"a": "9"}]}', Edit("paste", "/inputs", block))
    assert json.loads(after.text)["inputs"] == [{"a": "9"}, {"a": "1"}, {"b": "2"}]


def test_a_pasted_block_creates_a_missing_array() -> None:
    block = json.dumps({"keys": ["a"], "cells": [["x"]]})
    assert json.loads(edited("{}", Edit("paste", "/inputs", block)).text) == {
        "inputs": [{"a": "x"}]
    }


def test_pasted_cells_that_are_malformed_are_an_error() -> None:
    with pytest.raises(InvalidEdit):
        edited("{}", Edit("paste", "/inputs", '{"keys": [1], "cells": []}'))


def test_incomplete_json_leaves_the_document_unchanged() -> None:
    after = edited(TEXT, Edit("half", "/job_name", '{"a"'))
    assert after.text == TEXT
    assert after.metadata.incomplete == {"/job_name": '{"a"'}
    assert perform(after, Edit("set", "/job_name", "{}"))[0].metadata.incomplete == {}


def test_a_compound_edit_is_made_in_order() -> None:
    parts = [Edit("set", "/a", "1"), Edit("rename", "/a", "b")]
    assert json.loads(edited("{}", Edit("all", parts=parts)).text) == {"b": 1}
