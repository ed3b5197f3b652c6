"""Reading again what changed a little: the same values and places as reading all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext import rereading
from playground.jsontext.locating import find
from playground.jsontext.parsing import NotJson, read
from playground.jsontext.plain_values import Twin, read_twin
from tests.jsontext.trees import documents, places

ROWS = [{"url": f"https://example.com/{n}", "n": n} for n in range(400)]
STEPS = [{"step_uid": f"s{n}", "parameters": {"limit": n}} for n in range(60)]
TEXT = json.dumps({"inputs": ROWS, "steps": STEPS, "job_name": "Night"}, indent=2)
INSERTED = st.sampled_from(
    ["", "x", "1", "-", '"', ",", "]", "}", "{}", '"a": 1,', "[[", "\\", "\\ud800", " ", "é", "[1]"]
)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "_known", ())


@pytest.fixture(scope="module", autouse=True)
def all_is_long() -> Iterator[None]:
    """Everything is long enough here to be remembered and cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rereading, "LONG_PART", 4)
        patch.setattr(rereading, "LONG_TEXT", 1)
        patch.setattr(rereading, "MOST_CHANGED", 2)
        yield


def read_anew(text: str) -> Twin:
    """What a process says that never read anything."""
    kept, rereading._known = rereading._known, ()
    try:
        return read_twin(text)
    finally:
        rereading._known = kept


def said_of(text: str, reader: object) -> str:
    """The twin with the order of its keys and the types of its numbers, or the fault."""
    try:
        return repr(reader(text))  # type: ignore[operator]
    except NotJson as fault:
        return repr((fault.code, fault.line, fault.column))


@given(documents(), st.data())
def test_any_chain_of_changes_reads_as_each_text_alone(
    document: tuple[object, str], data: st.DataObject
) -> None:
    rereading._known = ()
    text = document[1]
    for _ in range(5):
        assert said_of(text, read_twin) == said_of(text, read_anew)
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(at + 4, len(text))))
        text = text[:at] + data.draw(INSERTED) + text[end:]


@given(documents(), st.data())
def test_places_are_found_the_same_in_a_text_that_is_known(
    document: tuple[object, str], data: st.DataObject
) -> None:
    rereading._known = ()
    text = document[1]
    tree = read(text)
    pointers = [*places(tree), "/nowhere", "/0/1/2", "/-", "/00"]
    expected = [find(text, pointer) for pointer in pointers]
    read_twin(text)
    assert [find(text, pointer) for pointer in pointers] == expected
    # A value set elsewhere moves the others: by what is known or by looking, it is the same.
    pointer = data.draw(st.sampled_from(places(tree)))
    place = find(text, pointer)
    assert place
    fresh = text[: place.start] + '"set \\u00e9 anew"' + text[place.end :]
    read_twin(fresh)
    pointers = places(read(fresh))
    found = [find(fresh, each) for each in pointers]
    rereading._known = ()
    assert found == [find(fresh, each) for each in pointers]


def test_what_an_edit_left_alone_is_not_read_again() -> None:
    before = read_twin(TEXT)
    after = read_twin(TEXT.replace('"limit": 7', '"limit": 70'))
    assert after.value["inputs"] is before.value["inputs"]
    assert after.value["steps"][6] is before.value["steps"][6]
    assert after.value["steps"][7] == {"step_uid": "s7", "parameters": {"limit": 70}}
    assert before.value["steps"][7]["parameters"] == {"limit": 7}
    assert after.members == before.members


def test_of_two_drafts_that_look_alike_each_follows_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rereading, "MOST_CHANGED", 0.25)
    other = TEXT.replace("example.com", "example.org")
    mine, theirs = read_twin(TEXT), read_twin(other)
    assert read_twin(TEXT.replace("Night", "Day")).value["inputs"] is mine.value["inputs"]
    assert read_twin(other.replace("Night", "Day")).value["inputs"] is theirs.value["inputs"]


def test_rows_that_came_and_went_are_counted() -> None:
    read_twin(TEXT)
    more = TEXT.replace('"limit": 7', '"limit": 7, "more": [{"a": 1}, {"b": 2}]')
    assert read_twin(more).members == read_anew(more).members
    without = json.dumps({"inputs": ROWS[1:], "steps": STEPS, "job_name": "Night"}, indent=2)
    assert read_twin(without) == read_anew(without)


def test_a_key_that_stands_twice_is_never_put_together() -> None:
    twice = '{"a": {"x": 1}, "a": {"x": 2}, "b": [1, 2]}'
    assert read_twin(twice) == read_anew(twice)
    assert rereading._known == ()
    inside = '{"b": {"a": 1, "a": {"x": 2}}, "c": 1}'
    read_twin(inside)
    changed = inside.replace('"a": 1', '"a": 100')
    assert repr(read_twin(changed)) == repr(read_anew(changed))


def test_nesting_is_counted_from_the_top() -> None:
    deep = "[" * 60 + "1" + "]" * 60
    text = '{"a": [' + deep + '], "b": 2}'
    read_twin(text)
    deeper = text.replace("1]", "[" * 60 + "1" + "]" * 60 + "]", 1)
    with pytest.raises(NotJson, match="100"):
        read_twin(deeper)


def test_no_more_texts_are_kept_than_said() -> None:
    for number in count(1):
        read_twin(f'{{"number": [{number}], "{number}": "{"x" * number}"}}')
        if number > rereading.TEXTS + 3:
            break
    assert len(rereading._known) <= rereading.TEXTS


def test_no_more_characters_are_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "CHARACTERS", 100)
    for number in range(6):
        read_twin(f'["{str(number) * 36}"]')
    assert [len(known.text) for known in rereading._known] == [40, 40]


def test_a_short_text_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "LONG_TEXT", 6_000)
    read_twin('{"a": [1, 2]}')
    assert rereading._known == ()
