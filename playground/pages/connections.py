"""Connections: list, show, add, edit, test and delete. Secrets are never shown."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.apis.models import ImportedApi
from playground.history.models import Exchange
from playground.openapi.operations import (
    Api,
    Operation,
    UnknownOperation,
    get_api,
    list_api_titles,
    list_apis,
    list_operations,
)
from playground.pages.connection_form import ConnectionForm
from playground.pages.lists import ListColumn, ListShape
from playground.pages.parameters import read_submission
from playground.pages.replies import view_reply
from playground.pages.responses import breadcrumbs
from playground.pages.workflows import describe_sync
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Role
from playground.sending.plans import plan_operation
from playground.sending.policy import warn_of_address
from playground.sending.send_limits import find_connection_limit
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.connections import format_variables, list_connections, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import delete_secret, store_secret

TEST_WAIT = 2.0
LIST = ListShape(
    "name",
    (
        ListColumn("name", gettext_lazy("Name"), (Lower("name"),)),
        ListColumn("api", gettext_lazy("API"), ("api",)),
        ListColumn("base_url", gettext_lazy("Base URL"), ("base_url",)),
        ListColumn("credential", gettext_lazy("Credential")),
    ),
    ngettext_lazy("%(n)s connection", "%(n)s connections", "n"),
)


@needs(Role.VIEWER)
@require_safe
def show_connections(request: HttpRequest) -> HttpResponse:
    listed = LIST.read(request, list_connections(person_of(request)))
    titles = list_api_titles()
    context = {
        "list": listed,
        "rows": [{"connection": row, "api": titles.get(row.api, row.api)} for row in listed.rows],
    }
    return render(request, "connections/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    context = {
        "connection": connection,
        "api": get_api(connection.api),
        "chips": _list_chips(connection),
        "settings": _list_settings(connection),
        "variables": format_variables(connection).items(),
        "send_limit": find_connection_limit(connection),
        "trail": breadcrumbs((_("Connections"), reverse("connections")), connection.name),
        "sync": describe_sync(connection),
        "can_test": _find_harmless(connection) is not None,
        **_describe_test(None),
    }
    return render(request, "connection/page.html", context)


def _list_chips(connection: Connection) -> list[dict[str, object]]:
    """Each secret of the credential: whether it is stored and when it was last used."""
    # Without the values: nothing is decrypted to show that it exists.
    stored = {secret.name: secret for secret in connection.secrets.defer("value")}
    fields = get_api(connection.api).credential.fields
    return [
        {"part": each.name, "title": each.title, "secret": stored.get(each.name)}
        for each in fields
        if each.secret
    ]


def _list_settings(connection: Connection) -> list[dict[str, object]]:
    """Values that calls need besides the credential, such as the workspace UID."""
    credential = get_api(connection.api).credential
    return [
        {
            "title": each.title,
            "value": connection.settings.get(each.name, ""),
            "needed": credential.needs(each.name),
        }
        for each in credential.fields
        if not each.secret
    ]


@needs(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_connection(request: HttpRequest) -> HttpResponse:
    trail = breadcrumbs((_("Connections"), reverse("connections")), _("New"))
    api = _find_api(request.GET.get("api", ""))
    # Which fields the form has depends on the API.
    if api is None:
        # Choosing an API doesn't load any document.
        imported = ImportedApi.objects.values("id", "title", "version")
        choice = {"apis": list_apis(), "imported": imported, "trail": trail}
        return render(request, "connections/choose.html", choice)
    # An empty POST can't be valid; the form is simply shown again.
    form = ConnectionForm(api, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    context = {"form": form, "api": api, "trail": trail}
    return render(request, "connection/edit.html", context, status=422 if form.errors else 200)


@needs(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    api = get_api(connection.api)
    form = ConnectionForm(api, request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        return _save(request, form, connection)
    trail = breadcrumbs(
        (_("Connections"), reverse("connections")),
        (connection.name, reverse("connection", args=[connection.id])),
        _("Edit"),
    )
    context = {"form": form, "api": api, "connection": connection, "trail": trail}
    return render(request, "connection/edit.html", context, status=422 if form.errors else 200)


def _find_api(id: str) -> Api | None:
    try:
        return get_api(id)
    except UnknownOperation:
        return None


def _save(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None = None
) -> HttpResponse:
    # A connection to a new host without the credential for it must not be left behind.
    with transaction.atomic():
        saved = save_connection(form.connection_input(), connection)
        action = "connection-changed" if connection else "connection-added"
        record_event(request, action, saved.name)
        for part, value in form.typed_secrets().items():
            store_secret(saved, part, value, person_of(request))
            record_event(request, "secret-kept", f"{saved.name}: {part}")
    messages.success(request, _("Saved %(name)s.") % {"name": saved.name})
    if warning := warn_of_address(saved.base_url):
        messages.warning(request, warning)
    return redirect("connection", saved.id)


@needs(Role.OWNER)
@require_POST
def remove_credential(request: HttpRequest, connection_id: uuid.UUID, part: str) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if delete_secret(connection, part):
        record_event(request, "secret-removed", f"{connection.name}: {part}")
        messages.success(request, _("Credential removed."))
    return redirect("connection", connection.id)


@needs(Role.OWNER)
@require_POST
def delete_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    # This can't be undone: the credential, workflows and accounts are deleted with it.
    if request.POST.get("confirm", "").strip() != connection.name:
        messages.warning(request, _("Not deleted. Type the connection's name to delete it."))
        return redirect("connection", connection.id)
    connection.delete()
    record_event(request, "connection-deleted", connection.name)
    messages.success(request, _("Deleted %(name)s.") % {"name": connection.name})
    return redirect("connections")


@needs(Role.EDITOR)
@require_POST
def test_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Make one call that only reads; its verdict says whether the connection works."""
    connection = get_object_or_404(Connection, pk=connection_id)
    result = _submit_test(request, connection)
    if isinstance(result, Exchange) and not request.htmx:  # type: ignore[attr-defined]
        return redirect("exchange", result.id)
    context = {"connection": connection, **_describe_test(result)}
    return render(request, "connection/_test.html", context)


def _submit_test(request: HttpRequest, connection: Connection) -> Exchange | Blocked:
    harmless = _find_harmless(connection)
    if harmless is None:
        return Blocked(_("This API has no operation that only reads."))
    submission = read_submission(request)
    if submission is None:
        return Blocked(_("Not sent. Reload the page and test again."))
    plan = plan_operation(harmless.id, connection, text=harmless.sample_text)
    # Reading changes nothing: even a protected connection is tested without confirmation.
    # Somebody waits for the answer, which must not depend on a worker being there.
    return submit_plan(
        person_of(request), plan, submission, connection.name, TEST_WAIT, in_process=True
    )


def _find_harmless(connection: Connection) -> Operation | None:
    """The operation that tests the connection; imported documents rarely have one."""
    return next((each for each in list_operations(connection.api) if each.harmless), None)


def _describe_test(result: Exchange | Blocked | None) -> dict[str, object]:
    return {
        "submission": uuid.uuid4(),
        "reply": view_reply(result) if isinstance(result, Exchange) else None,
        "blocked": result if isinstance(result, Blocked) else None,
    }
