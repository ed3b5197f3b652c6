"""Literals of source code: numbers, strings of bash, references, limits."""

import pytest

from playground.importers.literals import (
    MAX_CHARACTERS,
    SizeBudget,
    check_size,
    is_text,
    join_surrogates,
    make_reference,
    normalize_number,
    read_ansi_string,
)
from playground.importers.values import Unreadable


@pytest.mark.parametrize(
    ("token", "number"),
    [
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("1_000", "1000"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("0x1F", "31"),
        ("0b101", "5"),
    ],
)
def test_numbers_are_written_as_json_writes_them(token, number):
    found = normalize_number(token)
    assert not is_text(found)
    assert str(found) == number


@pytest.mark.parametrize("token", ["007", "1.2.3", "0xZZ", "NaN", "--1", ""])
def test_other_tokens_stay_strings(token):
    assert normalize_number(token) == token
    assert is_text(normalize_number(token))


def test_surrogate_pairs_are_joined_and_halves_replaced():
    assert join_surrogates("\ud83d\ude00") == "\U0001f600"
    assert join_surrogates("a\ud83db") == "a\ufffdb"


def test_escapes_in_quotes_of_bash_are_resolved():
    inside = r"it\'s \u00e9 \xc3\xa9 \ud83d\ude00 \x41\101\n\cA"
    value, end = read_ansi_string(inside + "' rest", 0)
    assert value == "it's \u00e9 \u00e9 \U0001f600 AA\n\x01"
    assert end == len(inside) + 1


@pytest.mark.parametrize(
    ("name", "reference"),
    [("KEY", "{{KEY}}"), ("my-key", "{{my_key}}"), ("1st", "{{value_1st}}"), ("", "{{value}}")],
)
def test_references_have_valid_names(name, reference):
    assert make_reference(name) == reference


def test_a_list_that_contains_a_list_many_times_is_too_large():
    value = ["x" * 1000]
    for _ in range(5):
        value = [value] * 10
    with pytest.raises(Unreadable, match="too large"):
        check_size(value)
    assert check_size([["x"]]) == [["x"]]


def test_a_budget_is_shared_by_all_insertions():
    budget = SizeBudget()
    assert budget.spend("x" * MAX_CHARACTERS)[:3] == "xxx"
    with pytest.raises(Unreadable, match="too large"):
        budget.spend("y")
