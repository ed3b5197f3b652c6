"""The builder's page, and what is done with a draft as a whole."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from playground.calls.snippets import LANGUAGES
from playground.drafts.changes import count_undo_steps
from playground.history.queries import find_running_exchange
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.builder.edits import digest_of, half_of, list_problems
from playground.pages.builder.parts import describe_form, list_names
from playground.pages.builder.template_link import describe_kept
from playground.pages.replies import view_reply
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.recovery import show_if_abandoned
from playground.workspace.models import Connection


@needs(Role.EDITOR)
@require_safe
def show_builder(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    opened = open_draft(request, draft_id)
    person = person_of(request)
    context = describe_page(opened) | describe_kept(person, opened.draft)
    under_way = find_running_exchange(person, draft_id)
    if under_way is not None:  # a reload in the middle of a send finds it again
        context["reply"] = view_reply(show_if_abandoned(under_way))
    return render(request, "builder/page.html", context)


def describe_page(opened: Opened) -> dict[str, Any]:
    draft = opened.draft
    form = describe_form(opened)
    problems = list_problems(opened.problems)
    undos, redos = count_undo_steps(draft)
    return {
        **form,
        "connection": draft.connection,
        "connections": Connection.objects.filter(api=opened.operation.api.id),
        "problems": json.dumps(problems),
        "digest": digest_of(problems),
        "incomplete": json.dumps(half_of(opened.state)),
        "variables": json.dumps(list_names(opened)),
        "submission": uuid.uuid4(),
        "languages": LANGUAGES,
        "undos": undos,
        "redos": redos,
    }


@needs(Role.EDITOR)
@require_safe
def download(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The document as a file, byte for byte."""
    draft = open_draft(request, draft_id).draft
    name = slugify(draft.name or draft.operation) or "payload"
    response = HttpResponse(draft.text.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
