"""Sorting and filtering rows of any JSON."""

from typing import Any

import pytest

from playground.sending.job_tables import RowQuery, select_rows


def sort(values: list[Any], descending: bool = False) -> list[Any]:
    rows = [{"v": value} for value in values]
    return [row["v"] for row in select_rows(rows, RowQuery(sort="v", descending=descending))]


def test_numbers_sort_by_value_also_as_text() -> None:
    assert sort([10, "9", 2.5, "-3", 1e3, "12345678901234.5"]) == [
        "-3", 2.5, "9", 10, 1e3, "12345678901234.5",
    ]  # fmt: skip


def test_big_integers_keep_their_order() -> None:
    big = 2**63
    assert sort([big + 1, big, big - 1]) == [big - 1, big, big + 1]


def test_codes_and_phone_numbers_are_texts() -> None:
    assert sort(["+33", "007", 5, "1e3", "٣"]) == [5, "+33", "007", "1e3", "٣"]


def test_texts_sort_without_regard_to_case() -> None:
    assert sort(["beta", "Alpha", "alpha"]) == ["Alpha", "alpha", "beta"]
    assert sort(["beta", "Alpha", "alpha"], descending=True) == ["beta", "Alpha", "alpha"]


@pytest.mark.parametrize("descending", [False, True])
def test_empty_values_come_last(descending: bool) -> None:
    ends = sort(["", None, "a", 0, False], descending)
    assert ends[-2:] == ["", None]
    assert ends[:3] == ([0, "a", False] if not descending else [False, "a", 0])


def test_rows_without_the_column_come_last() -> None:
    rows = [{"a": 1}, {"b": 1}, {"b": 0}]
    assert select_rows(rows, RowQuery(sort="b")) == [{"b": 0}, {"b": 1}, {"a": 1}]
    assert select_rows(rows, RowQuery(sort="nowhere")) == rows


def test_anything_can_be_sorted() -> None:
    odd = [float("nan"), {"a": [1]}, [2], "x", True, float("inf"), None]
    assert len(sort(odd)) == len(sort(odd, descending=True)) == len(odd)


def test_every_word_must_be_found_in_the_row_or_in_the_column() -> None:
    rows = [
        {"name": "Ada Lovelace", "city": "London", "tags": ["Math", {"k": "É"}]},
        {"name": "Grace Hopper", "city": "New York", "tags": None},
        {"name": "London", "n": 1.5},
    ]

    def find(text: str, within: str = "") -> list[int]:
        return [rows.index(row) for row in select_rows(rows, RowQuery(text, within))]  # type: ignore[arg-type]

    assert find("london") == [0, 2]
    assert find("LONDON ada") == [0]
    assert find("london", "name") == [2]
    assert find("é") == [0]
    assert find("1.5") == [2]
    # Not across two cells, and not the names of columns.
    assert find("lovelacelondon") == find("city") == find("x", "nowhere") == []
    assert find("  ") == [0, 1, 2]


def test_rows_are_filtered_and_then_sorted() -> None:
    rows = [{"n": n, "even": n % 2 == 0} for n in range(10)]
    query = RowQuery("true", "even", sort="n", descending=True)
    assert [row["n"] for row in select_rows(rows, query)] == [8, 6, 4, 2, 0]
