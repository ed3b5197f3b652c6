"""The grid of input rows: columns, cells and how they look."""

from playground.forms.grid import draw_rows, read_cell, read_grid
from playground.jsontext import parsing
from playground.rules.facts import InputKey

KEYS = (InputKey("first_name", True), InputKey("company_name"))


def test_the_workflows_keys_come_first_then_the_rows_own() -> None:
    rows = parsing.parse('[{"x": 1, "first_name": "Ada"}, {"meta": {}, "y": 2}]')
    grid = read_grid("/inputs", rows, KEYS)
    assert [c.key for c in grid.columns] == ["first_name", "company_name", "x", "y", "meta"]
    assert grid.count == 2


def test_absent_null_empty_number_and_object_look_different() -> None:
    tree = parsing.parse('{"n": 1.10, "o": {"a": [1]}, "e": "", "z": null}')
    assert isinstance(tree, dict)
    assert read_cell(...) == ("text", "absent", "")
    assert read_cell(tree["z"]) == ("text", "null", "")
    assert read_cell(tree["e"]) == ("text", "text", "")
    assert read_cell(tree["n"]) == ("json", "number", "1.10")
    assert read_cell(tree["o"])[0:2] == ("json", "other")
    assert "\n" not in read_cell(tree["o"])[2]


def test_text_that_an_input_would_change_is_shown_as_json() -> None:
    for value, shown in (("a\nb", '"a\\nb"'), ("a\r\nb", '"a\\r\\nb"'), ("a\0b", '"a\\u0000b"')):
        assert read_cell(value) == ("json", "", shown)


def test_everything_a_person_typed_is_escaped() -> None:
    bad = '"><script>alert(1)</script>'
    rows = [{bad: bad}]
    html = draw_rows(read_grid("/inputs", rows, ()), 0, 1)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 2


def test_a_row_that_is_not_an_object_is_one_wide_cell() -> None:
    grid = read_grid("/inputs", parsing.parse('["text", {"a": "1"}]'), ())
    html = draw_rows(grid, 0, 2)
    assert html.count('class="grid-cell wide"') == 1
    assert html.count("data-row>") == 2


def test_a_value_that_is_not_a_list_is_an_empty_grid() -> None:
    assert read_grid("/inputs", {"a": 1}, KEYS).count == 0
