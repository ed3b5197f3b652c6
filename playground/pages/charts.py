"""Small charts as inline SVG: stacked bars and lines over time, with a table of the same values.

Everything is an attribute or a class, since the content security policy allows no inline style.
Shapes are in a view box that stretches to any width; texts are HTML around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 100
# Share of a column that its bar fills.
BAR_SHARE = 0.72
# The top of an axis is one of these times a power of ten, so that its half is a short number too.
ROUND = (2, 4, 6, 8, 10)
# How many labels of columns fit under a chart on a phone.
MOST_LABELS = 6
# Units of an axis of durations, longest first. One is used from two of it up.
TIME_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@dataclass(frozen=True)
class Columns:
    """The columns of a chart: short labels below it, and full ones for its table.

    `heading` is that of the table's first column.
    """

    heading: str
    labels: Sequence[str]
    full_labels: Sequence[str]


@dataclass(frozen=True)
class Series:
    """One value per column; None leaves a gap. `kind` is a class in `charts.css`."""

    kind: str
    label: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Rectangle:
    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """A line with gaps; `dots` are its points without neighbours, which a line wouldn't show."""

    kind: str
    path: str
    dots: str


@dataclass(frozen=True)
class Label:
    """A label under its column; `x` is its middle, as a share of the width."""

    x: str
    text: str


@dataclass(frozen=True)
class HoverArea:
    """A column as a whole, for what is shown on hover."""

    x: float
    width: float
    title: str


@dataclass(frozen=True)
class Chart:
    """What `_chart.html` draws. `rows` are those of the table: a label and a text per series."""

    name: str
    title: str
    heading: str
    series: Sequence[Series]
    ticks: Sequence[str]
    labels: Sequence[Label]
    areas: Sequence[HoverArea]
    rows: Sequence[tuple[str, Sequence[str]]]
    rectangles: Sequence[Rectangle] = ()
    lines: Sequence[Line] = ()
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"
    middle: float = HEIGHT / 2
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        return not self.rectangles and not any(line.path for line in self.lines)


def format_count(value: float) -> str:
    return f"{value:,.0f}"


def format_seconds(value: float) -> str:
    return f"{value * 1000:,.0f} ms" if value < 1 else f"{value:,.1f} s"


def count_outcomes(
    counts: Sequence[Mapping[str, int]], words: Mapping[str, object]
) -> Iterator[Series]:
    """Yield a series for each outcome that occurs, in the order of their words."""
    for outcome, word in words.items():
        if any(each.get(outcome) for each in counts):
            values = [each.get(outcome, 0) for each in counts]
            yield Series(f"outcome-{outcome}", str(word), values)


def stack_bars(name: str, title: str, columns: Columns, series: Sequence[Series]) -> Chart:
    """Return a chart of counts, the series on top of each other."""
    places = range(len(columns.labels))
    totals = [sum(each.values[place] or 0 for each in series) for place in places]
    # At least 2, so that its half is a whole number.
    top = round_up(max(totals, default=0)) if max(totals, default=0) > 1 else ROUND[0]
    step = WIDTH / max(1, len(columns.labels))
    rectangles = []
    for place in places:
        floor = float(HEIGHT)
        for each in series:
            height = (each.values[place] or 0) / top * HEIGHT
            floor -= height
            if height:
                x = place * step + step * (1 - BAR_SHARE) / 2
                shape = (x, floor, step * BAR_SHARE, height)
                rectangles.append(Rectangle(each.kind, *(round(part, 2) for part in shape)))
    ticks = [format_count(value) for value in (top, top / 2, 0)]
    return _make_chart(name, title, columns, series, ticks, format_count, rectangles=rectangles)


def draw_lines(
    name: str,
    title: str,
    columns: Columns,
    series: Sequence[Series],
    write: Callable[[float], str] = format_seconds,
) -> Chart:
    """Return a chart of durations in seconds, each series a line with gaps."""
    longest = max((value or 0 for each in series for value in each.values), default=0)
    unit, word = next((each for each in TIME_UNITS if longest >= 2 * each[0]), (1, ""))
    top = round_up(longest / unit) * unit
    lines = [
        Line(each.kind, _draw_path(each.values, top), _draw_dots(each.values, top))
        for each in series
    ]
    ticks = [
        f"{value / unit:,.0f} {word}" if word else format_seconds(value)
        for value in (top, top / 2, 0)
    ]
    return _make_chart(name, title, columns, series, ticks, write, lines=lines)


def round_up(value: float) -> float:
    """Return the top of an axis on which a value fits."""
    if value <= 0:
        return ROUND[0]
    power = 10.0 ** (math.ceil(math.log10(value)) - 1)
    return next((each * power for each in ROUND if value <= each * power), 20 * power)


def _draw_path(values: Sequence[float | None], top: float) -> str:
    path, is_joined = [], False
    for place, value in enumerate(values):
        if value is None:
            is_joined = False
            continue
        point = _find_point(place, value, len(values), top)
        # A line of no length has round ends: a value between two gaps is seen as a dot.
        path.append(f"L{point}" if is_joined else f"M{point}h0")
        is_joined = True
    return "".join(path)


def _draw_dots(values: Sequence[float | None], top: float) -> str:
    around = [None, *values, None]
    return "".join(
        f"M{_find_point(place, value, len(values), top)}h0"
        for place, value in enumerate(values)
        if value is not None and around[place] is None and around[place + 2] is None
    )


def _find_point(place: int, value: float, number: int, top: float) -> str:
    x, y = (place + 0.5) * WIDTH / number, HEIGHT - value / top * HEIGHT
    return f"{round(x, 2)} {round(y, 2)}"


def _make_chart(
    name: str,
    title: str,
    columns: Columns,
    series: Sequence[Series],
    ticks: Sequence[str],
    write: Callable[[float], str],
    rectangles: Sequence[Rectangle] = (),
    lines: Sequence[Line] = (),
) -> Chart:
    labels = columns.labels
    step = WIDTH / max(1, len(labels))
    rows = [
        (label, ["–" if (value := each.values[place]) is None else write(value) for each in series])
        for place, label in enumerate(columns.full_labels)
    ]
    titles = [
        f"{label}: "
        + ", ".join(f"{each.label} {text}" for each, text in zip(series, texts, strict=True))
        for label, texts in rows
    ]
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    return Chart(
        name=name,
        title=title,
        heading=columns.heading,
        series=series,
        ticks=ticks,
        labels=[
            Label(f"{(place + 0.5) / len(labels):.2%}", labels[place])
            for place in range(0, len(labels), every)
        ],
        areas=[
            HoverArea(round(place * step, 2), round(step, 2), text)
            for place, text in enumerate(titles)
        ],
        rows=rows,
        rectangles=rectangles,
        lines=lines,
    )
