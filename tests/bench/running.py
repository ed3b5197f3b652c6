"""All that can be measured, by name, and the run through it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator

import django

django.setup()

from tests.bench import browsing, crowd, editing, pasting, sending, shelves, starting  # noqa: E402
from tests.bench.figures import Figure, draw_figure, draw_heading  # noqa: E402
from tests.bench.product import Served, serve  # noqa: E402

Measure = Callable[[Served], Iterator[Figure]]

MEASURES: dict[str, Measure] = {
    "keys": browsing.measure_keys,
    "loads": browsing.measure_loads,
    "sends": browsing.measure_sends,
    "crowd_sends": sending.measure_sending,
    "edits": editing.measure_edits,
    "large": editing.measure_large,
    "crowd": crowd.measure_crowd,
    "pasting": pasting.measure_pasting,
    "history": shelves.measure_history,
    "templates": shelves.measure_templates,
    "attachment": shelves.measure_attachment,
    "reply": shelves.measure_reply,
    "start": starting.measure_start,
}


def measure(names: Iterable[str]) -> list[Figure]:
    """Each measure in turn against one running product; one that breaks stops no other."""
    figures: list[Figure] = []
    with serve() as [served]:
        print(draw_heading())
        for name in names:
            try:
                for figure in MEASURES[name](served):
                    figures.append(figure)
                    print(draw_figure(figure), flush=True)
            except (Exception, SystemExit):
                print(f"{name}: could not be measured")
                traceback.print_exc()
    return figures
