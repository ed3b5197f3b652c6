"""What differs between two documents, by pointer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.diff import (
    Difference,
    compare_texts,
    mask_volatile,
    print_side_by_side,
    to_pattern,
)
from playground.jsontext.edits import remove_value, set_value
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.splices import apply

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def found(before: str, after: str, ignore: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [(d.pointer, d.kind, d.before, d.after) for d in compare_texts(before, after, ignore)]


def test_added_removed_and_changed_values_are_found() -> None:
    assert found('{"a": 1, "b": {"c": true}, "d": 0}', '{"a": 2, "b": {"e": null}, "d": 0}') == [
        ("/a", "changed", "1", "2"),
        ("/b/c", "removed", "true", ""),
        ("/b/e", "added", "", "null"),
    ]


def test_numbers_are_compared_as_tokens() -> None:
    assert found("[1.10, 1e2, -0]", "[1.1, 100, 0]") == [
        ("/0", "changed", "1.10", "1.1"),
        ("/1", "changed", "1e2", "100"),
        ("/2", "changed", "-0", "0"),
    ]
    assert found('["1", true, null]', "[1, 1, 0]") != []
    assert found('{"a": 1}', '{"a": "1"}') == [("/a", "changed", "1", '"1"')]


def test_key_order_and_white_space_do_not_count() -> None:
    assert found('{"a":1,"b":[{"c":1,"d":2}]}', '{ "b": [{"d": 2, "c": 1}], "a": 1 }') == []


def test_a_row_inserted_first_does_not_change_the_others() -> None:
    assert found('[{"n": "a"}, {"n": "b"}]', '[{"n": "x"}, {"n": "a"}, {"n": "b"}]') == [
        ("/0", "added", "", '{\n  "n": "x"\n}')
    ]


def test_a_removed_row_has_its_earlier_index() -> None:
    before = '[{"n": "a", "v": 1}, {"n": "b", "v": 1}, {"n": "c", "v": 1}]'
    after = '[{"n": "a", "v": 1}, {"n": "c", "v": 2}]'
    assert [each[:2] for each in found(before, after)] == [("/1", "removed"), ("/1/v", "changed")]


def test_steps_are_aligned_by_uid() -> None:
    before = '[{"step_uid": "s1", "p": {"a": 1, "b": 2}}, {"step_uid": "s2", "p": {"a": 1}}]'
    after = '[{"step_uid": "s2", "p": {"a": 9}}]'
    kinds = [each[:2] for each in found(before, after)]
    assert kinds == [("/0", "removed"), ("/0/p/a", "changed")]


def test_long_lists_are_compared_quickly() -> None:
    rows = [{"n": number, "v": "x"} for number in range(20_000)]
    other = [*rows[:9], {"n": -1, "v": "y"}, *rows[9:15_000], *rows[15_001:]]
    differences = compare_texts(json.dumps(rows), json.dumps(other))
    assert [each.kind for each in differences] == ["added", "removed"]
    hostile = json.dumps([0, 1] * 5_000), json.dumps([1, 1, 0] * 4_000)
    assert compare_texts(*hostile)


def test_an_ignored_pointer_is_left_out_in_every_row() -> None:
    before, after = '{"d": [{"id": 1, "t": 2}], "x/y": 1}', '{"d": [{"id": 2, "t": 3}], "x/y": 2}'
    assert [d[0] for d in found(before, after, ("/d/*/id", "/x~1y"))] == ["/d/0/t"]
    assert found(before, after, ("/d", "/x~1y")) == []
    assert to_pattern("/d/0/id") == "/d/*/id"


@pytest.mark.parametrize(
    ("pointer", "before", "after", "volatile"),
    [
        ("/job_uid", '"a"', '"b"', True),
        ("/id", "1", "2", True),
        ("/createdAt", "1", "2", True),
        ("/started_at", "null", '"x"', True),
        ("/x", '"2026-11-22T18:00:00Z"', '"2026-11-22T18:00:01.5+01:00"', True),
        ("/status", '"paid"', '"open"', False),
        ("/valid", "true", "false", False),
        ("/format", '"a"', '"b"', False),
    ],
)
def test_ids_and_times_are_recognised(pointer, before, after, volatile) -> None:
    assert Difference(pointer, "changed", before, after).is_volatile is volatile


def test_replies_that_differ_only_in_ids_and_times_are_masked_alike() -> None:
    first = '{"job_uid": "5f3c", "state": "ok", "at": ["2026-11-22T18:00:00Z"]}'
    second = '{"state": "ok", "job_uid": "77aa", "at": ["2026-11-23T08:00:00Z"]}'
    assert mask_volatile(first) == mask_volatile(second)
    assert mask_volatile(first) != mask_volatile(second.replace("ok", "failed"))


def test_text_that_is_not_json_is_rejected() -> None:
    with pytest.raises(JSONSyntaxError):
        compare_texts("{", "{}")


@given(TREES, TREES)
def test_only_different_documents_have_differences(one, other) -> None:
    a, b = json.dumps(one), json.dumps(other)
    assert compare_texts(a, a) == []
    assert bool(compare_texts(a, b)) is (parse(a) != parse(b))


@given(st.dictionaries(st.text(max_size=3), st.integers()), st.integers())
def test_every_difference_has_a_pointer_that_can_be_edited(one, value) -> None:
    before, after = json.dumps(one), json.dumps({**one, "added": value})
    for each in compare_texts(before, after):
        assert apply(before, set_value(before, each.pointer, each.after))
    for each in compare_texts(after, before):
        if each.kind == "removed":
            assert apply(after, remove_value(after, each.pointer))


@given(TREES, TREES)
def test_each_side_prints_its_document(one, other) -> None:
    a, b = parse(json.dumps(one)), parse(json.dumps(other))
    rows = print_side_by_side(a, b)
    assert parse("\n".join(row.before for row in rows if row.before is not None)) == a
    assert parse("\n".join(row.after for row in rows if row.after is not None)) == b
    assert any(row.kind != "same" for row in rows) is bool(
        compare_texts(json.dumps(one), json.dumps(other))
    )
