"""What became of launches: status, progress and duration, wherever exchanges are listed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from playground.history.models import Exchange
from playground.history.queries import openable_exchanges
from playground.pages.parameters import read_optional_number, read_tries
from playground.pages.responses import poll_delay
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.following import look_at_jobs
from playground.sending.jobs import choose_status_kind
from playground.workspace.jobs import ENDED, is_followable, make_record
from playground.workspace.models import JobRecord

# Where launches are shown: each place has elements of its own, as the finder opens over a list.
PLACES = ("jobs", "home", "history", "reply", "found")
MOST_SHOWN = 60
STATES_WAIT = 0.3
# One request for all jobs of a page, so it may come often.
DELAYS, MAX_DELAY = (1, 1, 2, 2, 3, 3, 5, 5, 8, 8), 15
MAX_WORD = 40

LABELS = {
    "pending": gettext_lazy("Waiting to start"),
    "running": gettext_lazy("Running"),
    "paused": gettext_lazy("Paused: an account or your credits need attention"),
    "completed": gettext_lazy("Finished"),
    "finished": gettext_lazy("Finished"),
    "warning": gettext_lazy("Finished with a warning: some inputs failed"),
    "shutdown": gettext_lazy("Stopped by a technical error"),
    "stopped": gettext_lazy("Stopped"),
}
# For narrow places.
WORDS = {
    **LABELS,
    "paused": gettext_lazy("Paused"),
    "warning": gettext_lazy("Inputs failed"),
    "shutdown": gettext_lazy("Technical error"),
}


@dataclass(frozen=True)
class JobState:
    """What `jobs/_state.html` draws of a launch.

    `word` and `label` are the short and the long form of the status; a status that isn't
    documented is shown as the API spells it. `note` says more, such as an error. `accounts` is
    the address at which a paused job can be helped, `has_failures` says that there may be inputs
    to run again.
    """

    exchange: Exchange
    place: str
    record: JobRecord = field(default_factory=JobRecord)
    address: str = ""
    word: str = ""
    label: str = ""
    kind: str = "neutral"
    detail: str = ""
    duration: str = ""
    accounts: str = ""
    note: str = ""
    follows: bool = False
    has_failures: bool = False

    @property
    def id(self) -> str:
        return f"{self.place}_job_{self.exchange.number}"

    @property
    def done(self) -> int | None:
        """How many inputs have ended, of a job that hasn't."""
        if self.record.done is None or self.record.status in ENDED:
            return None
        return min(self.record.done, self.record.inputs or 0)


def describe_job_states(exchanges: Iterable[Exchange], place: str) -> dict[int, JobState]:
    """Return the states of those exchanges that have a job, by their numbers."""
    launches = [each for each in exchanges if each.job_uid and each.connection_id is not None]
    known = find_job_records(launches)
    return {
        each.number: _describe(each, known.get((each.connection_id, each.job_uid)), place)
        for each in launches
    }


def describe_following(states: Iterable[JobState], place: str, tries: int = 0) -> dict[str, Any]:
    """Return what `jobs/_follow.html` draws: the one request for all unfinished jobs of a page."""
    return {
        "place": place,
        "numbers": [each.exchange.number for each in states if each.follows][:MOST_SHOWN],
        "delay": poll_delay(tries, DELAYS, MAX_DELAY),
        "next_try": tries + 1,
    }


@needs(Role.VIEWER)
@require_safe
def show_job_states(request: HttpRequest) -> HttpResponse:
    """The current states of unfinished jobs, read from the API unless that was a moment ago."""
    place = request.GET.get("place", "")
    place = place if place in PLACES else PLACES[0]
    texts = request.GET.getlist("launch")[:MOST_SHOWN]
    numbers = [n for n in map(read_optional_number, texts) if n is not None]
    found = openable_exchanges(person_of(request)).filter(number__in=numbers)
    exchanges = list(found.exclude(job_uid="").order_by("-number"))
    _add_missing(exchanges)
    look_at_jobs(find_job_records(exchanges).values(), STATES_WAIT)
    states = list(describe_job_states(exchanges, place).values())
    follow = describe_following(states, place, read_tries(request))
    return render(request, "jobs/_states.html", {"states": states, "follow": follow})


