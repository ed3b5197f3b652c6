"""Edits: the splice changes the value, and every other byte stays."""

import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext import pointers
from playground.jsontext.edits import (
    KeyExists,
    PointerNotFound,
    append_items,
    duplicate_item,
    insert_item,
    move_item,
    remove_value,
    rename_key,
    set_value,
)
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import (
    NumberToken,
    parse,
)
from playground.jsontext.pointers import (
    locate,
)
from playground.jsontext.printing import dump, tokens
from playground.jsontext.splices import Splice, apply
from tests.jsontext.trees import documents, places, value_at

INLINE = '{"a": 1, "b": 2}'


BLOCK = '{\n    "a": 1,\n    "b": [\n        1\n    ]\n}'


def edited(text: str, splice: Splice) -> str:
    after = apply(text, splice)
    assert apply(after, splice.inverse()) == text
    return after


@pytest.mark.parametrize(
    ("text", "pointer", "value", "after"),
    [
        (INLINE, "/a", "1.10", '{"a": 1.10, "b": 2}'),
        (INLINE, "/c", '"x"', '{"a": 1, "b": 2, "c": "x"}'),
        (INLINE, "/c", '{\n  "x": [\n    1\n  ]\n}', '{"a": 1, "b": 2, "c": {"x": [1]}}'),
        ('{"a":1}', "/c/d", "2", '{"a":1,"c":{"d":2}}'),
        ('{ "a": 1 }', "/c", "2", '{ "a": 1, "c": 2 }'),
        ("{}", "/a", "1", '{\n  "a": 1\n}'),
        ("{}", "/a/0/b", "1", '{\n  "a": [\n    {\n      "b": 1\n    }\n  ]\n}'),
        ('{"x": {}}', "/x/a", "1", '{"x": {"a": 1}}'),
        ('{\n\t"x": {}\n}', "/x/a", "1", '{\n\t"x": {\n\t\t"a": 1\n\t}\n}'),
        ('{\r\n  "x": 1\r\n}', "/y", "1", '{\r\n  "x": 1,\r\n  "y": 1\r\n}'),
        (BLOCK, "/b/1", "2", BLOCK.replace("1\n    ]", "1,\n        2\n    ]")),
        (BLOCK, "/b/-", "2", BLOCK.replace("1\n    ]", "1,\n        2\n    ]")),
        (BLOCK, "/c", '{\n  "d": 1\n}', BLOCK[:-2] + ',\n    "c": {\n        "d": 1\n    }\n}'),
        ('{"a": null}', "/a/b", "1", '{"a": {"b": 1}}'),
        ('{"a": 1,\n "b": 2}', "/c", "3", '{"a": 1,\n "b": 2,\n "c": 3}'),
    ],
)
def test_a_value_is_formatted_like_its_neighbours(
    text: str, pointer: str, value: str, after: str
) -> None:
    assert edited(text, set_value(text, pointer, value)) == after


def test_a_new_key_goes_where_the_order_puts_it() -> None:
    order = ["a", "b", "c", "d"]
    text = '{\n  "b": 1,\n  "d": 2,\n  "x": 3\n}'
    assert list(parse(edited(text, set_value(text, "/c", "1", order)))) == ["b", "c", "d", "x"]
    assert list(parse(edited(text, set_value(text, "/a", "1", order)))) == ["a", "b", "d", "x"]
    assert list(parse(edited(text, set_value(text, "/y", "1", order)))) == ["b", "d", "x", "y"]
    assert edited(text, set_value(text, "/a", "1", order)).startswith('{\n  "a": 1,\n  "b": 1,')


@pytest.mark.parametrize("pointer", ["/b/3", "/a/x", "/b/x", "/c/7"])
def test_a_pointer_without_room_for_a_value_is_rejected(pointer: str) -> None:
    with pytest.raises(PointerNotFound) as caught:
        set_value(BLOCK, pointer, "1")
    assert caught.value.pointer == pointer


def test_a_value_that_is_not_json_is_rejected() -> None:
    with pytest.raises(JSONSyntaxError):
        set_value(INLINE, "/a", "1, 2")


@pytest.mark.parametrize(
    ("text", "pointer", "after"),
    [
        (INLINE, "/a", '{"b": 2}'),
        (INLINE, "/b", '{"a": 1}'),
        ('{\n  "a": 1\n}', "/a", "{}"),
        ("[1, 2, 3]", "/1", "[1, 3]"),
        ("[ 1 ]", "/0", "[]"),
        ('{\n  "a": 1,\n  "b": 2, "c": 3\n}', "/b", '{\n  "a": 1,\n  "c": 3\n}'),
        ('{\n  "a": 1, "b": 2,\n  "c": 3\n}', "/b", '{\n  "a": 1,\n  "c": 3\n}'),
        ('{"a": 1, "b": 2, "a": 3}', "/a", '{"b": 2}'),
        ('{"": 1, "b": 2}', "/", '{"b": 2}'),
    ],
)
def test_removing_a_value_removes_one_comma(text: str, pointer: str, after: str) -> None:
    assert edited(text, remove_value(text, pointer)) == after


@pytest.mark.parametrize("pointer", ["", "/x", "/a/0"])
def test_a_missing_value_cannot_be_removed(pointer: str) -> None:
    with pytest.raises(PointerNotFound):
        remove_value(INLINE, pointer)


