"""Which process does a piece of work, and whether that process still runs."""

import os
import re
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Now

from playground.engine.models import Process

# A process is seen every ten seconds: then it has missed three of them.
ENDED_STATES = "ZX"
SILENT = timedelta(seconds=30)
RECENT = timedelta(hours=1)
OLD = timedelta(days=1)
MOST_LISTED = 100
# What `_find_place` adds to the name of the host.
PLACE_MARKS = re.compile(r"-[0-9a-f]{8}-\d+$")


def identify_process() -> str:
    """Return this process as `place/pid/start time`."""
    return _name_process(os.getpid())


# By pid: a process that was forked from this one has another.
@cache
def _name_process(pid: int) -> str:
    return f"{_find_place()}/{pid}/{_read_start_time(pid)}"


def has_ended(process: str) -> bool:
    """Return whether the process has certainly ended; False where nobody can tell."""
    place, _, rest = process.partition("/")
    number, _, started = rest.partition("/")
    if not number.isdigit():
        return False
    if place != _find_place():
        return _is_silent(process)
    # After a restart another process may have the same pid, but not the same start time.
    return not _is_running(int(number)) or _read_start_time(int(number)) != started


def record_beat(kind: str, origin: str = "") -> None:
    """Record that this process runs; `origin` is where this machine reaches a server."""
    name = identify_process()
    if not Process.objects.filter(name=name).update(seen_at=Now()):
        Process.objects.create(name=name, kind=kind, origin=origin, started_at=Now(), seen_at=Now())


def list_processes() -> list[Process]:
    """Return those seen within the last hour: `is_alive` says whether each still runs."""
    alive = ExpressionWrapper(Q(seen_at__gte=Now() - SILENT), models.BooleanField())
    recent = Process.objects.filter(seen_at__gte=Now() - RECENT).annotate(is_alive=alive)
    return list(recent.order_by("-is_alive", "kind", "-seen_at")[:MOST_LISTED])


def count_alive() -> dict[str, int]:
    """Return the number of processes that run, by kind."""
    counts = dict.fromkeys(Process.Kind.values, 0)
    alive = Process.objects.filter(seen_at__gte=Now() - SILENT)
    return counts | dict(alive.values_list("kind").annotate(models.Count("pk")))


def describe_place(process: str) -> tuple[str, str]:
    """Return the host and the pid of a process by its name."""
    place, _, rest = process.partition("/")
    return PLACE_MARKS.sub("", place), rest.partition("/")[0]


def find_origin() -> str:
    """Return where this machine reaches a server of the playground; empty if none runs here."""
    place = f"{_find_place()}/"
    alive = Process.objects.filter(name__startswith=place, seen_at__gte=Now() - SILENT)
    served = alive.exclude(origin="").order_by("-started_at")
    return served.values_list("origin", flat=True).first() or ""


def remove_old_processes() -> None:
    Process.objects.filter(seen_at__lt=Now() - OLD).delete()


def _is_silent(process: str) -> bool:
    # Never seen is not silent: it may be of a version without heartbeats.
    return Process.objects.filter(name=process, seen_at__lt=Now() - SILENT).exists()


@cache
def _find_place() -> str:
    """Return the host and what numbers its processes.

    Two containers or cloned machines may have one host name, and neither may take the other's
    pids for its own.
    """
    host = socket.gethostname().replace("/", "-")
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        return f"{host}-{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return host


def _is_running(pid: int) -> bool:
    # Windows has no harmless signal: os.kill would end the process there.
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs, as another user
    return True


def _read_start_time(pid: int) -> str:
    """Return the start time in clock ticks since boot; empty where there is no /proc.

    A zombie has ended, so its value matches no recorded process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # proc(5): state is field 3, starttime 22. The name in field 2 may hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    # Nobody may ever fetch the exit status of one that was killed, as in a container without init.
    return "ended" if fields[0] in ENDED_STATES else fields[19]
