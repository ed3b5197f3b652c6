"""Charts over time of what History and Jobs list: outcomes, and how long things took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from playground.calls.values import Outcome
from playground.history.queries import match_exchanges
from playground.monitoring.figures import Period
from playground.monitoring.trends import (
    DAY,
    HOUR,
    MONTH,
    Trend,
    read_job_trend,
    read_send_trend,
)
from playground.pages.charts import (
    Chart,
    Columns,
    Series,
    count_outcomes,
    draw_lines,
    format_seconds,
    stack_bars,
)
from playground.pages.history import read_search
from playground.pages.job_states import format_duration
from playground.pages.jobs import find_launches, read_status, read_words
from playground.pages.replies import WORDS
from playground.people.access import needs, person_of
from playground.people.models import Role

# From the bottom of a bar to its top.
SEND_WORDS: Mapping[str, object] = {
    outcome: WORDS[outcome]
    for outcome in (
        Outcome.ACCEPTED,
        Outcome.REFUSED,
        Outcome.HTTP_ERROR,
        Outcome.UNKNOWN,
        Outcome.NOT_SENT,
        Outcome.SENDING,
    )
}
JOB_WORDS: Mapping[str, object] = {
    "finished": gettext_lazy("finished"),
    "inputs-failed": gettext_lazy("inputs failed"),
    "stopped-by-error": gettext_lazy("technical error"),
    "unknown": gettext_lazy("unknown"),
    "stopped": gettext_lazy("stopped"),
    "paused": gettext_lazy("paused"),
    "running": gettext_lazy("running or waiting"),
}
HEADINGS = {
    HOUR: gettext_lazy("Hour (UTC)"),
    DAY: gettext_lazy("Day (UTC)"),
    MONTH: gettext_lazy("Month (UTC)"),
}
RANGES = {
    HOUR: gettext_lazy("By hour, %(first)s to %(last)s UTC."),
    DAY: gettext_lazy("By day (UTC), %(first)s to %(last)s."),
    MONTH: gettext_lazy("By month (UTC), %(first)s to %(last)s."),
}


@needs(Role.VIEWER)
@require_safe
def show_history_trend(request: HttpRequest) -> HttpResponse:
    """The charts of everything that matches the filters in the address, whatever the page."""
    search = read_search(request)
    trend = read_send_trend(match_exchanges(person_of(request), search))
    titles = {
        HOUR: _("Requests per hour"),
        DAY: _("Requests per day"),
        MONTH: _("Requests per month"),
    }
    context = {
        **_describe(trend, titles, SEND_WORDS, _("Time until the reply"), format_seconds),
        "searches_bodies": search.bodies and bool(search.text),
        "nothing": _("No requests match, so there is nothing to chart."),
        "no_durations": _("None of these requests got a reply."),
    }
    return render(request, "trends/_charts.html", context)


@needs(Role.VIEWER)
@require_safe
def show_job_trend(request: HttpRequest) -> HttpResponse:
    launches = find_launches(person_of(request), read_words(request), read_status(request))
    trend = read_job_trend(launches)
    titles = {HOUR: _("Jobs per hour"), DAY: _("Jobs per day"), MONTH: _("Jobs per month")}
    context = {
        **_describe(trend, titles, JOB_WORDS, _("Duration of ended jobs"), _format_span),
        "nothing": _("No jobs match, so there is nothing to chart."),
        "no_durations": _("No duration is known of these jobs yet."),
    }
    return render(request, "trends/_charts.html", context)


def chart_outcomes(
    name: str,
    title: str,
    columns: Columns,
    periods: Sequence[Period],
    words: Mapping[str, object],
) -> Chart:
    """Return stacked bars by outcome; only of outcomes that occur."""
    series = count_outcomes([each.outcomes for each in periods], words)
    return stack_bars(name, title, columns, list(series))


def chart_durations(
    name: str,
    title: str,
    columns: Columns,
    periods: Sequence[Period],
    write: Callable[[float], str] = format_seconds,
) -> Chart:
    """Return lines of the median and the 95th percentile."""
    series = [
        Series("median", _("median"), [each.median for each in periods]),
        Series("p95", _("95th percentile"), [each.p95 for each in periods]),
    ]
    return draw_lines(name, title, columns, series, write)


def _describe(
    trend: Trend | None,
    titles: Mapping[str, str],
    words: Mapping[str, object],
    durations: str,
    write: Callable[[float], str],
) -> dict[str, Any]:
    if trend is None:
        return {"charts": None}
    periods, columns = trend.periods, _label_periods(trend)
    ends = {"first": columns.full_labels[0], "last": columns.full_labels[-1]}
    return {
        "range": str(RANGES[trend.unit]) % ends,
        "is_cut": trend.is_cut,
        "outcomes": chart_outcomes("outcomes", titles[trend.unit], columns, periods, words),
        "durations": chart_durations("durations", durations, columns, periods, write),
    }


def _label_periods(trend: Trend) -> Columns:
    starts = [each.start for each in trend.periods]
    if trend.unit == HOUR:
        labels = [f"{start:%H:%M}" for start in starts]
        full_labels = [f"{start:%Y-%m-%d %H:%M}" for start in starts]
    elif trend.unit == DAY:
        labels = [date_format(start, "j M") for start in starts]
        full_labels = [f"{start:%Y-%m-%d}" for start in starts]
    else:
        labels = [date_format(start, "M Y") for start in starts]
        full_labels = [f"{start:%Y-%m}" for start in starts]
    return Columns(str(HEADINGS[trend.unit]), labels, full_labels)


def _format_span(seconds: float) -> str:
    # As the list writes it; the API may report fractions of a second.
    return format_seconds(seconds) if seconds < 60 else format_duration(timedelta(seconds=seconds))
