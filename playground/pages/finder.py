"""The finder behind Ctrl+K: drafts, templates, operations, batches, schedules, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.apis.models import ImportedApi, ImportedOperation
from playground.batches.access import visible_batches
from playground.drafts.drafts import list_drafts
from playground.history.queries import ExchangeSearch, list_exchanges
from playground.pages.batches.access import LARGE
from playground.pages.job_states import JobState, describe_following, describe_job_states
from playground.pages.replies import shorten_uids
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.templates import Search, list_templates
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import contain_text, contain_words
from playground.schedules.access import visible_schedules
from playground.workspace.accounts import with_accounts
from playground.workspace.models import Workflow

FOUND_OF_EACH = 6
NEWEST_OF_EACH = 4  # before anything is typed
LONGEST_KIND = 40


@dataclass(frozen=True)
class Found:
    """One line of the finder."""

    kind: str
    icon: str
    name: str
    address: str
    at: datetime | None = None
    job: JobState | None = None


@needs(Role.VIEWER)
@require_safe
def show_found(request: HttpRequest) -> HttpResponse:
    """What matches the typed text; before anything is typed, the newest work and what to do."""
    text = request.GET.get("find", "").strip()
    person = person_of(request)
    if text:
        found = [
            *_find_pages(person, text),
            *_find_commands(person, text),
            *_find_drafts(person, text),
            *_find_templates(person, text),
            *_find_workflows(text),
            *_find_batches(person, text),
            *_find_schedules(person, text),
            *_find_apis(text),
            *_find_exchanges(person, text),
        ]
        groups = [("", found)]
    else:
        newest = [*_find_drafts(person), *_find_templates(person)]
        groups = [
            (_("Newest"), newest),
            (_("Commands"), _find_commands(person)),
            (_("Pages"), _find_pages(person)),
        ]
    jobs = [each.job for _title, found in groups for each in found if each.job]
    context = {
        "groups": [(title, found) for title, found in groups if found],
        "find": text,
        "follow": describe_following(jobs, "found"),
    }
    return render(request, "finder/_found.html", context)


def _find_pages(person: Person, text: str = "") -> list[Found]:
    names = {
        "workflows": _("Workflows"),
        "templates": _("Templates"),
        "batches": _("Batches"),
        "schedules": _("Schedules"),
        "schedule_calendar": _("Calendar of schedules"),
        "schedule_timeline": _("Timeline of schedules"),
        "jobs": _("Jobs"),
        "repeats": _("Repeats"),
        "history": _("History"),
        "apis": _("APIs"),
        "connections": _("Connections"),
        "profile": _("Your profile"),
        "tokens": _("Personal tokens"),
        "api_page": _("API reference"),
    }
    if person.may_edit:
        names |= {"drafts": _("Drafts"), "drift": _("Outdated drafts")}
    if person.is_owner:
        names |= {"people": _("People and roles"), "audit": _("Audit log"), "status": _("Status")}
    pages = [Found(_("page"), "file", name, reverse(key)) for key, name in names.items()]
    pages.append(Found(_("page"), "help", _("Help"), reverse("help", args=["guide"])))
    accounts = _("Accounts of %(name)s")
    for connection in with_accounts().order_by("name"):
        address = reverse("accounts", args=[connection.id])
        pages.append(Found(_("page"), "person", accounts % {"name": connection.name}, address))
    return [each for each in pages if _matches(each, text)]


def _find_commands(person: Person, text: str = "") -> list[Found]:
    """What can be begun, each on the page where that is done."""
    names: dict[str, str] = {}
    if person.may_edit:
        names |= {
            "create_draft": _("New draft"),
            "paste": _("Paste anything"),
            "new_batch": _("New batch"),
            "add_workflow": _("Add a workflow by hand"),
            "import_templates": _("Import templates"),
            "import_api": _("Import an API"),
        }
    if person.is_owner:
        names["add_connection"] = _("Add a connection")
    found = [Found(_("command"), "plus", name, reverse(key)) for key, name in names.items()]
    if person.is_owner:
        address = reverse("people") + "#invite"
        found.append(Found(_("command"), "plus", _("Invite someone"), address))
    return [each for each in found if _matches(each, text)]


def _matches(found: Found, text: str) -> bool:
    return text.casefold() in found.name.casefold()


def _find_drafts(person: Person, text: str = "") -> list[Found]:
    if not person.may_edit:
        return []
    rows = list_drafts(person).filter(contain_text(text, "name"))
    shown = rows[: FOUND_OF_EACH if text else NEWEST_OF_EACH]
    titled = [(row.name or operation_title(row.operation), row) for row in shown]
    return [
        Found(_("draft"), "pen", title, reverse("builder", args=[row.id]), row.changed_at)
        for title, row in titled
    ]


def _find_templates(person: Person, text: str = "") -> list[Found]:
    rows = list_templates(person, Search(text=text)).order_by("-changed_at")
    rows = rows[: FOUND_OF_EACH if text else NEWEST_OF_EACH]
    return [
        Found(_("template"), "save", row.name, reverse("template", args=[row.id]), row.changed_at)
        for row in rows
    ]


def _find_workflows(text: str) -> list[Found]:
    rows = Workflow.objects.filter(contain_text(text, "name"))[:FOUND_OF_EACH]
    return [
        Found(_("workflow"), "flow", row.name, f"{reverse('workflows')}?find={row.uid}")
        for row in rows
    ]


def _find_batches(person: Person, text: str) -> list[Found]:
    rows = visible_batches(person).filter(contain_text(text, "name", "file_name"))
    shown = rows.defer(*LARGE, "columns").order_by("-created_at")[:FOUND_OF_EACH]
    # Batches of one template have its name; their files tell them apart.
    named = [(" · ".join(filter(None, (row.name, row.file_name))), row) for row in shown]
    return [
        Found(_("batch"), "table", name, reverse("batch", args=[row.id]), row.created_at)
        for name, row in named
    ]


def _find_schedules(person: Person, text: str) -> list[Found]:
    rows = visible_schedules(person).filter(contain_text(text, "name"))
    return [
        Found(_("schedule"), "calendar", row.name, reverse("schedule", args=[row.pk]), row.next_at)
        for row in rows.order_by("name")[:FOUND_OF_EACH]
    ]


def _find_apis(text: str) -> list[Found]:
    """Imported APIs and operations, using only the index: documents are slow to read."""
    apis = ImportedApi.objects.filter(contain_text(text, "title"))
    found = [
        Found(_("API"), "braces", title, reverse("api", args=[id]))
        for id, title in apis.values_list("id", "title")[:FOUND_OF_EACH]
    ]
    operations = ImportedOperation.objects.filter(contain_words(text, "title", "path", "method"))
    rows = operations.order_by("api", "position").values_list("api", "key", "title", "api__title")
    return found + [
        Found(api_title[:LONGEST_KIND], "send", title, reverse("api_operation", args=[api, key]))
        for api, key, title, api_title in rows[:FOUND_OF_EACH]
    ]


def _find_exchanges(person: Person, text: str) -> list[Found]:
    rows = list_exchanges(person, ExchangeSearch(text=text), FOUND_OF_EACH).rows
    states = describe_job_states(rows, "found")
    return [
        Found(_("send"), "send", shorten_uids(row.message) or operation_title(row.operation),
              reverse("exchange", args=[row.id]), row.started_at, states.get(row.number))
        for row in rows
    ]  # fmt: skip
