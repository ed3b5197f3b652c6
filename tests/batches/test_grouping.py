"""Which rows share a request, and which repeat others."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from playground.batches import grouping
from playground.batches.grouping import LineIndex, group_rows
from tests.batches.rows import LAUNCH, fill, make_builder, rows

TEXT = '{"inputs": [], "job_name": "j", "steps": []}'


def grouped(cells, **options):
    mapping = fill("/inputs/-/name", "/inputs/-/key", items="/inputs", **options)
    builder = make_builder(TEXT, mapping, ["name", "key"], LAUNCH)
    return [[each.cells[0] for each in group] for group in group_rows(iter(rows(*cells)), builder)]


CELLS = [["a", "1"], ["b", "1"], ["c", "2"], ["d", ""], ["e", ""], ["f", "1"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"group": "each"}, ["a", "b", "c", "d", "e", "f"]),
        ({"group": "all"}, ["abcdef"]),
        ({"group": "chunks", "size": 4}, ["abcd", "ef"]),
        ({"group": "chunks", "size": 6}, ["abcdef"]),
        ({"group": "key", "key": "key"}, ["ab", "c", "d", "e", "f"]),
    ],
)
def test_a_mapping_decides_which_rows_share_a_request(options, expected):
    assert grouped(CELLS, **options) == list(map(list, expected))
    assert grouped([], **options) == []


def test_chunks_end_before_the_body_is_larger_than_the_api_accepts():
    mapping = fill("/inputs/-/name", group="chunks", size=100, items="/inputs")
    builder = make_builder(TEXT, mapping, ["name"], LAUNCH)
    builder.operation = replace(builder.operation, max_bytes=10_000)
    cells = [["é" * 1000]] * 9 + [["x" * 20_000]] + [["y"]]
    found = list(group_rows(rows(*cells), builder))
    assert [len(each) for each in found] == [4, 4, 1, 1, 1]
    sizes = [len(builder.build(each).text.encode()) for each in found]
    # A row that is too large by itself is still one request, which the rules warn of.
    assert [size <= 10_000 for size in sizes] == [True, True, True, False, True]


def test_all_rows_of_one_request_stay_below_what_fits_into_memory(monkeypatch):
    monkeypatch.setattr(grouping, "MOST_ROWS", 4)
    assert grouped(CELLS, group="all") == [list("abcd"), list("ef")]


def test_rows_are_read_as_they_are_needed():
    taken = []

    def read():
        for each in rows(*CELLS):
            taken.append(each.line)
            yield each

    mapping = fill("/inputs/-/name", group="chunks", size=2, items="/inputs")
    groups = group_rows(read(), make_builder(TEXT, mapping, ["name"], LAUNCH))
    next(groups)
    assert taken == [2, 3, 4]


def test_the_index_finds_the_first_line_of_each_key_in_little_memory():
    index = LineIndex()
    keys = [(f"name {number}", None) for number in range(5000)]
    assert [index.add(key, line) for line, key in enumerate(keys, 2)] == [0] * 5000
    assert [index.add(key, 9999) for key in keys] == list(range(2, 5002))
    assert index.count == 5000
    assert sys.getsizeof(index.hashes) + sys.getsizeof(index.lines) < 50 * 5000
