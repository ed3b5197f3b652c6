"""One exchange: its page, its reply while it is under way, and sharing it."""

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
from playground.pages.parameters import read_tries
from playground.pages.replies import ReplyView, view_reply
from playground.pages.responses import breadcrumbs
from playground.pages.templatetags.markup import operation_title
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.schedules.access import visible_schedules
from playground.schedules.models import Slot
from playground.sending.recovery import show_if_abandoned
from playground.sending.submission import cancel_send, wait_for_exchange
from playground.workspace.models import Connection

SHORT_WAIT = 1.0


@needs(Role.VIEWER)
@require_safe
def show_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    person, exchange = person_of(request), show_if_abandoned(get_exchange(request, exchange_id))
    # The link to the connection leads nowhere if that was deleted since.
    used = exchange.connection_id
    connection = Connection.objects.filter(pk=used).first() if used else None
    context = {
        "exchange": exchange,
        "title": exchange.name or operation_title(exchange.operation),
        "connection": connection,
        "slot": _find_slot(person, exchange),
        "reply": _view_reply(request, exchange),
        "trail": breadcrumbs((_("History"), reverse("history")), str(exchange.id)[:8]),
        "link": request.build_absolute_uri(reverse("exchange", args=[exchange.id])),
        "may_share": person.is_owner or exchange.person_id == person.pk,
    }
    return render(request, "exchange/page.html", context)


def _find_slot(person: Person, exchange: Exchange) -> Slot | None:
    """The run of a schedule that sent it, if this person may see the schedule."""
    slots = Slot.objects.filter(exchange_id=exchange.id, schedule__in=visible_schedules(person))
    return slots.select_related("schedule").first()


@needs(Role.VIEWER)
@require_safe
def show_reply(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Return the reply alone: pages poll it while a send is under way, and its tabs load it."""
    exchange = show_if_abandoned(get_exchange(request, exchange_id))
    if exchange.under_way:
        exchange = wait_for_exchange(exchange, SHORT_WAIT)
    return render(request, "history/_reply.html", {"reply": _view_reply(request, exchange)})


@needs(Role.EDITOR)
@require_POST
def share_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Let every signed-in person open this exchange by its URL, or stop that."""
    person, exchange = person_of(request), get_exchange(request, exchange_id)
    # People who see it because it is shared must not decide about that.
    if exchange.person_id != person.pk and not person.is_owner:
        raise PermissionDenied(_("Only the person who sent this, or an owner, can share it."))
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
    # Without scripts the form is a plain one.
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("exchange", exchange.id)
    return render(request, "history/_reply.html", {"reply": view_reply(exchange)})


def get_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> Exchange:
    """Return the exchange. Raises Http404 if this person may not see it."""
    exchange = find_exchange(person_of(request), exchange_id)
    if exchange is None:
        # One message for both: it must not tell which ids exist.
        raise Http404(_("There is no such exchange, or it isn't shared with you."))
    return exchange


def _view_reply(request: HttpRequest, exchange: Exchange) -> ReplyView:
    part, language = request.GET.get("part", ""), request.GET.get("language", "")
    return view_reply(exchange, part, read_tries(request), language)
