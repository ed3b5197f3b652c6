"""The page of a job, and the fragment that follows it to its end."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.sending.jobs import Job, forget_job, poll_job
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange
from playground.workspace.models import Connection

FIRST_WAIT = 1.0
RETRY_WAIT = 3.0
SHOWN_ROWS = 200
# Seconds between two looks: a job that takes hours, or whose word nobody knows, is asked seldom.
DELAYS = (2, 2, 2, 2, 3, 3, 5, 5, *[10] * 12, *[20] * 12)
LONGEST_DELAY = 60

WORDS = {
    "pending": gettext_lazy("Waiting to start"),
    "running": gettext_lazy("Running"),
    "paused": gettext_lazy("Paused: an account or the credits need attention"),
    "completed": gettext_lazy("Finished"),
    "finished": gettext_lazy("Finished"),
    "warning": gettext_lazy("Ended with a warning: some input did not work"),
    "shutdown": gettext_lazy("Shut down by a technical error"),
    "stopped": gettext_lazy("Stopped"),
}


@needs(Role.VIEWER)
@require_safe
def show_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    context = describe(connection, poll_job(connection, job_uid, FIRST_WAIT), 0)
    context["started_by"] = find_start(person_of(request), connection, job_uid)
    context["trail"] = [
        {"href": "/jobs/", "text": _("Jobs")},
        {"text": _("Job %(uid)s") % {"uid": job_uid[:8]}},
    ]
    return render(request, "job/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_job_state(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """The fragment alone; each answer says when to ask again, and at the end that no more."""
    connection = get_object_or_404(Connection, pk=connection_id)
    tries = request.GET.get("tries", "0")
    asked = min(int(tries), 1000) if tries.isdecimal() and len(tries) < 6 else 0
    job = poll_job(connection, job_uid, FIRST_WAIT)
    return render(request, "job/_state.html", describe(connection, job, asked))


@needs(Role.EDITOR)
@require_POST
def retry_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """Start it again, through the same walk as any send; the API says whether it may."""
    connection = get_object_or_404(Connection, pk=connection_id)
    plan = plan_operation("retry-job", connection, {"job_uid": job_uid})
    press = read_press(request)
    if press is None:
        messages.warning(request, _("Not sent: reload the page and press Retry again."))
        return redirect("job", connection.id, job_uid)
    sent = submit_plan(person_of(request), plan, press, request.POST.get("confirm", ""))
    if isinstance(sent, Blocked):
        messages.warning(request, sent.sentence)
    else:
        sent = wait_for_exchange(sent, RETRY_WAIT)
        forget_job(connection, job_uid)
        went_well = sent.under_way or sent.outcome == Outcome.ACCEPTED
        tell = messages.info if went_well else messages.warning
        tell(request, sent.message or _("Sending. No answer yet."))
    return redirect("job", connection.id, job_uid)


def read_press(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def find_start(person: Person, connection: Connection, job_uid: str) -> Exchange | None:
    """The exchange that started the job, if this person may see it."""
    found = visible_exchanges(person).filter(connection_id=connection.id, job_uid=job_uid)
    return found.order_by("number").first()


def describe(connection: Connection, job: Job, tries: int) -> dict[str, object]:
    columns = job.columns
    rows = [[_cell(row.get(name)) for name in columns] for row in job.results[:SHOWN_ROWS]]
    return {
        "connection": connection,
        "job": job,
        "word": WORDS.get(job.status) or job.status or _("Asking"),
        "columns": columns,
        "rows": rows,
        "more": job.more_results or len(job.results) > SHOWN_ROWS,
        "follows": not job.ended,
        "delay": DELAYS[tries] if tries < len(DELAYS) else LONGEST_DELAY,
        "next_try": tries + 1,
        "submission": uuid.uuid4(),
    }


def _cell(value: object) -> str:
    return "" if value is None else str(value)
