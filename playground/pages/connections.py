"""The pages of connections: list, one, add, change, test, delete; secrets only go in."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.history.models import Exchange
from playground.openapi.operations import get_api, list_apis, list_operations
from playground.pages.connection_form import ConnectionForm
from playground.pages.replies import view_reply
from playground.pages.workflows import describe_sync
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.connections import format_variables, list_connections, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import delete_secret, store_secret

TEST_WAIT = 2.0


@needs(Role.VIEWER)
@require_safe
def show_connections(request: HttpRequest) -> HttpResponse:
    rows = list_connections(person_of(request))
    titles = {api.id: api.title for api in list_apis()}
    context = {
        "rows": [{"connection": row, "api": titles.get(row.api, row.api)} for row in rows],
        "apis": list_apis(),
    }
    return render(request, "connections/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    context = {
        "connection": connection,
        "api": get_api(connection.api),
        "chips": list_chips(connection),
        "variables": format_variables(connection).items(),
        "trail": _trail(connection.name),
        "sync": describe_sync(connection),
        **_test_context(connection),
    }
    return render(request, "connection/page.html", context)


@needs(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_connection(request: HttpRequest) -> HttpResponse:
    known = {api.id: api for api in list_apis()}
    api = known.get(request.GET.get("api", ""))
    if api is None:
        choice = {"apis": known.values(), "trail": _trail(_("New"))}
        return render(request, "connections/choose.html", choice)
    form = ConnectionForm(api, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    context: dict[str, object] = {"form": form, "api": api, "trail": _trail(_("New"))}
    return render(request, "connection/edit.html", context, status=422 if form.errors else 200)


@needs(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    api = get_api(connection.api)
    form = ConnectionForm(api, request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        return _save(request, form, connection)
    trail = _trail(connection.name, f"/connections/{connection.id}/", _("Change"))
    context = {"form": form, "api": api, "connection": connection, "trail": trail}
    return render(request, "connection/edit.html", context, status=422 if form.errors else 200)


@needs(Role.OWNER)
@require_POST
def remove_credential(request: HttpRequest, connection_id: uuid.UUID, part: str) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if delete_secret(connection, part):
        record_event(request, "secret-removed", f"{connection.name}: {part}")
        messages.info(request, _("The credential is removed."))
    return redirect("connection", connection.id)


@needs(Role.OWNER)
@require_POST
def delete_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Asks for the name, since the credential and the kept workflows go too."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if request.POST.get("confirm", "").strip() != connection.name:
        messages.warning(request, _("Not deleted: type the connection's name to delete it."))
        return redirect("connection", connection.id)
    connection.delete()
    record_event(request, "connection-deleted", connection.name)
    messages.info(request, _("%(name)s is deleted.") % {"name": connection.name})
    return redirect("connections")


@needs(Role.EDITOR)
@require_POST
def test_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """One harmless call, recorded like any other; what answered is its verdict."""
    connection = get_object_or_404(Connection, pk=connection_id)
    result = _press_test(request, connection)
    if isinstance(result, Exchange) and not request.htmx:  # type: ignore[attr-defined]
        return redirect("exchange", result.id)
    context = {"connection": connection, **_test_context(connection, result)}
    return render(request, "connection/_test.html", context)


def list_chips(connection: Connection) -> list[dict[str, object]]:
    """A chip for each part of the credential: kept or missing, last use; never the value."""
    kept = {secret.name: secret for secret in connection.secrets.defer("value")}
    fields = get_api(connection.api).credential.fields
    return [
        {"part": each.name, "title": each.title, "secret": kept.get(each.name)}
        for each in fields
        if each.secret
    ]


def _press_test(request: HttpRequest, connection: Connection) -> Exchange | Blocked:
    harmless = next((each for each in list_operations(connection.api) if each.harmless), None)
    if harmless is None:
        return Blocked(_("This API has no call that only reads."))
    press = _read_press(request)
    if press is None:
        return Blocked(_("Not sent: reload the page and test again."))
    plan = plan_operation(harmless.id, connection, text=harmless.sample_text)
    # Reading is no launch: a protected connection is tested without typing its name.
    return submit_plan(person_of(request), plan, press, connection.name, TEST_WAIT)


def _read_press(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def _test_context(
    connection: Connection, result: Exchange | Blocked | None = None
) -> dict[str, object]:
    return {
        "submission": uuid.uuid4(),
        "reply": view_reply(result) if isinstance(result, Exchange) else None,
        "blocked": result if isinstance(result, Blocked) else None,
    }


def _save(
    request: HttpRequest, form: ConnectionForm, connection: Connection | None = None
) -> HttpResponse:
    with transaction.atomic():
        kept = save_connection(form.wanted(), connection).connection
        action = "connection-changed" if connection else "connection-added"
        record_event(request, action, kept.name)
        for part, value in form.secrets().items():
            store_secret(kept, part, value, person_of(request))
            record_event(request, "secret-kept", f"{kept.name}: {part}")
    messages.info(request, _("%(name)s is saved.") % {"name": kept.name})
    return redirect("connection", kept.id)


def _trail(name: str, href: str = "", more: str = "") -> list[dict[str, str]]:
    trail = [{"href": "/connections/", "text": _("Connections")}, {"href": href, "text": name}]
    return [*trail, {"text": more}] if more else trail
