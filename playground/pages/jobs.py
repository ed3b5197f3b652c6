"""Jobs: every launch from here with its job."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.openapi.operations import Operation, list_operations
from playground.pages.job_states import describe_following, describe_job_states
from playground.pages.lists import ListColumn, ListShape
from playground.pages.selection import Action
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import contain_words
from playground.workspace.jobs import ENDED
from playground.workspace.models import JobRecord

# The record of an exchange's job, to which there is no foreign key.
_record = JobRecord.objects.filter(connection=OuterRef("connection_id"), uid=OuterRef("job_uid"))


def _of_record(field: str) -> Subquery:
    return Subquery(_record.values(field)[:1])


_name: Any = Coalesce(NullIf(_of_record("name"), Value("")), NullIf("name", Value("")), "job_uid")
LIST = ListShape(
    "launched",
    (
        ListColumn("status", gettext_lazy("Status"), (_of_record("status"),), has_nulls=True),
        ListColumn("name", gettext_lazy("Job"), (Lower(_name),)),
        ListColumn(
            "workflow",
            gettext_lazy("Workflow and connection"),
            (Lower(_of_record("workflow_name")), Lower("connection_name")),
            has_nulls=True,
        ),
        ListColumn(
            "inputs",
            gettext_lazy("Inputs"),
            (_of_record("inputs"),),
            descends=True,
            has_nulls=True,
            is_figure=True,
        ),
        ListColumn(
            "results",
            gettext_lazy("Results"),
            (_of_record("rows"),),
            descends=True,
            has_nulls=True,
            is_figure=True,
        ),
        ListColumn(
            "duration",
            gettext_lazy("Duration"),
            (_of_record("seconds"),),
            descends=True,
            has_nulls=True,
            is_figure=True,
        ),
        ListColumn("launched", gettext_lazy("Launched"), ("pk",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s job", "%(n)s jobs", "n"),
    page_size=25,
    by_key=True,
)
UNFINISHED = "unfinished"
STATUSES = {
    UNFINISHED: gettext_lazy("Unfinished"),
    "paused": gettext_lazy("Paused"),
    "finished": gettext_lazy("Finished"),
    "failed": gettext_lazy("With failures"),
}
# The API's words for each.
WORDS = {
    "paused": ("paused",),
    "finished": ("completed", "finished"),
    "failed": ("warning", "shutdown"),
}
RERUN = Action("rerun", gettext_lazy("Rerun the failed inputs"), "reset")
STOP = Action("stop", gettext_lazy("Stop following"), "stop")
ACTIONS = (RERUN, STOP)


@needs(Role.VIEWER)
@require_safe
def show_jobs(request: HttpRequest) -> HttpResponse:
    person, text, status = person_of(request), read_words(request), read_status(request)
    shape = LIST if person.may_edit else LIST.without("tools")
    listed = shape.read(request, find_launches(person, text, status))
    states = list(describe_job_states(listed.rows, "jobs").values())
    context = {
        "list": listed,
        "states": states,
        "follow": describe_following(states, "jobs"),
        "text": text,
        "status": status,
        "statuses": list(STATUSES.items()),
        "has_filters": bool(text or status),
        "actions": ACTIONS if person.may_edit else (),
        "act": reverse("act_on_jobs"),
    }
    return render(request, "jobs/page.html", context)


def read_words(request: HttpRequest) -> str:
    """The words that the list is filtered by."""
    # PostgreSQL refuses a NUL character in text.
    return request.GET.get("text", "").replace("\0", "").strip()[:200]


def read_status(request: HttpRequest) -> str:
    """The key of `STATUSES` that the list is filtered by; empty for all jobs."""
    status = request.GET.get("status", "")
    return status if status in STATUSES else ""


def find_launches(person: Person, text: str = "", status: str = "") -> QuerySet[Exchange]:
    """The visible exchanges that started a job, filtered by each word and by a status."""
    # An operation that takes a job's UID, such as a retry, doesn't start another one.
    starting = [o.id for o in list_operations() if o.verdict.job and not _takes_job(o)]
    found = visible_exchanges(person).filter(operation__in=starting).exclude(job_uid="")
    found = found.exclude(connection_id=None).filter(
        contain_words(text, "name", "job_uid", "connection_name")
    )
    if status == UNFINISHED:
        # Also those of which nothing is known yet.
        return found.exclude(Exists(_record.filter(status__in=ENDED)))
    return found.filter(Exists(_record.filter(status__in=WORDS[status]))) if status else found


def _takes_job(operation: Operation) -> bool:
    return any(each.name == "job_uid" for each in operation.path_fields)
