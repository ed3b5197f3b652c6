"""Send, the dry run and the request as code: the same walk, seen from the builder."""

from __future__ import annotations

import json
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.calls.masking import format_masked, mask_call
from playground.calls.snippets import LANGUAGES, UnsupportedCall, write_snippet
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.exchanges import get_exchange
from playground.pages.replies import view_reply
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import plan_draft
from playground.sending.resending import differs_from_sent
from playground.sending.submission import Blocked, submit_again, submit_draft, wait_for_exchange
from playground.workspace.files import inline_files

# A quick reply comes in the same answer; a slower one is followed by the page.
QUICK = 0.4


@needs(Role.EDITOR)
@require_POST
def send_draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """One press, one request. The answer carries the id of the next press."""
    opened = open_draft(request, draft_id)
    earlier = _find_earlier(request)
    sent = _send(request, opened.draft, earlier)
    context: dict[str, object] = {"draft": opened.draft, "connection": opened.draft.connection}
    if isinstance(sent, Blocked):
        return render(request, "builder/_blocked.html", {**context, "blocked": sent})
    reply = view_reply(wait_for_exchange(sent, QUICK))
    context |= {"reply": reply, "submission": uuid.uuid4(), "oob": True}
    response = render(request, "builder/_sent.html", context)
    if earlier is not None and differs_from_sent(opened.draft, earlier):
        said = _("Sent once more as it was sent then. What the draft says by now was not sent.")
        response["HX-Trigger"] = json.dumps({"toast": {"text": said, "kind": "note"}})
    return response


def _send(request: HttpRequest, draft: Draft, earlier: Exchange | None) -> Exchange | Blocked:
    person, press = person_of(request), _press(request)
    confirm = request.POST.get("confirm", "")
    if earlier is not None:
        return submit_again(person, draft, earlier, press, confirm)
    return submit_draft(person, draft, press, confirm)


def _find_earlier(request: HttpRequest) -> Exchange | None:
    """The exchange that is sent once more, where "send anyway" was pressed."""
    sent = request.POST.get("anyway", "")
    if not sent:
        return None
    try:
        return get_exchange(request, uuid.UUID(sent))
    except ValueError:
        raise Http404("There is no such exchange.") from None


@needs(Role.EDITOR)
@require_safe
def dry_run(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The exact request, masked, without sending it."""
    opened = open_draft(request, draft_id)
    assembled = assemble_plan(plan_draft(opened.draft))
    masked = mask_call(assembled.call)
    return render(
        request,
        "builder/_dry_run.html",
        {
            "failure": assembled.failure,
            "method": masked.method,
            "url": format_masked(masked.url),
            "headers": [(name, format_masked(value)) for name, value in masked.headers],
            "body": format_masked(masked.body) if masked.body is not None else None,
            "secrets": [each.name for each in assembled.call.secrets if not each.public],
            "size": len(assembled.call.body or b""),
        },
    )


@needs(Role.EDITOR)
@require_safe
def show_code(request: HttpRequest, draft_id: uuid.UUID, language: str) -> HttpResponse:
    """The request in another language; secrets are environment variables there."""
    opened = open_draft(request, draft_id)
    if language not in {each.id for each in LANGUAGES}:
        raise Http404("There is no such language.")
    return HttpResponse(write_code(opened, language), content_type="text/plain; charset=utf-8")


def write_code(opened: Opened, language: str) -> str:
    assembled = assemble_plan(plan_draft(opened.draft))
    if assembled.failure is not None:
        return f"# {assembled.failure.message}\n"
    try:
        return write_snippet(language, inline_files(mask_call(assembled.call)))
    except UnsupportedCall as reason:
        return f"{reason}\n"


def _press(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        raise Http404("A press has an id. Reload the page and press Send again.") from None
