"""Charts: shapes that fit their axis, and the same values in words."""

import pytest
from django.template.loader import render_to_string

from playground.pages.charts import HEIGHT, WIDTH, Columns, Series, draw_lines, round_up, stack_bars

HOURS = Columns("Hour", ["10:00", "11:00"], ["10:00", "11:00"])
GOOD = Series("good", "accepted", [3, 0])
BAD = Series("bad", "refused", [1, 2])


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 2), (1, 1), (1.5, 2), (2.1, 4), (7, 8), (10, 10), (11, 20), (100_001, 200_000)],
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
    assert round_up(value) >= value


@pytest.mark.parametrize("value", [0.0004, 0.021, 0.3, 9.99, 1e9])
def test_durations_of_any_size_fit(value: float) -> None:
    assert value <= round_up(value) <= 2 * value


def test_bars_are_stacked_from_the_bottom() -> None:
    chart = stack_bars("sends", "Sends", HOURS, [GOOD, BAD])
    bars = [(bar.kind, bar.y, bar.height) for bar in chart.rectangles]
    # The axis ends at 4. A bar of no height isn't drawn.
    assert bars == [("good", 25, 75), ("bad", 0, 25), ("bad", 50, 50)]
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in chart.rectangles)
    assert chart.ticks == ["4", "2", "0"]
    assert chart.rows == [("10:00", ["3", "1"]), ("11:00", ["0", "2"])]
    assert [area.title for area in chart.areas] == [
        "10:00: accepted 3, refused 1",
        "11:00: accepted 0, refused 2",
    ]


def test_the_axis_of_one_send_has_whole_numbers() -> None:
    chart = stack_bars("sends", "Sends", HOURS, [Series("good", "accepted", [1, 0])])
    assert chart.ticks == ["2", "1", "0"]


def test_a_line_is_interrupted_where_there_is_no_value() -> None:
    series = Series("median", "median", [0.5, 1.0, None, 1.0])
    chart = draw_lines("latency", "Latency", Columns("Hour", "1234", "1234"), [series])
    assert chart.lines[0].path == "M125.0 50.0h0L375.0 0.0M875.0 0.0h0"
    # A value between gaps is a dot, too.
    assert chart.lines[0].dots == "M875.0 0.0h0"
    assert [texts for _, texts in chart.rows] == [["500 ms"], ["1.0 s"], ["–"], ["1.0 s"]]


def test_labels_are_few_and_below_their_columns() -> None:
    labels = [f"{hour:02}:00" for hour in range(24)]
    chart = stack_bars(
        "sends", "Sends", Columns("Hour", labels, labels), [Series("good", "accepted", [1] * 24)]
    )
    assert [each.text for each in chart.labels] == labels[::4]
    assert (chart.labels[0].x, chart.labels[-1].x) == ("2.08%", "85.42%")


def test_a_chart_of_nothing_says_so() -> None:
    chart = stack_bars("sends", "Sends", HOURS, [])
    assert chart.is_empty
    drawn = render_to_string("_chart.html", {"chart": chart})
    assert "Nothing to show yet." in drawn
    assert "<rect" not in drawn
    assert stack_bars("sends", "Sends", Columns("Hour", [], []), []).is_empty
    one = Columns("Hour", ["1"], ["1"])
    assert draw_lines("latency", "Latency", one, [Series("median", "median", [None])]).is_empty
    assert not draw_lines("latency", "Latency", one, [Series("median", "median", [0.0])]).is_empty
    with_words = render_to_string("_chart.html", {"chart": chart, "empty": "None replied."})
    assert "None replied." in with_words
    assert "Nothing to show yet." not in with_words


@pytest.mark.parametrize(
    ("longest", "ticks"),
    [
        (119.0, ["200.0 s", "100.0 s", "0 ms"]), (120.0, ["2 min", "1 min", "0 min"]),
        (7_199.0, ["200 min", "100 min", "0 min"]), (7_200.0, ["2 h", "1 h", "0 h"]),
        (172_800.0, ["2 d", "1 d", "0 d"]), (9e9, ["200,000 d", "100,000 d", "0 d"]),
    ],
)  # fmt: skip
def test_an_axis_of_durations_has_a_unit_that_fits(longest: float, ticks: list[str]) -> None:
    series = Series("p95", "p95", [longest, 0.0])
    chart = draw_lines("d", "Durations", HOURS, [series], lambda value: f"{value:.0f} seconds")
    assert list(chart.ticks) == ticks
    assert [texts for _, texts in chart.rows] == [[f"{longest:.0f} seconds"], ["0 seconds"]]


def test_the_table_has_the_full_labels() -> None:
    columns = Columns("Day (UTC)", ["1 Mar"], ["2026-03-01"])
    chart = stack_bars("sends", "Sends", columns, [Series("good", "accepted", [1])])
    drawn = render_to_string("_chart.html", {"chart": chart})
    assert '<text x="50.00%" y="11">1 Mar</text>' in drawn
    assert '<th scope="row">2026-03-01</th>' in drawn
    assert "<title>2026-03-01: accepted 1</title>" in drawn
    assert '<th scope="col">Day (UTC)</th>' in drawn


def test_a_drawn_chart_has_a_table_and_no_inline_style() -> None:
    odd = Series("good", "<b>", [HEIGHT, None])
    drawn = render_to_string(
        "_chart.html", {"chart": draw_lines("latency", "Latency", HOURS, [odd])}
    )
    assert '<th scope="row">10:00</th><td class="figure">100.0 s</td>' in drawn
    assert "&lt;b&gt;" in drawn
    assert "style" not in drawn
    assert "<script" not in drawn
