"""Variants: the edits between two payloads lead from one to the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.drafts.metadata import Metadata
from playground.drafts.states import Edit, State
from playground.jsontext.parsing import parse
from playground.jsontext.printing import dump
from playground.payload_templates.variants import (
    InvalidVariant,
    Variant,
    apply_variant,
    clean_variant_name,
    derive_edits,
    overridden_pointers,
    read_variants,
    write_variants,
)

SHARED = """{
  "job_name": "Night",
  "inputs": [
    {
      "a": "1"
    }
  ],
  "options": {
    "max": 1.10,
    "deep": {
      "keep": 12345678901234567890
    }
  }
}"""


def test_one_changed_value_is_one_edit() -> None:
    varied = State(SHARED.replace('"Night"', '"VIP"'))
    assert derive_edits(State(SHARED), varied) == (Edit("set", "/job_name", '"VIP"'),)


def test_an_array_is_replaced_as_a_whole() -> None:
    varied = State(SHARED.replace('"a": "1"', '"a": "2"'))
    edits = derive_edits(State(SHARED), varied)
    assert [(edit.kind, edit.pointer) for edit in edits] == [("set", "/inputs")]
    assert apply_variant(State(SHARED), Variant("v", edits)).text == varied.text


def test_a_new_key_is_inserted_and_every_other_byte_stays() -> None:
    text = SHARED.replace('"max": 1.10,', '"max": 1.1,\n    "more": {\n      "b": -0\n    },')
    edits = derive_edits(State(SHARED), State(text))
    assert overridden_pointers(edits) == ["/options/max", "/options/more"]
    assert apply_variant(State(SHARED), Variant("v", edits)).text == text


def test_a_number_differs_from_its_text() -> None:
    edits = derive_edits(State('{\n  "a": 1\n}'), State('{\n  "a": "1"\n}'))
    assert edits == (Edit("set", "/a", '"1"'),)


def test_metadata_path_and_connection_belong_to_a_variant() -> None:
    shared = State(
        SHARED,
        Metadata(off={"/x": "1"}, away={"/y": "3", "/job_name": "4"}),
        {"workflow_uid": "a"},
        "one",
    )
    text = '{\n  "job_name": "Night",\n  "options": {}\n}'
    metadata = Metadata(off={"/inputs": "[]"}, notes={"/job_name": "ask Ada"}, away={"/z": "5"})
    varied = State(text, metadata, {"workflow_uid": "b"}, "two", "v")
    state = apply_variant(shared, Variant("v", derive_edits(shared, varied)))
    assert parse(state.text) == parse(text)
    assert state == State(state.text, metadata, {"workflow_uid": "b"}, "two", "v")


def test_an_edit_whose_pointer_is_gone_is_skipped() -> None:
    variant = Variant(
        "v", (Edit("set", "/a/b", "1"), Edit("remove", "/gone"), Edit("set", "/c", "2"))
    )
    assert parse(apply_variant(State('{"a": []}'), variant).text) == parse('{"a": [], "c": 2}')


def test_variants_survive_writing_and_reading() -> None:
    variants = (
        Variant("häppy", (Edit("set", "/a", "1e400", order=("b", "a")), Edit("remove", "/c"))),
    )
    assert read_variants(write_variants(variants)) == variants


def test_variant_names_are_unique() -> None:
    with pytest.raises(InvalidVariant, match="already"):
        clean_variant_name([Variant("minimal")], " minimal ")
    with pytest.raises(InvalidVariant):
        clean_variant_name([], " ")


KEYS = st.text("ab/~", max_size=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab/~"\\é{', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(OBJECTS, OBJECTS)
def test_derived_edits_lead_from_any_payload_to_any_other(
    a: dict[str, Any], b: dict[str, Any]
) -> None:
    shared, varied = State(dump(a)), State(dump(b))
    state = apply_variant(shared, Variant("v", derive_edits(shared, varied)))
    assert parse(state.text) == parse(varied.text)


def test_values_of_other_branches_belong_to_a_variant() -> None:
    shared = State('{"matching": "phone", "phone": "1"}', Metadata(away={"/email": '"a@b"'}))
    varied = State('{"email": "a@b"}', Metadata(away={"/phone": '"1"'}))
    result = apply_variant(shared, Variant("v", derive_edits(shared, varied)))
    assert (parse(result.text), result.metadata) == (parse(varied.text), varied.metadata)


def test_parameters_and_the_media_type_are_varied_too() -> None:
    shared = State("{}", path_values={"id": "1", "query:limit": "5", "query:page": "2"})
    varied = State(
        "{}",
        Metadata(media_type="text/plain", is_body_left_out=True),
        {"query:limit": "7", "header:X": ""},
    )
    edits = derive_edits(shared, varied)
    variant = read_variants(write_variants([Variant("v", edits)]))[0]
    applied = apply_variant(shared, variant)
    assert applied.path_values == varied.path_values
    assert applied.metadata == varied.metadata
    assert overridden_pointers(edits) == [
        "#query/limit",
        "#header/X",
        "#path/id",
        "#query/page",
        "#media-type",
        "#body",
    ]
    # Back to the operation's first type.
    back = apply_variant(varied, Variant("v", derive_edits(varied, shared)))
    assert back.metadata == Metadata()
    assert back.path_values == shared.path_values
