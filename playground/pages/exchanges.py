"""One exchange, its reply while it is still under way, and who may open it."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.history.recording import set_shared
from playground.openapi.operations import list_operations
from playground.pages.replies import view_reply
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.recovery import show_if_abandoned
from playground.sending.submission import cancel_send, wait_for_exchange
from playground.workspace.models import Connection

SHORT_WAIT = 1.0


@needs(Role.VIEWER)
@require_safe
def show_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    person, exchange = person_of(request), show_if_abandoned(get_exchange(request, exchange_id))
    reply = view_reply(exchange, *_wanted(request))
    trail = [{"href": "/history/", "text": _("History")}, {"text": str(exchange.id)[:8]}]
    kept = exchange.connection_id
    connection = Connection.objects.filter(pk=kept).first() if kept else None
    context = {
        "exchange": exchange,
        "title": exchange.name or _title_of(exchange),
        "connection": connection,
        "reply": reply,
        "trail": trail,
        "link": request.build_absolute_uri(reverse("exchange", args=[exchange.id])),
        "may_share": person.is_owner or exchange.person_id == person.pk,
    }
    return render(request, "exchange/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_reply(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """The fragment alone: asked for while a send is under way, and by its tabs."""
    exchange = show_if_abandoned(get_exchange(request, exchange_id))
    if exchange.under_way:
        exchange = wait_for_exchange(exchange, SHORT_WAIT)
    return render(
        request, "history/_reply.html", {"reply": view_reply(exchange, *_wanted(request))}
    )


@needs(Role.EDITOR)
@require_POST
def share_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Let everybody who signs in open this exchange by its address, or take that back. Who
    sent it decides, and owners."""
    person, exchange = person_of(request), get_exchange(request, exchange_id)
    if exchange.person_id != person.pk and not person.is_owner:
        raise PermissionDenied(_("Only who sent this, or an owner, may share it."))
    set_shared(exchange, "stop" not in request.POST)
    action = "share-exchange" if exchange.shared else "unshare-exchange"
    record_event(request, action, f"{exchange.operation} {exchange.id}")
    return redirect("exchange", exchange.id)


@needs(Role.EDITOR)
@require_POST
def cancel_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    exchange = get_exchange(request, exchange_id)
    if cancel_send(exchange):
        exchange = wait_for_exchange(exchange, SHORT_WAIT)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("exchange", exchange.id)
    return render(request, "history/_reply.html", {"reply": view_reply(exchange)})


def get_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> Exchange:
    """The exchange, if this person may see it; else there is none."""
    exchange = find_exchange(person_of(request), exchange_id)
    if exchange is None:
        raise Http404(_("There is no such exchange, or it is not yours."))
    return exchange


def _wanted(request: HttpRequest) -> tuple[str, int, str]:
    """The part, how often the page asked already, the language of the code."""
    sent, tries = request.GET, request.GET.get("tries", "0")
    count = int(tries) if tries.isascii() and tries.isdecimal() and len(tries) < 9 else 0
    return sent.get("part", ""), count, sent.get("language", "")


def _title_of(exchange: Exchange) -> str:
    titles = {operation.id: operation.title for operation in list_operations()}
    return titles.get(exchange.operation, exchange.operation)
