"""The owners' page Status: whether everything works, the last day's sends, processes, storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from playground.calls.values import Outcome
from playground.engine.models import Process
from playground.engine.processes import describe_place, list_processes
from playground.engine.tasks import uses_workers
from playground.history.models import Exchange
from playground.monitoring.figures import (
    Period,
    Storage,
    list_versions,
    read_day,
    read_latency,
    read_storage,
)
from playground.monitoring.schedules import ScheduleFigures, read_schedules
from playground.pages.charts import Columns, format_seconds
from playground.pages.health import NO_WORKER, OK, list_parts
from playground.pages.trends import SEND_WORDS, chart_durations, chart_outcomes
from playground.people.access import needs
from playground.people.mail import is_mail_on
from playground.people.models import Role
from playground.schedules.event_mails import find_mail_failures
from playground.schedules.models import Schedule, Slot
from playground.sending.queued_sends import Queue, read_queue
from playground.workspace.files import format_size

# A send that has waited longer than this has too few workers.
LONG_WAIT = 60.0
NEARLY_FULL = 0.9
DAY = timedelta(days=1)
PROCESS_KINDS = {
    Process.Kind.WEB: gettext_lazy("Web"),
    Process.Kind.WORKER: gettext_lazy("Worker"),
    Process.Kind.COMMAND: gettext_lazy("Command"),
}
PART_NAMES = {
    "database": gettext_lazy("Database"),
    "writable": gettext_lazy("Writing"),
    "migrations": gettext_lazy("Migrations"),
    "files": gettext_lazy("Attached files"),
    "engine": gettext_lazy("Background work"),
    "stopping": gettext_lazy("Stopping"),
}


@dataclass(frozen=True)
class Notice:
    """What needs somebody; `kind` is that of a message."""

    kind: str
    text: str
    address: str = ""
    link: str = ""


@needs(Role.OWNER)
@require_safe
def show_status(request: HttpRequest) -> HttpResponse:
    return render(request, "status/page.html", describe_status())


@needs(Role.OWNER)
@require_safe
def show_figures(request: HttpRequest) -> HttpResponse:
    """The part of the page that refreshes."""
    return render(request, "status/_figures.html", describe_status())


def describe_status() -> dict[str, object]:
    """Return what the page draws."""
    parts, queue, storage, hours = list_parts(), read_queue(), read_storage(), read_day()
    schedules = read_schedules()
    labels = [f"{hour.start:%H:%M}" for hour in hours]
    columns = Columns(_("Hour (UTC)"), labels, labels)
    notices = [
        *_notice_parts(parts, queue),
        *_notice_limits(queue, storage),
        *_notice_schedules(schedules, parts),
        *_notice_mail(),
    ]
    return {
        "notices": notices,
        "figures": [*_list_figures(hours, queue), *_list_schedule_figures(schedules)],
        "sends": chart_outcomes("sends", _("Sends per hour"), columns, hours, SEND_WORDS),
        "latency": chart_durations("latency", _("Time until the reply"), columns, hours),
        "processes": [_describe_process(each) for each in list_processes()],
        "uses_workers": uses_workers(),
        "storage": _describe_storage(storage),
        "versions": list_versions(),
        "read_at": now(),
    }


def _list_figures(hours: Sequence[Period], queue: Queue) -> list[tuple[str, str, str]]:
    """Return a name, a value and a note for each."""
    median, p95 = read_latency()
    total = sum(hour.total for hour in hours)
    accepted = sum(hour.outcomes.get(Outcome.ACCEPTED, 0) for hour in hours)
    share = _("%(share)s accepted") % {"share": f"{accepted / total:.0%}"} if total else ""
    under_way = Exchange.objects.filter(outcome=Outcome.SENDING).count() - queue.length
    oldest = _("oldest %(time)s") % {"time": _write_wait(queue.seconds)} if queue.length else ""
    slowest = _("95th percentile %(time)s") % {"time": format_seconds(p95)} if p95 else ""
    figures = [
        (_("Sends in 24 hours"), f"{total:,}", share),
        (_("Median reply"), "–" if median is None else format_seconds(median), slowest),
        (_("Under way"), f"{max(0, under_way):,}", ""),
    ]
    if uses_workers() or queue.length:
        figures.append((_("Waiting for a worker"), f"{queue.length:,}", oldest))
    return figures


def _list_schedule_figures(schedules: ScheduleFigures) -> Iterator[tuple[str, str, str]]:
    """As `_list_figures`; none as long as nobody has made a schedule."""
    if not any(schedules.schedules.values()):
        return
    active = schedules.schedules[Schedule.State.ACTIVE]
    paused = _("%(count)s paused") % {"count": f"{schedules.schedules[Schedule.State.PAUSED]:,}"}
    yield _("Active schedules"), f"{active:,}", paused
    oldest = _("oldest %(time)s") % {"time": _write_wait(schedules.waiting_seconds)}
    late = oldest if schedules.waiting_seconds >= 1 else ""
    going = _("%(count)s under way") % {"count": f"{schedules.going:,}"}
    yield _("Runs waiting"), f"{schedules.waiting:,}", late or going
    missed = _("%(count)s missed") % {"count": f"{schedules.troubled[Slot.State.MISSED]:,}"}
    yield _("Runs failed in 24 hours"), f"{schedules.failed:,}", missed


def _write_wait(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def _notice_parts(parts: dict[str, str], queue: Queue) -> Iterator[Notice]:
    for name, state in parts.items():
        if name == "engine" and state == NO_WORKER:
            message = _("No worker is running, so nothing is sent. Start one with make worker.")
            yield Notice("error", message)
        elif name == "stopping" and state != "no":
            yield Notice("warning", _("This process is stopping."))
        elif state not in (OK, "no", "stopping"):
            yield Notice("error", f"{PART_NAMES[name]}: {state}.")
    if queue.seconds > LONG_WAIT and parts["engine"] == OK:
        message = _("A send has waited %(time)s for a worker. Start more workers.")
        yield Notice("warning", message % {"time": _write_wait(queue.seconds)})


def _notice_limits(queue: Queue, storage: Storage) -> Iterator[Notice]:
    if storage.files >= NEARLY_FULL * storage.files_limit:
        limit = format_size(storage.files_limit)
        message = _(
            "Attached files use %(used)s of %(limit)s. Raise PLAYGROUND_MAX_FILES_BYTES, or delete "
            "drafts and templates that hold large files."
        )
        yield Notice("warning", message % {"used": format_size(storage.files), "limit": limit})


def _notice_schedules(schedules: ScheduleFigures, parts: dict[str, str]) -> Iterator[Notice]:
    if schedules.waiting_seconds > LONG_WAIT and parts["engine"] == OK:
        message = _("A run of a schedule has been due for %(time)s and hasn't started.")
        yield Notice("warning", message % {"time": _write_wait(schedules.waiting_seconds)})
    number = schedules.paused_automatically
    if number:
        message = ngettext(
            "%(count)d schedule is paused because it failed or couldn't run.",
            "%(count)d schedules are paused because they failed or couldn't run.",
            number,
        )
        address = f"{reverse('schedules')}?state={Schedule.State.PAUSED}"
        text = message % {"count": number}
        yield Notice("warning", text, address, _("See the paused schedules"))


def _notice_mail() -> Iterator[Notice]:
    """E-mails of the last day that couldn't be delivered, or not yet."""
    if not is_mail_on():
        return
    count, failure = find_mail_failures(now() - DAY)
    if count:
        message = ngettext(
            "%(count)d notification could not be sent by e-mail in the last day. %(failure)s",
            "%(count)d notifications could not be sent by e-mail in the last day. %(failure)s",
            count,
        )
        yield Notice("warning", message % {"count": count, "failure": failure})


def _describe_process(process: Process) -> dict[str, object]:
    host, pid = describe_place(process.name)
    kind = PROCESS_KINDS.get(Process.Kind(process.kind), process.kind)
    is_alive = process.is_alive  # type: ignore[attr-defined]
    return {"process": process, "host": host, "pid": pid, "kind": kind, "is_alive": is_alive}


def _describe_storage(storage: Storage) -> list[tuple[str, str]]:
    more = "+" if storage.exchanges_are_more else ""
    rows = [(_("History"), f"{storage.exchanges:,}{more}")]
    if storage.database is not None:
        rows.append((_("Database"), format_size(storage.database)))
    used = {"used": format_size(storage.files), "limit": format_size(settings.MAX_FILES_BYTES)}
    rows.append((_("Attached files"), _("%(used)s of %(limit)s") % used))
    return rows
