"""Change one thing and send again: a draft from an exchange, and what differs from it."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.history.reading import find_exchange
from playground.library.models import Draft
from playground.pages.builder.opened import open_draft
from playground.pages.exchanges import get_exchange
from playground.people.models import Role
from playground.people.rights import needs, person_of
from playground.sending.again import begin_again, describe_since

SHOWN = 300


@needs(Role.EDITOR)
@require_POST
def send_again(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """A draft of one's own with everything as it was sent; nothing is sent yet."""
    draft = begin_again(person_of(request), get_exchange(request, exchange_id))
    if draft is None:
        raise Http404(_("This was a call of the playground's own, without a payload."))
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_safe
def show_changed(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """What differs from the exchange that this draft sends again."""
    draft = open_draft(request, draft_id).draft
    context: dict[str, object] = {"draft": draft, "origin": find_origin(request, draft)}
    if isinstance(context["origin"], Exchange):
        since = describe_since(draft, context["origin"])
        context |= {"since": since, "shown": since.differences[:SHOWN]}
    return render(request, "builder/_changed.html", context)


def find_origin(request: HttpRequest, draft: Draft) -> Exchange | None:
    return find_exchange(person_of(request), draft.origin) if draft.origin else None
