"""A figure: what was measured, next to what it should be."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

WIDTHS = (44, 11, 10, 10, 10)


@dataclass(frozen=True)
class Figure:
    """One row of the table. `value` is a median unless the name says otherwise; `high` is the
    95th percentile. With `at_least` more is better."""

    name: str
    document: str
    value: float
    unit: str
    target: float | None = None
    high: float | None = None
    high_target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """None where nothing is asked for."""
        if self.target is None:
            return None
        good = self.value >= self.target if self.at_least else self.value <= self.target
        return good and (self.high_target is None or (self.high or 0) <= self.high_target)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "reached": self.reached}


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    if not values:
        return math.nan
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def figure_of(
    name: str,
    document: str,
    times: list[float],
    target: float | None = None,
    note: str = "",
    high_target: float | None = None,
) -> Figure:
    high = percentile(times, 95)
    return Figure(name, document, median(times), "ms", target, high, high_target, note=note)


def combine(runs: Iterable[Sequence[Figure]]) -> list[Figure]:
    """The figures of several runs as one each: the run with the median value, and the median of
    their 95th percentiles."""
    grouped: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figures in runs:
        for figure in figures:
            grouped[figure.name, figure.document].append(figure)
    return [_combine(each) for each in grouped.values()]


def _combine(figures: list[Figure]) -> Figure:
    # A target may be a multiple of what was measured in the same run, so it stays with its value.
    middle = sorted(figures, key=lambda each: each.value)[(len(figures) - 1) // 2]
    highs = [each.high for each in figures if each.high is not None]
    return replace(middle, high=median(highs)) if highs else middle


def draw_heading() -> str:
    return draw_cells("figure", "document", "median", "p95", "target", "")


def draw_figure(figure: Figure) -> str:
    """One line of the table, for a terminal."""
    mark = {True: "reached", False: "MISSED", None: ""}[figure.reached]
    sign = "≥" if figure.at_least else "≤"
    target = f"{sign} {_short(figure.target)}" if figure.target is not None else ""
    high = _short(figure.high) if figure.high is not None else ""
    value = f"{_short(figure.value)} {figure.unit}".strip()
    note = f"  ({figure.note})" if figure.note else ""
    return draw_cells(figure.name, figure.document, value, high, target, mark) + note


def draw_cells(*cells: str) -> str:
    widths = (*WIDTHS, 0)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))


def _short(number: float | None) -> str:
    if number is None or math.isnan(number):
        return "?"
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"
