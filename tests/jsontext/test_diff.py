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


def test_it_says_what_was_added_removed_and_changed() -> None:
    assert found('{"a": 1, "b": {"c": true}, "d": 0}', '{"a": 2, "b": {"e": null}, "d": 0}') == [
        ("/a", "changed", "1", "2"),
        ("/b/c", "removed", "true", ""),
        ("/b/e", "added", "", "null"),
    ]


def test_numbers_are_compared_as_the_tokens_they_are() -> None:
    assert found("[1.10, 1e2, -0]", "[1.1, 100, 0]") == [
        ("/0", "changed", "1.10", "1.1"),
        ("/1", "changed", "1e2", "100"),
        ("/2", "changed", "-0", "0"),
    ]
    assert found('["1", true, null]', "[1, 1, 0]") != []
    assert found('{"a": 1}', '{"a": "1"}') == [("/a", "changed", "1", '"1"')]


def test_the_order_of_keys_and_the_spaces_are_no_difference() -> None:
    assert found('{"a":1,"b":[{"c":1,"d":2}]}', '{ "b": [{"d": 2, "c": 1}], "a": 1 }') == []


def test_a_row_put_in_front_moves_the_others_without_changing_them() -> None:
    assert found('[{"n": "a"}, {"n": "b"}]', '[{"n": "x"}, {"n": "a"}, {"n": "b"}]') == [
        ("/0", "added", "", '{\n  "n": "x"\n}')
    ]


def test_a_removed_row_counts_as_the_earlier_document_does() -> None:
    before = '[{"n": "a", "v": 1}, {"n": "b", "v": 1}, {"n": "c", "v": 1}]'
    after = '[{"n": "a", "v": 1}, {"n": "c", "v": 2}]'
    assert [each[:2] for each in found(before, after)] == [("/1", "removed"), ("/1/v", "changed")]


def test_steps_find_each_other_by_their_uid() -> None:
    before = '[{"step_uid": "s1", "p": {"a": 1, "b": 2}}, {"step_uid": "s2", "p": {"a": 1}}]'
    after = '[{"step_uid": "s2", "p": {"a": 9}}]'
    kinds = [each[:2] for each in found(before, after)]
    assert kinds == [("/0", "removed"), ("/0/p/a", "changed")]


def test_a_long_list_is_compared_in_no_time() -> None:
    rows = [{"n": number, "v": "x"} for number in range(20_000)]
    other = [*rows[:9], {"n": -1, "v": "y"}, *rows[9:15_000], *rows[15_001:]]
    differences = compare_texts(json.dumps(rows), json.dumps(other))
    assert [each.kind for each in differences] == ["added", "removed"]
    hostile = json.dumps([0, 1] * 5_000), json.dumps([1, 1, 0] * 4_000)
    assert compare_texts(*hostile)


def test_what_is_ignored_is_left_out_in_every_row() -> None:
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
def test_ids_and_times_are_known_by_their_look(pointer, before, after, volatile) -> None:
    assert Difference(pointer, "changed", before, after).is_volatile is volatile


def test_answers_that_differ_in_ids_and_times_only_settle_alike() -> None:
    first = '{"job_uid": "5f3c", "state": "ok", "at": ["2026-11-22T18:00:00Z"]}'
    second = '{"state": "ok", "job_uid": "77aa", "at": ["2026-11-23T08:00:00Z"]}'
    assert mask_volatile(first) == mask_volatile(second)
    assert mask_volatile(first) != mask_volatile(second.replace("ok", "failed"))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(JSONSyntaxError):
        compare_texts("{", "{}")


@given(TREES, TREES)
def test_equal_documents_differ_nowhere_and_others_somewhere(one, other) -> None:
    a, b = json.dumps(one), json.dumps(other)
    assert compare_texts(a, a) == []
    assert bool(compare_texts(a, b)) is (parse(a) != parse(b))


@given(st.dictionaries(st.text(max_size=3), st.integers()), st.integers())
def test_every_difference_names_a_place_that_can_be_edited(one, value) -> None:
    before, after = json.dumps(one), json.dumps({**one, "added": value})
    for each in compare_texts(before, after):
        assert apply(before, set_value(before, each.pointer, each.after))
    for each in compare_texts(after, before):
        if each.kind == "removed":
            assert apply(after, remove_value(after, each.pointer))


@given(TREES, TREES)
def test_side_by_side_each_side_reads_as_its_document(one, other) -> None:
    a, b = parse(json.dumps(one)), parse(json.dumps(other))
    rows = print_side_by_side(a, b)
    assert parse("\n".join(row.before for row in rows if row.before is not None)) == a
    assert parse("\n".join(row.after for row in rows if row.after is not None)) == b
    assert any(row.kind != "same" for row in rows) is bool(
        compare_texts(json.dumps(one), json.dumps(other))
    )
