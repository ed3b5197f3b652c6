"""Change one thing and send again: a draft from an exchange, and what differs from it."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext.diff import Difference
from playground.pages.builder.draft_context import open_draft
from playground.pages.exchanges import get_exchange
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.resending import describe_differences, draft_from_exchange

SHOWN = 300
# What can differ beside the document.
BESIDE = {
    "#path": gettext_lazy("path"),
    "#connect": gettext_lazy("connection"),
    "#off": gettext_lazy("switched off"),
    "#away": gettext_lazy("kept for another way"),
    "#half": gettext_lazy("half-typed"),
    "#note": gettext_lazy("note"),
}


@needs(Role.EDITOR)
@require_POST
def send_again(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """A draft of one's own with everything as it was sent; nothing is sent yet."""
    draft = draft_from_exchange(person_of(request), get_exchange(request, exchange_id))
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
        since = describe_differences(draft, context["origin"])
        shown = [(*_place_of(each), each) for each in since.differences[:SHOWN]]
        context |= {"since": since, "shown": shown}
    return render(request, "builder/_changed.html", context)


def _place_of(difference: Difference) -> tuple[object, str]:
    """What kind of place it is, where it is none of the document, and its name."""
    kind, slash, name = difference.pointer.partition("/")
    if kind not in BESIDE:
        return "", difference.pointer or "/"
    return BESIDE[kind], name if kind == "#path" else slash + name


def find_origin(request: HttpRequest, draft: Draft) -> Exchange | None:
    return find_exchange(person_of(request), draft.resend_of) if draft.resend_of else None
