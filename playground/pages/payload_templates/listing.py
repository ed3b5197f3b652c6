"""The list of templates: searched, filtered and sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from playground.openapi.operations import list_operations
from playground.pages.parameters import read_number
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import (
    Search,
    find_favourites,
    list_folders,
    list_templates,
    may_change,
)
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Workflow

TEMPLATES_PER_PAGE = 50
SORT_LABELS = {
    "changed": gettext_lazy("Last changed"),
    "used": gettext_lazy("Last used"),
    "name": gettext_lazy("Name"),
    "created": gettext_lazy("Newest"),
}
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


@needs(Role.VIEWER)
@require_safe
def show_templates(request: HttpRequest) -> HttpResponse:
    """The page; only its list for htmx."""
    person, search = person_of(request), _read_search(request)
    page = read_number(request.GET.get("page", ""), digits=5)
    first = TEMPLATES_PER_PAGE * page
    found = list(list_templates(person, search)[first : first + TEMPLATES_PER_PAGE + 1])
    context = {
        "rows": _describe_rows(person, found[:TEMPLATES_PER_PAGE]),
        "search": search,
        "previous": page - 1 if page else None,
        "next": page + 1 if len(found) > TEMPLATES_PER_PAGE else None,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "templates/_list.html", context)
    context |= {
        "folders": list_folders(person),
        "operations": [(each.id, each.title) for each in list_operations()],
        "sorts": list(SORT_LABELS.items()),
        "whose": list(WHOSE_LABELS.items()),
    }
    return render(request, "templates/page.html", context)


def _read_search(request: HttpRequest) -> Search:
    query = request.GET
    return Search(
        text=query.get("find", "").strip()[:200],
        tag=query.get("tag", "").strip()[:100],
        folder=query.get("folder", "")[:200],
        operation=query.get("operation", "")[:100],
        whose=query.get("whose", "")[:10],
        sort=query.get("sort", "changed")[:10],
        starred=bool(query.get("starred")),
        archived=bool(query.get("archived")),
    )


def _describe_rows(person: Person, templates: list[Template]) -> list[TemplateRow]:
    # All that the rows need is read in three queries, however many rows there are.
    titles = {each.id: each.title for each in list_operations()}
    names = _workflow_names(templates)
    starred = find_favourites(person, templates)
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
            creator="" if row.sharing == Sharing.PRIVATE else row.person.username,
            used_at=row.used_at.isoformat(timespec="seconds") if row.used_at else "",
            changed_at=row.changed_at.isoformat(timespec="seconds"),
            may_change=may_change(person, row),
        )
        for row in templates
    ]


def _workflow_names(templates: Sequence[Template]) -> Mapping[tuple[object, str], str]:
    uids = {row.workflow_uid for row in templates if row.workflow_uid}
    rows = Workflow.objects.filter(uid__in=uids).values_list("connection_id", "uid", "name")
    return {(connection, uid): name for connection, uid, name in rows}
