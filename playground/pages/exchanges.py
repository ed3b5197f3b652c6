"""One exchange, its reply while it is still under way, its body as a file."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.apis.operations import list_operations
from playground.history.bodies import read_body
from playground.history.models import Exchange
from playground.history.reading import find_exchange
from playground.library.models import Connection
from playground.pages.replies import view_reply
from playground.people.models import Role
from playground.people.rights import needs, person_of
from playground.sending.presses import cancel, wait
from playground.sending.recovery import settle

SHORT_WAIT = 1.0


@needs(Role.VIEWER)
@require_safe
def show_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    exchange = settle(get_exchange(request, exchange_id))
    reply = view_reply(exchange, request.GET.get("part", ""))
    trail = [{"href": "/history/", "text": _("History")}, {"text": str(exchange.id)[:8]}]
    kept = exchange.connection_id
    connection = Connection.objects.filter(pk=kept).first() if kept else None
    context = {
        "exchange": exchange,
        "title": exchange.name or _title_of(exchange),
        "connection": connection,
        "reply": reply,
        "trail": trail,
    }
    return render(request, "exchange/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_reply(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """The fragment alone: asked for while a send is under way, and by its tabs."""
    exchange = settle(get_exchange(request, exchange_id))
    if exchange.under_way:
        exchange = wait(exchange, SHORT_WAIT)
    tries = request.GET.get("tries", "0")
    reply = view_reply(
        exchange, request.GET.get("part", ""), int(tries) if tries.isdecimal() else 0
    )
    return render(request, "history/_reply.html", {"reply": reply})


@needs(Role.VIEWER)
@require_safe
def save_body(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """The reply's body as a file; never shown by the browser as a page."""
    exchange = get_exchange(request, exchange_id)
    response = HttpResponse(read_body(exchange.reply_body), "application/octet-stream")
    name = f"reply-{str(exchange.id)[:8]}.{_ending(exchange.content_type)}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Role.EDITOR)
@require_POST
def cancel_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    exchange = get_exchange(request, exchange_id)
    if cancel(exchange):
        exchange = wait(exchange, SHORT_WAIT)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("exchange", exchange.id)
    return render(request, "history/_reply.html", {"reply": view_reply(exchange)})


def get_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> Exchange:
    """The exchange, if this person may see it; else there is none."""
    exchange = find_exchange(person_of(request), exchange_id)
    if exchange is None:
        raise Http404(_("There is no such exchange, or it is not yours."))
    return exchange


def _title_of(exchange: Exchange) -> str:
    titles = {operation.id: operation.title for operation in list_operations()}
    return titles.get(exchange.operation, exchange.operation)


def _ending(content_type: str) -> str:
    kinds = {"application/json": "json", "text/csv": "csv", "application/xml": "xml"}
    return kinds.get(content_type.partition(";")[0].strip().lower(), "txt")
