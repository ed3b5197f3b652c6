"""The builder's page, its preview with values, its change log, and the document as a file."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from playground.calls.snippets import LANGUAGES
from playground.drafts.changes import count_undo_steps
from playground.drafts.models import Change
from playground.history.queries import find_last_exchange, find_running_exchange
from playground.pages import responses
from playground.pages.apis.access import operation_address
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.edits import describe_editor, describe_problems
from playground.pages.builder.logged_changes import describe_logged_change
from playground.pages.builder.parameters import write_request_line
from playground.pages.builder.parts import connections_of, describe_form, list_variable_names
from playground.pages.builder.template_link import describe_template_link
from playground.pages.parameters import read_uuid
from playground.pages.replies import view_reply
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.models import ScheduleDraft
from playground.sending.plans import fingerprint_plan, make_resolver, plan_draft
from playground.sending.recovery import show_if_abandoned
from playground.workspace.files import format_size

LOGGED_CHANGES = 20


@needs(Role.EDITOR)
@require_safe
def show_builder(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    opened = open_draft(request, draft_id)
    person = person_of(request)
    # Only drafts of templates are scheduled.
    if opened.draft.template_id and ScheduleDraft.objects.filter(draft=draft_id).exists():
        return redirect("schedule_form", draft_id)
    context = describe_page(opened) | describe_template_link(person, opened.draft)
    # If the page is reloaded during a send, it keeps showing that send.
    last = find_running_exchange(person, draft_id) or find_last_exchange(person, draft_id)
    if last is not None:
        context["reply"] = view_reply(show_if_abandoned(last))
        now = fingerprint_plan(opened.plan)
        context["reply_is_stale"] = last.fingerprint not in ("", now)
    return render(request, "builder/page.html", context)


def describe_page(opened: DraftContext) -> dict[str, Any]:
    draft = opened.draft
    checked = describe_problems(opened.problems)
    undos, redos = count_undo_steps(draft)
    return {
        **describe_form(opened),
        "operation_url": operation_address(opened.operation),
        "connection": draft.connection,
        "connections": connections_of(opened),
        "problems": json.dumps(checked["problems"]),
        # The page sends it back with each edit, to be told of problems only when they changed.
        "digest": checked["digest"],
        "incomplete": json.dumps(describe_editor(opened.state)),
        "variables": json.dumps(list_variable_names(opened)),
        "submission": uuid.uuid4(),
        "languages": LANGUAGES,
        "undos": undos,
        "redos": redos,
        "largest_file": settings.MAX_FILE_BYTES,
        "largest_file_text": format_size(settings.MAX_FILE_BYTES),
        "request_line": "" if opened.has_body else write_request_line(opened),
    }


@needs(Role.EDITOR)
@require_safe
def download_document(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The document as a file, byte for byte."""
    draft = open_draft(request, draft_id).draft
    name = slugify(draft.name or draft.operation) or "payload"
    return responses.respond_with_file(draft.text, f"{name}.json", "application/json")


@needs(Role.EDITOR)
@require_safe
def show_resolved(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The text with the values of its variables; secrets and files stay references.

    `at` (ISO 8601) and `seed` (a UUID) fix the values of `{{now}}` and `{{uuid}}`, so that the
    preview changes only where the draft does.
    """
    draft = open_draft(request, draft_id).draft
    seed, numbers = read_uuid(request.GET.get("seed", "")) or uuid.uuid4(), count()

    # The n-th `{{uuid}}` of the document has the same value in each request with this seed.
    def make_uuid() -> uuid.UUID:
        return uuid.uuid5(seed, str(next(numbers)))

    resolve = make_resolver(plan_draft(draft), _read_time(request), make_uuid)
    return HttpResponse(resolve(draft.text), content_type="text/plain; charset=utf-8")


def _read_time(request: HttpRequest) -> datetime:
    try:
        return datetime.fromisoformat(request.GET.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC)


@needs(Role.EDITOR)
@require_safe
def show_change_log(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The last edits: where, before and after."""
    opened = open_draft(request, draft_id)
    # An edit after an undo drops the steps that could have been redone.
    changes = opened.draft.changes.filter(kind="edit").exclude(state=Change.State.DROPPED)
    latest = changes.order_by("-revision")[:LOGGED_CHANGES]
    context = {"edits": [describe_logged_change(each, opened) for each in latest]}
    return render(request, "builder/_change_log.html", context)
