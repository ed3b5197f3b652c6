"""The list of templates, with its search and filters, and exporting and importing files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.apis.catalog import find_titles
from playground.openapi.operations import list_operations
from playground.pages.lists import ListColumn, ListShape
from playground.pages.payload_templates.access import get_template_or_404
from playground.pages.payload_templates.chosen import list_actions
from playground.pages.responses import breadcrumbs, respond_with_file
from playground.pages.selection import read_chosen_ids
from playground.payload_templates.drift import find_broken_templates
from playground.payload_templates.exports import (
    Parts,
    export_file_name,
    find_exported_credentials,
    write_json,
    write_templates_zip,
    write_yaml,
)
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import (
    Search,
    find_favourites,
    list_folders,
    list_templates,
    may_change,
    visible_templates,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.schedule_files import find_schedule_credentials, serialize_schedules
from playground.workspace.models import Workflow

LIST = ListShape(
    "changed",
    (
        ListColumn("star", gettext_lazy("Favourite"), is_unseen=True),
        ListColumn("name", gettext_lazy("Name"), (Lower("name"),)),
        ListColumn("target", gettext_lazy("Sends to")),
        ListColumn("folder", gettext_lazy("Folder and tags"), (Lower("folder"),)),
        ListColumn("used", gettext_lazy("Last used"), ("used_at",), descends=True, has_nulls=True),
        ListColumn("changed", gettext_lazy("Changed"), ("changed_at",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s template", "%(n)s templates", "n"),
)
MAX_WARNINGS, MAX_OPERATIONS = 100, 200
WHOSE_LABELS = {
    "": gettext_lazy("All templates"),
    "mine": gettext_lazy("My templates"),
    "team": gettext_lazy("Team templates"),
}


@dataclass(frozen=True)
class TemplateRow:
    """One template as the list draws it."""

    id: str
    name: str
    pressed: str
    variants: int
    is_fork: bool
    target: str
    connection: str
    folder: str
    tags: list[str]
    creator: str
    used_at: str
    changed_at: str
    may_change: bool
    is_outdated: bool


@needs(Role.VIEWER)
@require_safe
def show_templates(request: HttpRequest) -> HttpResponse:
    """The page; only its list for htmx."""
    person, search = person_of(request), _read_search(request)
    listed = LIST.read(request, list_templates(person, search))
    context = {
        "list": listed,
        "rows": _describe_rows(person, listed.rows),
        "search": search,
        "actions": list_actions(person, search.archived),
        "act": reverse("act_on_templates"),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "templates/_list.html", context)
    context |= {
        "folders": list_folders(person),
        "operations": _list_filters(person, search),
        "whose": list(WHOSE_LABELS.items()),
    }
    return render(request, "templates/page.html", context)


def _list_filters(person: Person, search: Search) -> list[tuple[str, str]]:
    """The operations to filter by: the built-in ones, and imported ones with templates."""
    # There may be thousands of others without any template.
    imported = visible_templates(person).filter(operation__contains=":").order_by("operation")
    ids = imported.values_list("operation", flat=True).distinct()[:MAX_OPERATIONS]
    titles = {each.id: each.title for each in list_operations()}
    return list((titles | find_titles([*ids, search.operation])).items())


def _read_search(request: HttpRequest) -> Search:
    query = request.GET
    return Search(
        text=query.get("find", "").strip()[:200],
        tag=query.get("tag", "").strip()[:100],
        folder=query.get("folder", "")[:200],
        operation=query.get("operation", "")[:100],
        whose=query.get("whose", "")[:10],
        starred=bool(query.get("starred")),
        archived=bool(query.get("archived")),
    )


def _describe_rows(person: Person, templates: Sequence[Template]) -> list[TemplateRow]:
    # Unless some are outdated, any number of rows needs the same few queries.
    outdated = find_broken_templates(templates)
    names = _workflow_names(templates)
    starred = find_favourites(person, templates)
    titles = find_titles(row.operation for row in templates)
    return [
        TemplateRow(
            id=str(row.id),
            name=row.name,
            pressed="true" if row.id in starred else "false",
            variants=row.variant_count,
            is_fork=row.parent_id is not None,
            target=names.get((row.connection_id, row.workflow_uid), row.workflow_uid)
            or titles.get(row.operation, row.operation),
            connection=row.connection.name if row.connection else "",
            folder=row.folder,
            tags=row.tag_list,
            # A private template's creator is always the person who looks at it.
            creator="" if row.sharing == Sharing.PRIVATE else row.person.username,
            used_at=row.used_at.isoformat(timespec="seconds") if row.used_at else "",
            changed_at=row.changed_at.isoformat(timespec="seconds"),
            may_change=may_change(person, row),
            is_outdated=row.id in outdated,
        )
        for row in templates
    ]


def _workflow_names(templates: Sequence[Template]) -> Mapping[tuple[object, str], str]:
    uids = {row.workflow_uid for row in templates if row.workflow_uid}
    rows = Workflow.objects.filter(uid__in=uids).values_list("connection_id", "uid", "name")
    return {(connection, uid): name for connection, uid, name in rows}


@needs(Role.VIEWER)
@require_safe
def export_one(request: HttpRequest, template_id: uuid.UUID, ending: str) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    writers = {"yaml": write_yaml, "json": write_json}
    if ending not in writers:
        raise Http404(_("Choose YAML or JSON."))
    if warning := _warn_of_credentials(request, [template]):
        return warning
    name, parts = export_file_name(template, ending), find_parts(request)
    return respond_with_file(writers[ending](template, parts), name, f"application/{ending}")


def find_parts(request: HttpRequest) -> Parts:
    """What files of templates have apart from these: the schedules that the person sees."""
    return partial(serialize_schedules, person_of(request))


def _warn_of_credentials(request: HttpRequest, rows: Iterable[Template]) -> HttpResponse | None:
    """A page that lists the credentials in the files; None once the person has confirmed."""
    if "sure" in request.GET:
        return None
    person = person_of(request)
    every = [
        (row, find_exported_credentials(row) + find_schedule_credentials(person, row))
        for row in rows
    ]
    found = [(row, places) for row, places in every if places]
    if not found:
        return None
    trail = breadcrumbs((_("Templates"), reverse("templates")), _("Export"))
    context = {"found": found[:MAX_WARNINGS], "trail": trail}
    return render(request, "templates/export.html", context, status=409)


@needs(Role.VIEWER)
@require_safe
def export_all(request: HttpRequest) -> HttpResponse:
    """A zip of all templates this person sees, or of the chosen ones."""
    # A stable order gives the same bytes for the same templates.
    rows = visible_templates(person_of(request)).order_by("folder", "name", "id")
    if "chosen" in request.GET:
        rows = rows.filter(id__in=read_chosen_ids(request))
    if warning := _warn_of_credentials(request, rows):
        return warning
    data = write_templates_zip(rows, find_parts(request))
    return respond_with_file(data, "templates.zip", "application/zip")
