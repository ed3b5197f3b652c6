"""Drafts: the list, creating one from an operation or an exchange, and what it changed since."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.apis.catalog import find_titles
from playground.drafts.drafts import (
    InvalidName,
    discard_draft,
    discard_drafts,
    find_draft,
    list_drafts,
    rename_draft,
    restore_draft,
    restore_drafts,
    start_draft,
)
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext.diff import Difference
from playground.openapi.operations import (
    UnknownOperation,
    get_operation,
    list_operations,
)
from playground.openapi.payloads import build_default_payload
from playground.pages.builder.draft_context import open_draft
from playground.pages.exchanges import get_exchange
from playground.pages.lists import ListColumn, ListShape
from playground.pages.parameters import read_uuid
from playground.pages.responses import respond_undoable, respond_undone, with_toast
from playground.pages.selection import (
    COMPARE,
    Action,
    Report,
    address_of_chosen,
    open_comparison,
    read_action,
    read_chosen_ids,
    return_to_list,
)
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.drift import find_broken_drafts
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.people.search import contain_text
from playground.sending.resending import describe_differences, draft_from_exchange
from playground.workspace.models import Connection
from playground.workspace.workflows import find_definition

LIST = ListShape(
    "changed",
    (
        # A draft without a name is shown as its operation.
        ListColumn(
            "name", gettext_lazy("Name"), (Lower(Coalesce(NullIf("name", Value("")), "operation")),)
        ),
        ListColumn("operation", gettext_lazy("Operation"), ("operation",)),
        ListColumn(
            "connection", gettext_lazy("Connection"), (Lower("connection__name"),), has_nulls=True
        ),
        ListColumn("changed", gettext_lazy("Changed"), ("changed_at",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s draft", "%(n)s drafts", "n"),
)
ACTIONS = (COMPARE, Action("discard", gettext_lazy("Discard"), "remove", is_danger=True))
MAX_DIFFERENCES = 300
# Prefixes of what can differ outside the document.
OUTSIDE_DOCUMENT = {
    "#path": gettext_lazy("path"),
    "#connect": gettext_lazy("connection"),
    "#media type": gettext_lazy("media type"),
    "#body": gettext_lazy("body"),
    "#off": gettext_lazy("switched off"),
    "#away": gettext_lazy("kept for another option"),
    "#half": gettext_lazy("incomplete"),
    "#note": gettext_lazy("note"),
}


@needs(Role.EDITOR)
@require_safe
def show_drafts(request: HttpRequest) -> HttpResponse:
    found = list_drafts(person_of(request))
    text = request.GET.get("find", "").strip()
    if text:
        found = found.filter(contain_text(text, "name"))
    listed = LIST.read(request, found)
    titles = find_titles(row.operation for row in listed.rows)
    context = {
        "list": listed,
        "drafts": [(row, titles.get(row.operation, row.operation)) for row in listed.rows],
        "find": text,
        "drifted": find_broken_drafts(listed.rows),
        "actions": ACTIONS,
        "act": reverse("act_on_drafts"),
    }
    return render(request, "drafts/page.html", context)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create_draft(request: HttpRequest) -> HttpResponse:
    """Choose an operation; then a draft with the default payload of its workflow opens."""
    if request.method != "POST":
        return render(request, "drafts/new.html", {"starting_points": list_starting_points()})
    try:
        operation = get_operation(request.POST.get("operation", ""))
    except UnknownOperation as unknown:
        raise Http404(str(unknown)) from None
    connection = choose_connection(request.POST.get("connection", ""), operation.api.id)
    uid = request.POST.get("workflow_uid", "").strip()
    workflow = find_definition(connection, uid)
    names = [each.name for each in operation.path_fields]
    # Named like its workflow until somebody renames it.
    name = workflow.name if workflow else request.POST.get("name", "").strip()
    draft = start_draft(
        person_of(request),
        operation.id,
        build_default_payload(operation, workflow),
        name=name[:200],
        connection=connection,
        # Every path field exists from the start, so that the builder can show it.
        path_values={**dict.fromkeys(names, ""), **({"workflow_uid": uid} if uid else {})},
    )
    return redirect("builder", draft.id)


def list_starting_points() -> list[dict[str, Any]]:
    """The operations with a body to fill in, each with the connections it can use."""
    connections = list(Connection.objects.order_by("-practice", "name"))
    return [
        {
            "operation": each,
            "connections": [c for c in connections if c.api == each.api.id],
            "by_workflow": any(field.name == "workflow_uid" for field in each.path_fields),
        }
        for each in list_operations()
        # Without a body there is nothing to build; harmless operations serve tests and syncs.
        if each.body_schema is not None and not each.harmless
    ]


def choose_connection(sent: str, api: str) -> Connection | None:
    """The chosen connection, else the practice one, else any of this API."""
    connections = Connection.objects.filter(api=api)
    id = read_uuid(sent)
    chosen = connections.filter(id=id).first() if id else None
    return chosen or connections.order_by("-practice", "name").first()


@needs(Role.EDITOR)
@require_POST
def rename(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    try:
        rename_draft(_get_draft(request, draft_id), request.POST.get("name", ""))
    except InvalidName as error:
        return with_toast(HttpResponse(status=422), str(error), kind="error")
    return HttpResponse(status=204)


@needs(Role.EDITOR)
@require_POST
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Remove the draft from the list; that can be undone."""
    draft = _get_draft(request, draft_id)
    discard_draft(draft)
    text = _("Discarded %(name)s.") % {"name": draft.name or operation_title(draft.operation)}
    return respond_undoable(
        request, text, reverse("restore_draft", args=[draft.id]), reverse("drafts")
    )


