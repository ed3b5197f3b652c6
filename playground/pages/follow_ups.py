"""Follow a link of a reply: open a draft of the next operation, filled from the reply."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.drafts.drafts import start_draft
from playground.pages.apis.operation import NO_DOCUMENT, start_values
from playground.pages.exchanges import get_exchange
from playground.pages.parameters import read_number
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.follow_ups import find_offer
from playground.sending.resending import find_used_connection


@needs(Role.EDITOR)
@require_POST
def start_follow_up(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Open a draft with the values of a link, on the reply's connection. Nothing is sent."""
    exchange = get_exchange(request, exchange_id)
    offer = find_offer(exchange, read_number(request.POST.get("link", ""), digits=6))
    if offer is None or offer.filled is None:
        # The rule or the document may have changed since the page was loaded.
        messages.warning(request, _("This link is no longer offered. The reply is still here."))
        return redirect("exchange", exchange.id)
    target, filled = offer.operation, offer.filled
    draft = start_draft(
        person_of(request),
        target.id,
        filled.body if filled.body is not None else target.sample_text or NO_DOCUMENT,
        connection=find_used_connection(exchange.connection_id),
        path_values=start_values(target) | dict(filled.path_values),
    )
    return redirect("builder", draft.id)
