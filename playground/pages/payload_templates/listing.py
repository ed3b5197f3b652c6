"""The library of templates: searched, filtered, sorted, what each sends to, when used last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from playground.openapi.operations import list_operations
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

PAGE = 50
SORTS = {
    "changed": gettext_lazy("Changed last"),
    "used": gettext_lazy("Used last"),
    "name": gettext_lazy("By name"),
    "created": gettext_lazy("Newest"),
}
WHOSE = {
    "": gettext_lazy("Yours and the team's"),
    "mine": gettext_lazy("Yours"),
    "team": gettext_lazy("The team's"),
}


@dataclass(frozen=True)
class Row:
    """One template in the list, in words and ready to be drawn."""

    id: str
    name: str
    pressed: str
    variants: int
    is_fork: bool
    target: str
    connection: str
    folder: str
    tags: list[str]
    maker: str
    used_at: str
    changed_at: str
    may_change: bool


@needs(Role.VIEWER)
@require_safe
def show_templates(request: HttpRequest) -> HttpResponse:
    """The page; only its list while somebody types."""
    person, search = person_of(request), read_search(request)
    page = _whole(request.GET.get("page", ""))
    found = list(list_templates(person, search)[PAGE * page : PAGE * page + PAGE + 1])
    context = {
        "rows": describe_rows(person, found[:PAGE]),
        "search": search,
        "previous": page - 1 if page else None,
        "next": page + 1 if len(found) > PAGE else None,
        "page_number": page,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "templates/_list.html", context)
    titles = {each.id: each.title for each in list_operations()}
    context |= {
        "folders": list_folders(person),
        "operations": list(titles.items()),
        "sorts": list(SORTS.items()),
        "whose": list(WHOSE.items()),
    }
    return render(request, "templates/page.html", context)


def read_search(request: HttpRequest) -> Search:
    get = request.GET
    return Search(
        text=get.get("find", "").strip()[:200],
        tag=get.get("tag", "").strip()[:100],
        folder=get.get("folder", "")[:200],
        operation=get.get("operation", "")[:100],
        whose=get.get("whose", "")[:10],
        sort=get.get("sort", "changed")[:10],
        starred=bool(get.get("starred")),
        archived=bool(get.get("archived")),
    )


def describe_rows(person: Person, templates: list[Template]) -> list[Row]:
    titles = {each.id: each.title for each in list_operations()}
    names = _workflow_names(templates)
    starred = find_favourites(person, templates)
    return [
        Row(
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
            maker="" if row.sharing == Sharing.PRIVATE else row.person.username,
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


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
