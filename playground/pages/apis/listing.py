"""The list of APIs, import reports, changes by updates, and deletion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from playground.apis.importing import delete_api
from playground.apis.models import ImportedApi
from playground.openapi.operations import list_apis, list_operations
from playground.pages.apis.access import get_imported_api, require_deleter
from playground.pages.apis.usage import Usage, find_usage
from playground.pages.lists import ListColumn, ListShape
from playground.pages.responses import breadcrumbs
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.search import contain_words
from playground.workspace.models import Connection

LIST = ListShape(
    "title",
    (
        ListColumn("title", gettext_lazy("API"), (Lower("title"),)),
        ListColumn("version", gettext_lazy("Version"), ("version",)),
        ListColumn(
            "operations",
            gettext_lazy("Operations"),
            ("operation_count",),
            descends=True,
            is_figure=True,
        ),
        ListColumn("connections", gettext_lazy("Connections"), is_figure=True),
        ListColumn("by", gettext_lazy("Imported by"), (Lower("person__username"),), has_nulls=True),
        ListColumn("changed", gettext_lazy("Changed"), ("changed_at",), descends=True),
    ),
    ngettext_lazy("%(n)s imported API", "%(n)s imported APIs", "n"),
)
MOST_CHANGES = 20


@needs(Role.VIEWER)
@require_safe
def show_apis(request: HttpRequest) -> HttpResponse:
    """List imported and built-in APIs, using only the index."""
    text = request.GET.get("find", "").strip()[:200]
    # Reports are large, and documents even larger.
    found = ImportedApi.objects.filter(contain_words(text, "title", "id")).defer("report", "rules")
    found = found.annotate(operation_count=Count("operations")).select_related("person", "waiting")
    # The same is true of waiting documents.
    found = found.defer("waiting__report", "waiting__obstacles", "waiting__changes")
    listed = LIST.read(request, found)
    counts = dict(Connection.objects.order_by().values_list("api").annotate(number=Count("pk")))
    context = {
        "list": listed,
        "rows": [(row, counts.get(row.id, 0)) for row in listed.rows],
        "find": text,
        "built_in": [
            {
                "api": each,
                "operations": len(list_operations(each.id)),
                "connections": counts.get(each.id, 0),
            }
            for each in list_apis()
        ],
    }
    return render(request, "apis/page.html", context)


def breadcrumbs_of(api: ImportedApi, here: str) -> list[dict[str, str]]:
    parts = ((_("APIs"), reverse("apis")), (api.title, reverse("api", args=[api.id])))
    return breadcrumbs(*parts, here)


@needs(Role.VIEWER)
@require_safe
def show_report(request: HttpRequest, api_id: str) -> HttpResponse:
    """The import report: forms, JSON fields, operations that can't be sent, faults."""
    api = get_imported_api(api_id)
    operations = api.report.get("operations", [])
    context = {
        "api": api,
        "report": api.report,
        "unsendable": [each for each in operations if each["obstacles"]],
        "with_json_fields": [each for each in operations if each["json_fields"]],
        "changes": list_changes(api),
        "trail": breadcrumbs_of(api, _("Import report")),
    }
    return render(request, "apis/report.html", context)


def list_changes(api: ImportedApi) -> list[dict[str, Any]]:
    """The updates of an API, newest first, with the number of changes."""
    rows = api.changes.select_related("person")[:MOST_CHANGES]
    return [
        {
            "row": row,
            "count": len(row.changes),
            "breaking": sum(bool(each["breaking"]) for each in row.changes),
        }
        for row in rows
    ]


@needs(Role.VIEWER)
@require_safe
def show_change(request: HttpRequest, api_id: str, change_id: int) -> HttpResponse:
    """The changes of one update, breaking ones first, and what uses those operations."""
    api = get_imported_api(api_id)
    # A number too large for a database column simply isn't found.
    found = api.changes.filter(pk=change_id).first() if change_id < 2**63 else None
    if found is None:
        raise Http404(_("There is no such update."))
    usage = find_usage(person_of(request), api.id)
    rows = describe_change_rows(found.changes, usage)
    context = {
        "api": api,
        "made": found,
        "rows": rows,
        "breaking": sum(bool(each["change"]["breaking"]) for each in rows),
        "used": sum(bool(each["uses"]) for each in rows),
        "unnamed": usage.unnamed,
        "trail": breadcrumbs_of(api, _("Update")),
    }
    return render(request, "apis/change.html", context)


def describe_change_rows(changes: Iterable[dict[str, Any]], usage: Usage) -> list[dict[str, Any]]:
    """The rows of the table of changes: breaking ones first, then those of operations in use."""
    rows = [_describe_change(each, usage.by_operation) for each in changes]
    # Stable, so that each group keeps the document's order.
    rows.sort(key=lambda each: (not each["change"]["breaking"], not each["uses"]))
    return rows


def _describe_change(change: dict[str, Any], by_operation: Any) -> dict[str, Any]:
    # Drafts and templates made before the update refer to the former id.
    ids = dict.fromkeys(filter(None, [change["operation"], change.get("former", "")]))
    uses = [use for id in ids for use in by_operation.get(id, ())]
    return {"change": change, "key": change["operation"].rpartition(":")[2], "uses": uses}


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_imported_api(request: HttpRequest, api_id: str) -> HttpResponse:
    """Confirm, listing everything that uses the API; then delete it and its connections."""
    api, person = get_imported_api(api_id), person_of(request)
    connections = Connection.objects.filter(api=api.id).order_by(Lower("name"))
    if request.method == "POST":
        require_deleter(request, api)
        if request.POST.get("confirm", "").strip() == api.title:
            with transaction.atomic():
                for each in connections:
                    record_event(request, "connection-deleted", each.name)
                    each.delete()
                delete_api(person, api)
            messages.success(request, _("Deleted %(name)s.") % {"name": api.title})
            return redirect("apis")
        messages.warning(request, _("Not deleted. Type the API's title to delete it."))
        return redirect("delete_api", api.id)
    usage = find_usage(person, api.id)
    context = {
        "api": api,
        "connections": connections,
        "uses": usage.all(),
        "unnamed": usage.unnamed,
        "may_delete": person.is_owner or not connections,
        "trail": breadcrumbs_of(api, _("Delete")),
    }
    return render(request, "apis/delete.html", context)
