"""Periodic work, once per interval however many processes there are.

The database says when each task is due. Every process looks; the one whose UPDATE moves the time
on runs the task.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connections
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from playground.engine.models import PeriodicRun

logger = logging.getLogger("playground.engine")

CHECK_SECONDS = 5.0
# How late what is watched for may be seen.
WATCH_SECONDS = 0.5
Function = Callable[[], object]


@dataclass(frozen=True)
class PeriodicTask:
    """A function and the seconds between two runs of it."""

    function: Function
    seconds: float


_registry: dict[str, PeriodicTask] = {}
_watched: list[Function] = []


def periodic(seconds: float) -> Callable[[Function], Function]:
    """Decorate a function that some process should run every so many seconds."""

    def register(function: Function) -> Function:
        _registry[function.__name__] = PeriodicTask(function, seconds)
        return function

    return register


def watch(function: Function) -> Function:
    """Decorate a function that every process calls twice a second.

    It must cost one short query while there is nothing to do, and be safe in several processes
    at the same time.
    """
    _watched.append(function)
    return function


def watch_once() -> None:
    """Call what is watched; a failure of one doesn't keep the others from it."""
    for function in _watched:
        try:
            function()
        except DatabaseError:
            raise
        except Exception as error:
            logger.error("%s failed: %s", function.__name__, type(error).__name__)


def watch_for_ever() -> None:
    """Watch again and again; runs in a daemon thread of its own."""
    repeat_for_ever(_watch_once, WATCH_SECONDS, "Schedules have to wait")


def _watch_once() -> None:
    # Twice a second, a new connection each time would cost more than the query.
    close_old_connections()
    watch_once()


def run_due_tasks() -> list[str]:
    """Run what is due and wasn't claimed by another process; return the names."""
    known = set(PeriodicRun.objects.values_list("name", flat=True))
    # Each starts due: the first process to start does everything once.
    new = [PeriodicRun(name=name, due_at=Now()) for name in _registry.keys() - known]
    if new:
        PeriodicRun.objects.bulk_create(new, ignore_conflicts=True)
    # Looking first: on SQLite even an UPDATE that finds nothing waits for the writer.
    names = [name for name, task in _registry.items() if _find_due(name, task).exists()]
    return [name for name in names if _claim(name, _registry[name]) and _run(name)]


def run_for_ever() -> None:
    """Look for periodic work again and again; runs in a daemon thread of its own."""
    repeat_for_ever(_look_once, CHECK_SECONDS, "Periodic work has to wait")


def repeat_for_ever(action: Function, seconds: float, complaint: str) -> None:
    """Call a function every so many seconds; log an outage of the database once, not each time."""
    is_down = False
    while True:
        try:
            action()
            is_down = False
        except DatabaseError as error:
            if not is_down:
                logger.error("%s: %s", complaint, type(error).__name__)
            is_down = True
            # A connection to a server that was restarted never works again.
            connections.close_all()
        time.sleep(seconds)


def _look_once() -> None:
    run_due_tasks()
    # Idle most of the time, it need not keep a connection of the server's.
    connections.close_all()


def _find_due(name: str, task: PeriodicTask) -> QuerySet[PeriodicRun]:
    # A time too far ahead was set before the clock was set back.
    too_late = Q(due_at__gt=Now() + timedelta(seconds=task.seconds))
    return PeriodicRun.objects.filter(Q(due_at__lte=Now()) | too_late, name=name)


def _claim(name: str, task: PeriodicTask) -> bool:
    return bool(_find_due(name, task).update(due_at=Now() + timedelta(seconds=task.seconds)))


def _run(name: str) -> bool:
    try:
        _registry[name].function()
    except Exception as error:
        # Only the type: the message of an error may quote what was sent.
        logger.error("The periodic task %s failed: %s", name, type(error).__name__)
    return True
