"""Send, the dry run and the request as code, in the builder."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.calls.masking import format_masked, list_inserted_files, mask_call
from playground.calls.snippets import LANGUAGES, UnsupportedCall, write_snippet
from playground.drafts.drafts import state_of
from playground.drafts.metadata import variable_values
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.exchanges import get_exchange
from playground.pages.parameters import read_optional_number
from playground.pages.replies import view_reply
from playground.payload_templates.examples import (
    JSON,
    YAML,
    NoExample,
    make_example,
    write_example,
)
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import plan_draft
from playground.sending.resending import describe_differences
from playground.sending.submission import (
    Blocked,
    Shown,
    describe_mismatch,
    submit_again,
    submit_draft,
)
from playground.workspace.files import inline_files

# OpenAPI examples, listed with the languages: their ids and formats.
EXAMPLES = {"openapi-yaml": YAML, "openapi-json": JSON}
# A quick reply is part of this response. For a slower one the page polls: a request that waits
# longer would hold a thread of the server.
QUICK = 0.4


@needs(Role.EDITOR)
@require_POST
def send_draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Send the draft once per submission. The response has the id of the next submission.

    Returns 409 if the page shows another connection, or an earlier revision of the draft.
    """
    opened, person, sent = open_draft(request, draft_id), person_of(request), request.POST
    try:
        submission = uuid.UUID(sent.get("submission", ""))
        # "Send anyway" sends what an earlier exchange sent, not the draft as it is now.
        earlier = get_exchange(request, uuid.UUID(sent["anyway"])) if sent.get("anyway") else None
    except ValueError:
        raise Http404(_("Reload the page and send again.")) from None
    confirm, shown, draft = sent.get("confirm", ""), read_shown(sent), opened.draft
    revision = draft.revision
    if earlier is None:
        result = submit_draft(person, draft, submission, confirm, QUICK, shown)
    else:
        result = submit_again(person, draft, earlier, submission, confirm, QUICK, shown)
    events: dict[str, object] = {}
    if draft.revision != revision:
        # Credentials in the document became secrets, which the page doesn't know about.
        events["draft-changed"] = True
    context: dict[str, object] = {"draft": draft, "connection": draft.connection}
    if isinstance(result, Blocked):
        status = 409 if result.is_conflict else 200
        context["blocked"] = result
        response = render(request, "builder/_blocked.html", context, status=status)
    else:
        context |= {"reply": view_reply(result), "submission": uuid.uuid4(), "oob": True}
        response = render(request, "builder/_sent.html", context)
        if earlier is not None and describe_differences(draft, earlier).count:
            text = _("Sent the same request again. Your edits since then were not sent.")
            events["toast"] = {"text": text, "kind": "note"}
    if events:
        response["HX-Trigger"] = json.dumps(events)
    return response


def read_shown(sent: Mapping[str, str]) -> Shown:
    """What the page showed when it asked for a request; optional for scripts."""
    return Shown(
        read_optional_number(sent.get("revision", "")),
        sent.get("connection"),
        sent.get("connection_name", ""),
    )


@needs(Role.EDITOR)
@require_safe
def dry_run(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show the exact request, masked, without sending it."""
    draft = open_draft(request, draft_id).draft
    if mismatch := describe_mismatch(draft, read_shown(request.GET)):
        return render(request, "builder/_dry_run.html", {"mismatch": mismatch}, status=409)
    assembled = assemble_plan(plan_draft(draft))
    masked = mask_call(assembled.call)
    context = {
        "failure": assembled.failure,
        "method": masked.method,
        "url": format_masked(masked.url),
        "headers": [(name, format_masked(value)) for name, value in masked.headers],
        "body": format_masked(masked.body) if masked.body is not None else None,
        "secrets": [each.name for each in assembled.call.secrets if not each.public],
        # Of the bytes on the wire: the masked text shows files and secrets as references.
        "size": len(assembled.call.body or b""),
    }
    return render(request, "builder/_dry_run.html", context)


@needs(Role.EDITOR)
@require_safe
def show_code(request: HttpRequest, draft_id: uuid.UUID, language: str) -> HttpResponse:
    """Return the request in a language; its secrets are environment variables there."""
    opened = open_draft(request, draft_id)
    if language in EXAMPLES:
        text = write_draft_example(opened, EXAMPLES[language])
    elif language in {each.id for each in LANGUAGES}:
        text = write_code(opened, language)
    else:
        raise Http404(_("There is no such language."))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def write_draft_example(opened: DraftContext, notation: str) -> str:
    """The draft as an OpenAPI example, or a comment that says why that isn't possible."""
    draft = opened.draft
    state = state_of(draft)
    variables = variable_values(draft.connection, state.metadata)
    name = draft.name or opened.plan.operation.title
    try:
        example = make_example(opened.plan.operation, state, variables, name)
    except NoExample as reason:
        return f"# {reason}\n"
    return write_example(example, notation)


def write_code(opened: DraftContext, language: str) -> str:
    """Return the draft's request as code, or a comment that says why that isn't possible."""
    assembled = assemble_plan(opened.plan)
    if assembled.failure is not None:
        return f"# {assembled.failure.message}\n"
    masked = mask_call(assembled.call)
    try:
        return write_snippet(language, inline_files(masked, list_inserted_files(assembled.call)))
    except UnsupportedCall as reason:
        return f"{reason}\n"
