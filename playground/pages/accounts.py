"""Accounts of a connection: find one, see whether it works, begin to update or add one."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.drafts import begin
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_account_payload
from playground.pages.syncs import describe_sync
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.accounts import count_integrations, find_accounts, read_limits
from playground.workspace.models import Connection

PAGE = 50
OPERATION = "update-account"


@needs(Role.VIEWER)
@require_safe
def show_accounts(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The list, a page at a time; a fragment while somebody types."""
    connection = get_object_or_404(Connection, pk=connection_id)
    asked = {
        name: request.GET.get(name, "").strip()[:200] for name in ("integration", "find", "valid")
    }
    found = find_accounts(connection, asked["integration"], asked["find"], asked["valid"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "page": page,
        "rows": [(account, read_limits(account)) for account in page],
        "integrations": count_integrations(connection),
        "asked": asked,
        "sync": describe_sync(connection),
        "trail": [
            {"href": "/connections/", "text": _("Connections")},
            {"href": f"/connections/{connection.id}/", "text": connection.name},
            {"text": _("Accounts")},
        ],
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "accounts/_list.html" if is_part else "accounts/page.html", context)


@needs(Role.EDITOR)
@require_POST
def begin_update(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """A draft that updates this account; without a UID one that adds an account."""
    connection = get_object_or_404(Connection, pk=connection_id)
    integration = request.POST.get("integration", "").strip()[:200]
    uid = request.POST.get("uid", "").strip()[:200]
    operation = get_operation(OPERATION)
    account = connection.accounts.filter(integration=integration, uid=uid).first() if uid else None
    name = (
        _("Update %(name)s") % {"name": account.name or uid}
        if account
        else _("Add an account to %(name)s") % {"name": integration or _("an integration")}
    )
    draft = begin(
        person_of(request),
        operation.id,
        build_account_payload(operation, integration, uid),
        name=name[:200],
        connection=connection if connection.api == operation.api.id else None,
        path_values={"integration_uid": integration},
    )
    return redirect("builder", draft.id)