def find_job_records(exchanges: Sequence[Exchange]) -> dict[tuple[Any, str], JobRecord]:
    """Return the records of these launches, by connection and UID of the job."""
    uids = {each.job_uid for each in exchanges}
    if not uids:
        return {}
    # Both columns: the index begins with the connection, and without it all jobs would be read.
    connections = {each.connection_id for each in exchanges if each.connection_id}
    rows = JobRecord.objects.filter(uid__in=uids, connection_id__in=connections)
    return {(each.connection_id, each.uid): each for each in rows}


def _add_missing(exchanges: Sequence[Exchange]) -> None:
    """Follow jobs that were launched before this was recorded, or whose record was lost."""
    known = find_job_records(exchanges)
    made = [
        make_record(each.connection_id, each.job_uid, each.person_id, each.name, each.started_at)
        for each in exchanges
        if each.connection_id is not None and (each.connection_id, each.job_uid) not in known
    ]
    if missing := [each for each in made if each]:
        JobRecord.objects.bulk_create(missing, ignore_conflicts=True)


def _describe(exchange: Exchange, record: JobRecord | None, place: str) -> JobState:
    can_follow = is_followable(exchange.job_uid)
    address = reverse("job", args=[exchange.connection_id, exchange.job_uid]) if can_follow else ""
    if record is None:
        word = _("No status yet") if can_follow else _("Unknown")
        return JobState(exchange, place, address=address, word=word, label=word, follows=can_follow)
    status, follows = record.status, record.next_poll_at is not None
    duration = _format_duration(record, exchange)
    label = str(LABELS.get(status, status)) or _("No status yet")
    if not follows and status not in ENDED:
        label = _describe_given_up(record, label)
    word = str(WORDS.get(status, status[:MAX_WORD])) or _("No status yet")
    note = record.error_message or record.refusal or (label if label != word else "")
    return JobState(
        exchange,
        place,
        record,
        address,
        word=word,
        label=label,
        kind=choose_status_kind(status),
        detail=" · ".join(each for each in (*_count(record), duration) if each),
        duration=duration,
        note=note,
        accounts=reverse("accounts", args=[exchange.connection_id]) if status == "paused" else "",
        follows=follows,
        has_failures=_has_failures(exchange, record),
    )


def describe_job_progress(record: JobRecord) -> str:
    """How far a job is that hasn't ended: its status and what it has done."""
    label = str(LABELS.get(record.status, record.status)) or _("No status yet")
    return " · ".join((label, *_count(record)))


def _describe_given_up(record: JobRecord, label: str) -> str:
    if not record.status:
        return _("The API never reported a status.")
    time = f"{record.checked_at:%Y-%m-%d %H:%M} UTC"
    return _("Last seen %(time)s: %(status)s") % {"time": time, "status": label}


def _count(record: JobRecord) -> list[str]:
    counts = []
    if record.inputs and record.done is not None and record.status not in ENDED:
        numbers = {"done": min(record.done, record.inputs), "inputs": record.inputs}
        counts.append(_("%(done)s of %(inputs)s inputs") % numbers)
    if record.rows:
        text = ngettext("%(rows)s result", "%(rows)s results", record.rows)
        counts.append(text % {"rows": record.rows})
    return counts


def _has_failures(exchange: Exchange, record: JobRecord) -> bool:
    """Whether inputs may have failed. Only the rows of the job say which, if any."""
    if record.status not in ENDED or not exchange.fingerprint or record.inputs == 0:
        return False
    return bool(record.error_message) or record.status in ("warning", "shutdown")


def _format_duration(record: JobRecord, exchange: Exchange) -> str:
    """How long the job ran by the API's times, else by what was seen; so far if it runs."""
    if record.status in ENDED:
        if record.seconds is not None:
            return format_duration(timedelta(seconds=record.seconds))
        # A job that was launched by a version which didn't follow jobs.
        seen = record.ended_at - exchange.started_at if record.ended_at else None
        return format_duration(seen)
    if record.next_poll_at is None or record.status not in ("running", "pending"):
        return ""
    return format_duration(timezone.now() - (record.launched_at or exchange.started_at))


def format_duration(span: timedelta | None) -> str:
    """Return a duration as its two largest units at most; empty for none."""
    if span is None or span < timedelta():
        return ""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s min") % {"n": seconds // 60}
    if seconds < 2 * 86_400:
        return _("%(h)s h %(m)s min") % {"h": seconds // 3600, "m": seconds % 3600 // 60}
    return _("%(n)s days") % {"n": seconds // 86_400}
