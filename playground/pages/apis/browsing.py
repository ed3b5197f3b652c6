"""Browse the operations of an API: by tag, by words in path and summary, paginated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.apis.importing import write_tag_lines
from playground.apis.models import ImportedApi, ImportedOperation, WaitingDocument
from playground.openapi.operations import Api, Operation, list_operations
from playground.pages.apis.access import get_api_or_404, key_of
from playground.pages.apis.listing import list_changes
from playground.pages.lists import ListColumn, ListPage, ListShape
from playground.pages.markdown import excerpt_markdown, render_markdown
from playground.pages.responses import breadcrumbs
from playground.people.access import needs
from playground.people.models import Role
from playground.people.search import MAX_WORDS, contain_words
from playground.workspace.models import Connection

LIST = ListShape(
    "document",
    (
        ListColumn("method", gettext_lazy("Method"), ("method", "path")),
        ListColumn("path", gettext_lazy("Path"), ("path",)),
        ListColumn("document", gettext_lazy("Operation"), ("tag_position", "position")),
    ),
    ngettext_lazy("%(n)s operation", "%(n)s operations", "n"),
)
SEARCHED = ("method", "path", "title", "summary", "tag_lines", "key")


@dataclass(frozen=True)
class OperationRow:
    """One operation as the list shows it."""

    method: str
    path: str
    title: str
    summary: str
    tag: str
    address: str
    deprecated: bool = False
    obstacle: str = ""


@dataclass(frozen=True)
class TagCount:
    """A tag to filter by; `name` is empty for operations without one."""

    name: str
    count: int


@needs(Role.VIEWER)
@require_safe
def browse_api(request: HttpRequest, api_id: str) -> HttpResponse:
    """An API and its operations; only the list for htmx."""
    text = request.GET.get("find", "").strip()[:200]
    tag = request.GET.get("tag", "")[:300]
    imported = ImportedApi.objects.filter(pk=api_id).select_related("person").first()
    if imported is None:
        api = get_api_or_404(api_id)
        operations = list_operations(api_id)
        tags = count_tags(each.tags for each in operations)
        listed = _list_built_in(request, operations, text, tag)
    else:
        rows = imported.operations.all()
        tags = count_tags(rows.values_list("tags", flat=True))
        listed = LIST.read(request, find_operations(rows, text, tag))
    context = {
        "api_id": api_id,
        "list": listed,
        "rows": [
            _describe_row(each) if isinstance(each, ImportedOperation) else each
            for each in listed.rows
        ],
        # Headings make sense only if the operations are grouped by tag.
        "is_grouped": LIST.is_own(LIST.read_sort(request)) and not tag and len(tags) > 1,
        "tags": tags,
        "tag": tag,
        "find": text,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "apis/_operations.html", context)
    api = get_api_or_404(api_id)
    context |= _describe_api(api, imported)
    return render(request, "apis/api.html", context)


def _describe_api(api: Api, imported: ImportedApi | None) -> dict[str, object]:
    return {
        "api": api,
        "imported": imported,
        "counts": imported.report.get("counts", {}) if imported else {},
        "changes": list_changes(imported)[:3] if imported else [],
        "waiting": bool(imported and WaitingDocument.objects.filter(api=imported).exists()),
        "refreshes": ImportedApi.Refresh.choices,
        "title": imported.title if imported else api.title,
        "help": render_markdown(api.help),
        "connections": Connection.objects.filter(api=api.id).order_by("-practice", "name"),
        "trail": breadcrumbs(
            (_("APIs"), reverse("apis")), imported.title if imported else api.title
        ),
    }


def count_tags(tags: Iterable[Sequence[str]]) -> list[TagCount]:
    """Each tag with its number of operations, in document order."""
    counts: Counter[str] = Counter()
    for each in tags:
        counts.update(each or [""])
    # Untagged operations come last.
    named = [TagCount(name, count) for name, count in counts.items() if name]
    return named + ([TagCount("", counts[""])] if counts[""] and named else [])


def find_operations(
    rows: QuerySet[ImportedOperation], text: str, tag: str
) -> QuerySet[ImportedOperation]:
    """The operations that match every word and, if given, the tag."""
    found = rows.filter(contain_words(text, *SEARCHED))
    return found.filter(_has_tag(tag)) if tag else found


def _has_tag(tag: str) -> Q:
    return Q(tag_lines__contains=write_tag_lines([tag]))


def _describe_row(row: ImportedOperation) -> OperationRow:
    return OperationRow(
        method=row.method,
        path=row.path,
        title=row.title,
        summary=excerpt_markdown(row.summary),
        tag=row.tags[0] if row.tags else "",
        address=reverse("api_operation", args=[row.api_id, row.key]),
        deprecated=row.deprecated,
        obstacle=row.obstacle,
    )


def _list_built_in(
    request: HttpRequest, operations: Sequence[Operation], text: str, tag: str
) -> ListPage:
    """The operations of a built-in API: there are few, so they aren't indexed."""
    words = text.casefold().split()[:MAX_WORDS]
    rows = [
        OperationRow(
            method=each.method,
            path=each.path,
            title=each.title,
            summary=excerpt_markdown(each.summary),
            tag=each.tags[0] if each.tags else "",
            address=reverse("api_operation", args=[each.api.id, key_of(each)]),
            deprecated=each.deprecated,
        )
        for each in operations
        if not tag or tag in each.tags
    ]
    found = [
        each
        for each in rows
        if all(
            word in f"{each.method} {each.path} {each.title} {each.summary}".casefold()
            for word in words
        )
    ]
    return LIST.make_page(
        request, found, is_sortable=False, position=LIST.describe_count(len(found))
    )
