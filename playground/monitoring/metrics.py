"""The metrics page: what the database knows, the same in each process, and this one's counts."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from playground.batches.access import count_batches
from playground.calls.values import Outcome
from playground.engine.processes import count_alive
from playground.engine.threads import get_pool
from playground.history.models import Exchange
from playground.history.totals import LIMITS, Key, Total, read_totals
from playground.monitoring.requests import OTHER, get_registry
from playground.monitoring.schedules import read_schedules
from playground.openapi.operations import operation_exists
from playground.sending.queued_sends import read_queue

logger = logging.getLogger("playground.metrics")

# The label shared by all operations of imported APIs.
IMPORTED = "imported"


def write_metrics() -> bytes:
    """Return all metrics in the text format of Prometheus."""
    own = CollectorRegistry()
    own.register(DatabaseCollector())
    own.register(OwnCollector())
    return generate_latest(own) + generate_latest(get_registry())


class DatabaseCollector(Collector):
    """Reads what every process and worker shares."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = list(_collect_shared())
        except (DatabaseError, InterfaceError) as error:
            logger.error("The database can't be read for metrics: %s", type(error).__name__)
            found = []
        up = "Whether the database could be read; the other values of it are missing otherwise."
        yield GaugeMetricFamily("playground_database_up", up, value=bool(found))
        yield from found


class OwnCollector(Collector):
    """Reads the version and the load of this process."""

    def collect(self) -> Iterator[Metric]:
        version = {"version": settings.VERSION}
        yield InfoMetricFamily("playground", "The version that answers.", value=version)
        pool = get_pool()
        tasks = "Tasks that run or wait on the threads of the process that answers."
        yield GaugeMetricFamily("playground_pool_tasks", tasks, value=pool.count_tasks())
        size = "How many tasks these threads take at a time, waiting ones included."
        yield GaugeMetricFamily("playground_pool_size", size, value=pool.size)


def _collect_shared() -> Iterator[Metric]:
    yield from _collect_sends()
    under_way = Exchange.objects.filter(outcome=Outcome.SENDING).count()
    yield GaugeMetricFamily(
        "playground_sends_under_way", "Sends that have not ended, waiting ones.", value=under_way
    )
    queue = read_queue()
    yield GaugeMetricFamily(
        "playground_queue_sends", "Sends that wait for a worker.", value=queue.length
    )
    yield GaugeMetricFamily(
        "playground_queue_oldest_seconds",
        "How long the oldest of them has waited.",
        value=queue.seconds,
    )
    batches = GaugeMetricFamily("playground_batches", "Batches by state.", labels=["state"])
    for state, number in count_batches().items():
        batches.add_metric([state], number)
    yield batches
    yield from _collect_schedules()
    processes = GaugeMetricFamily(
        "playground_processes", "Processes seen in the last 30 seconds, by kind.", labels=["kind"]
    )
    for kind, number in count_alive().items():
        processes.add_metric([kind], number)
    yield processes


def _collect_schedules() -> Iterator[Metric]:
    figures = read_schedules()
    schedules = GaugeMetricFamily("playground_schedules", "Schedules by state.", labels=["state"])
    for state, number in figures.schedules.items():
        schedules.add_metric([state], number)
    yield schedules
    yield GaugeMetricFamily(
        "playground_schedules_paused_automatically",
        "Schedules that were paused because they failed or couldn't run.",
        value=figures.paused_automatically,
    )
    yield GaugeMetricFamily(
        "playground_schedule_runs_waiting", "Runs that are due.", value=figures.waiting
    )
    yield GaugeMetricFamily(
        "playground_schedule_runs_oldest_seconds",
        "How long the oldest of them has been free to start.",
        value=figures.waiting_seconds,
    )
    yield GaugeMetricFamily(
        "playground_schedule_runs_under_way", "Runs that have not ended.", value=figures.going
    )
    troubled = GaugeMetricFamily(
        "playground_schedule_runs_troubled",
        "Runs of the last day that were missed or skipped, or that failed.",
        labels=["outcome"],
    )
    for state, number in figures.troubled.items():
        troubled.add_metric([state], number)
    yield troubled


def _collect_sends() -> Iterator[Metric]:
    sends = CounterMetricFamily(
        "playground_sends",
        "Sends that have ended, by operation and outcome.",
        labels=["operation", "outcome"],
    )
    durations = HistogramMetricFamily(
        "playground_send_seconds",
        "How long sends took from the first byte to the end, by operation.",
        labels=["operation"],
    )
    by_label, by_operation = _group(read_totals())
    for (operation, outcome), total in sorted(by_label.items()):
        sends.add_metric([operation, outcome], total.number)
    for operation, total in sorted(by_operation.items()):
        buckets = [(str(limit), total.within[place]) for place, limit in enumerate(LIMITS)]
        durations.add_metric([operation], [*buckets, ("+Inf", total.number)], total.seconds)
    yield sends
    yield durations


def _find_label(operation: str) -> str:
    # A document may have thousands of operations, so they share one label.
    if ":" in operation:
        return IMPORTED
    return operation if operation_exists(operation) else OTHER


def _group(totals: dict[Key, Total]) -> tuple[dict[Key, Total], dict[str, Total]]:
    """Return the totals by label, and those of sends that were made by operation."""
    by_label: dict[Key, Total] = {}
    by_operation: dict[str, Total] = {}
    nothing = Total(0, 0.0, (0,) * len(LIMITS))
    for (operation, outcome), total in totals.items():
        # What was removed from the documents must not stay a label for ever.
        operation = _find_label(operation)
        outcome = outcome if outcome in set(Outcome) else OTHER
        label = (operation, outcome)
        by_label[label] = by_label.get(label, nothing) + total
        if outcome != Outcome.NOT_SENT:
            by_operation[operation] = by_operation.get(operation, nothing) + total
    return by_label, by_operation