def test_a_renamed_key_stays_where_it_is() -> None:
    assert edited(INLINE, rename_key(INLINE, "/a", "é")) == '{"é": 1, "b": 2}'
    with pytest.raises(KeyExists):
        rename_key(INLINE, "/a", "b")
    with pytest.raises(PointerNotFound):
        rename_key(BLOCK, "/b/0", "b")


def test_a_value_cut_from_the_text_goes_back_unchanged() -> None:
    text = dump({"a": {"b": [NumberToken("1"), {"c": None}]}})
    value = text[text.index('{\n    "b"') : -2]
    assert not set_value(text, "/a", value).changes


def kept(text: str, after: str, splice: Splice) -> None:
    """Every byte outside the splice stays."""
    end = splice.offset + len(splice.removed)
    assert after[: splice.offset] == text[: splice.offset]
    assert after[splice.offset + len(splice.inserted) :] == text[end:]


@given(documents(), documents(), st.randoms(use_true_random=False))
def test_setting_a_value_sets_it_in_the_tree(
    document: tuple[object, str], value: tuple[object, str], chance: random.Random
) -> None:
    tree, text = copy.deepcopy(document)
    pointer = chance.choice(places(tree))
    splice = set_value(text, pointer, value[1])
    after = edited(text, splice)
    kept(text, after, splice)
    assert parse(after) == planted(tree, pointer, value[0])


def planted(tree: object, pointer: str, value: object) -> object:
    if not pointer:
        return value
    *_, segment = pointers.split(pointer)
    holder = value_at(tree, pointers.parent(pointer))
    if isinstance(holder, list):
        holder[int(segment) :] = [value, *holder[int(segment) + 1 :]]
    else:
        holder[segment] = value  # type: ignore[index]
    return tree


@given(documents(), documents(), st.randoms(use_true_random=False), st.text(max_size=3))
def test_adding_a_value_adds_it_to_the_tree(
    document: tuple[object, str], value: tuple[object, str], chance: random.Random, key: str
) -> None:
    tree, text = copy.deepcopy(document)
    holders = [p for p in places(tree) if isinstance(value_at(tree, p), dict | list)]
    if not holders:
        return
    pointer = chance.choice(holders)
    holder = value_at(tree, pointer)
    pointer = pointers.child(pointer, len(holder) if isinstance(holder, list) else key)
    order = [*holder, key] if isinstance(holder, dict) else ()
    chance.shuffle(order) if isinstance(order, list) else None
    splice = set_value(text, pointer, value[1], order)
    after = edited(text, splice)
    kept(text, after, splice)
    assert parse(after) == planted(tree, pointer, value[0])
    assert locate(text, pointer) or same_tokens(text, after)


def same_tokens(less: str, more: str) -> bool:
    """Whether a text has all tokens of another but commas, in the same order."""
    rest = iter(more[t.start : t.end] for t in tokens(more))
    wanted = [less[t.start : t.end] for t in tokens(less)]
    return all(token in rest for token in wanted if token != ",")


@given(documents(), st.randoms(use_true_random=False))
def test_removing_a_value_removes_it_from_the_tree(
    document: tuple[object, str], chance: random.Random
) -> None:
    tree, text = copy.deepcopy(document)
    inner = places(tree)[1:]
    if not inner:
        return
    pointer = chance.choice(inner)
    splice = remove_value(text, pointer)
    after = edited(text, splice)
    kept(text, after, splice)
    holder = value_at(tree, pointers.parent(pointer))
    segment = pointers.last(pointer)
    del holder[int(segment) if isinstance(holder, list) else segment]  # type: ignore[attr-defined]
    assert parse(after) == tree
    assert same_tokens(after, text)


@given(st.lists(documents(2), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_items_are_moved_copied_and_inserted_as_in_a_list(
    rows: list[tuple[object, str]], chance: random.Random
) -> None:
    text = '{"rows": [' + ",\n ".join(text for _, text in rows) + "]}"
    a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
    tree = [row for row, _ in rows]
    tree.insert(b, tree.pop(a))
    assert parse(edited(text, move_item(text, "/rows", a, b))) == {"rows": tree}
    tree = [row for row, _ in rows]
    tree.insert(a + 1, tree[a])
    assert parse(edited(text, duplicate_item(text, "/rows", a))) == {"rows": tree}
    tree = [row for row, _ in rows]
    tree.insert(b, NumberToken("7"))
    assert parse(edited(text, insert_item(text, "/rows", b, "7"))) == {"rows": tree}


@given(
    items=st.lists(st.sampled_from(["{}", "1", '{\n  "b": [\n    2\n  ]\n}']), max_size=3),
    new=st.lists(st.sampled_from(["{}", "3", '{\n  "c": {\n    "d": 4\n  }\n}']), max_size=5),
    gap=st.sampled_from(["", " ", "\n    ", "\r\n\t"]),
)
def test_items_appended_together_look_as_if_they_came_one_by_one(
    items: list[str], new: list[str], gap: str
) -> None:
    end = gap[:-2] if "\n" in gap and items else ""
    text = '{"a": [' + ",".join(gap + each for each in items) + end + "]}"
    expected = text
    for index, value in enumerate(new, len(items)):
        expected = edited(expected, insert_item(expected, "/a", index, value))
    assert edited(text, append_items(text, "/a", new)) == expected
