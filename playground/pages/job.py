"""One job: its status, its first results, and retrying it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.pages.job_cells import MOST_COLUMNS, CellFormatter
from playground.pages.job_states import LABELS, describe_job_states
from playground.pages.parameters import read_submission, read_tries
from playground.pages.replies import describe_state
from playground.pages.responses import breadcrumbs, poll_delay
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.sending.jobs import Job, forget_job, poll_job
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.models import Connection

# Seconds a page waits for the API before it is shown without the result.
STATUS_WAIT, RETRY_WAIT = 1.0, 3.0
# Jobs can take hours, so polling slows down.
STATUS_DELAYS, MAX_STATUS_DELAY = (2, 2, 2, 2, 3, 3, 5, 5, *[10] * 12, *[20] * 12), 60
MAX_PREVIEW_ROWS = 100


@needs(Role.VIEWER)
@require_safe
def show_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    job = poll_job(connection, job_uid, STATUS_WAIT)
    context = _describe_job(person_of(request), connection, job, 0)
    title = _("Job %(uid)s") % {"uid": job_uid[:8]}
    context["trail"] = breadcrumbs((_("Jobs"), reverse("jobs")), title)
    return render(request, "job/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_job_state(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """The fragment, which polls for itself until the job ends."""
    connection = get_object_or_404(Connection, pk=connection_id)
    job = poll_job(connection, job_uid, STATUS_WAIT)
    context = _describe_job(person_of(request), connection, job, read_tries(request))
    return render(request, "job/_state.html", context)


def _describe_job(
    person: Person, connection: Connection, job: Job, tries: int
) -> dict[str, object]:
    launch = _find_launch(person, connection, job.uid)
    states = describe_job_states([launch], "jobs") if launch else {}
    # Results are rows of whatever the workflow's last step outputs.
    columns, formatter = job.columns, CellFormatter()
    shown = columns[:MOST_COLUMNS]
    rows = [("", formatter.format_row(row, shown)) for row in job.results[:MAX_PREVIEW_ROWS]]
    return {
        "connection": connection,
        "job": job,
        "started_by": launch,
        "state": states.get(launch.number) if launch else None,
        # A status that isn't documented is shown as the API spells it.
        "word": LABELS.get(job.status) or job.status or _("Loading"),
        "columns": shown,
        "hidden_columns": len(columns) - len(shown),
        "rows": rows,
        "more": job.more_results or len(job.results) > MAX_PREVIEW_ROWS,
        "follows": not job.ended,
        "delay": poll_delay(tries, STATUS_DELAYS, MAX_STATUS_DELAY),
        "next_try": tries + 1,
        "submission": uuid.uuid4(),
    }


def _find_launch(person: Person, connection: Connection, job_uid: str) -> Exchange | None:
    """The exchange that started the job, if this person may see it."""
    found = visible_exchanges(person).filter(connection_id=connection.id, job_uid=job_uid)
    # Retries have the same job: the oldest one launched it.
    return found.order_by("number").first()


@needs(Role.EDITOR)
@require_POST
def retry_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """Start the job again: a send like any other. The API decides whether that is possible."""
    connection = get_object_or_404(Connection, pk=connection_id)
    plan = plan_operation("retry-job", connection, {"job_uid": job_uid})
    submission = read_submission(request)
    # Without the id of its page, a double click would retry twice.
    if submission is None:
        messages.warning(request, _("Not sent. Reload the page and select Retry again."))
        return redirect("job", connection.id, job_uid)
    confirm = request.POST.get("confirm", "")
    sent = submit_plan(person_of(request), plan, submission, confirm, RETRY_WAIT)
    if isinstance(sent, Blocked):
        messages.warning(request, sent.message)
        return redirect("job", connection.id, job_uid)
    # What is known of the job is out of date now.
    forget_job(connection, job_uid)
    succeeded = sent.under_way or sent.outcome == Outcome.ACCEPTED
    report = messages.success if succeeded else messages.warning
    report(request, sent.message or describe_state(sent))
    return redirect("job", connection.id, job_uid)