@needs(Role.EDITOR)
@require_POST
def restore(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    if not restore_draft(person_of(request), draft_id):
        raise Http404(_("This draft doesn't exist."))
    return respond_undone(request, _("The draft is back."), reverse("drafts"))


@needs(Role.EDITOR)
@require_POST
def act_on_drafts(request: HttpRequest) -> HttpResponse:
    """Compare two drafts of the list, or discard any number of them."""
    chosen, page = read_chosen_ids(request), reverse("drafts")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    found = list_drafts(person_of(request)).filter(id__in=chosen)
    ids = list(found.order_by("changed_at").values_list("id", flat=True))
    if action is COMPARE and len(ids) == 2:
        return open_comparison(*ids)
    report = Report()
    if action is not COMPARE:
        discard_drafts(person_of(request), ids)
        report.done = len(ids)
    report.count_missing(len(chosen) - len(ids))
    text = ngettext("Discarded %(n)s draft.", "Discarded %(n)s drafts.", len(ids))
    report.show(request, text % {"n": len(ids)}, address_of_chosen("undo_discard", ids))
    return return_to_list(request, page)


@needs(Role.EDITOR)
@require_POST
def undo_discard(request: HttpRequest) -> HttpResponse:
    restored = restore_drafts(person_of(request), read_chosen_ids(request))
    text = ngettext("%(n)s draft is back.", "%(n)s drafts are back.", restored)
    return respond_undone(request, text % {"n": restored}, reverse("drafts"))


def _get_draft(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    try:
        return find_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        raise Http404(_("This draft doesn't exist.")) from None


@needs(Role.EDITOR)
@require_POST
def edit_and_resend(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Create a draft with everything as it was sent. Nothing is sent yet."""
    draft = draft_from_exchange(person_of(request), get_exchange(request, exchange_id))
    if draft is None:
        # Syncs and job polls are recorded too, but have no document to edit.
        raise Http404(_("This request was sent by the playground itself and can't be edited."))
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_safe
def show_changed(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """What differs from the exchange that this draft resends: a tab of the builder."""
    draft = open_draft(request, draft_id).draft
    # The exchange may be gone, or no longer shared with this person.
    sent = find_exchange(person_of(request), draft.resend_of) if draft.resend_of else None
    context: dict[str, object] = {"draft": draft, "origin": sent}
    if isinstance(sent, Exchange):
        since = describe_differences(draft, sent)
        shown = [(*_name_location(each), each) for each in since.differences[:MAX_DIFFERENCES]]
        context |= {"since": since, "shown": shown}
    return render(request, "builder/_changed.html", context)


def _name_location(difference: Difference) -> tuple[object, str]:
    """Where it is outside the document, or an empty text; and its pointer or name."""
    kind, slash, name = difference.pointer.partition("/")
    if kind not in OUTSIDE_DOCUMENT:
        return "", difference.pointer or "/"
    return OUTSIDE_DOCUMENT[kind], name if kind == "#path" else slash + name
