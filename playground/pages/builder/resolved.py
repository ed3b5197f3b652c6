"""The payload with the values of its variables, and the steps that were made on it lately."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.drafts.change_log import changes_more_than_text, editor_splice_of
from playground.drafts.models import Change
from playground.importers.credentials import is_secret_pointer
from playground.pages.builder.draft_context import Opened, open_draft
from playground.people.models import Role
from playground.people.permissions import needs
from playground.sending.plans import make_resolver, plan_draft

STEPS_SHOWN = 20
SHOWN = 200
MASK = "••••"


@needs(Role.EDITOR)
@require_safe
def show_resolved(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The text as it would be sent, secrets and files as references. `at` (ISO 8601) and `seed`
    (a UUID) keep `{{now}}` and `{{uuid}}` still while somebody looks."""
    draft = open_draft(request, draft_id).draft
    seed, numbers = _seed(request), count()

    def make_uuid() -> uuid.UUID:
        return uuid.uuid5(seed, str(next(numbers)))

    resolve = make_resolver(plan_draft(draft), _time(request), make_uuid)
    return HttpResponse(resolve(draft.text), content_type="text/plain; charset=utf-8")


@needs(Role.EDITOR)
@require_safe
def show_steps(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """What the last steps changed: place, before and after."""
    opened = open_draft(request, draft_id)
    draft = opened.draft
    made = draft.changes.filter(kind="edit").exclude(state=Change.State.DROPPED)
    steps = [_describe(each, opened) for each in made.order_by("-revision")[:STEPS_SHOWN]]
    return render(request, "builder/_change_log.html", {"made": steps})


def _describe(change: Change, opened: Opened) -> dict[str, Any]:
    detail = json.loads(change.detail)
    splice = editor_splice_of(detail)
    return {
        "place": change.pointer,
        "time": change.made_at,
        "undone": change.state == Change.State.UNDONE,
        "before": _hide(splice.removed[:SHOWN], change, opened),
        "after": _hide(splice.inserted[:SHOWN], change, opened),
        "other": changes_more_than_text(detail),
    }


def _hide(text: str, change: Change, opened: Opened) -> str:
    """What was typed where a credential belongs is not shown again."""
    # Path values, variables and the connection are recorded under places such as
    # `#path/workflow_uid`, which are no JSON Pointers: they lie outside the document.
    is_pointer = change.pointer.startswith("/")
    schema = opened.operation.body_schema or {}
    is_secret = is_pointer and is_secret_pointer(schema, change.pointer)
    if is_secret and text and "{{secret:" not in text:
        return MASK
    for secret in opened.draft.secrets.all():
        text = text.replace(secret.value, MASK)
    return text


def _time(request: HttpRequest) -> datetime:
    try:
        return datetime.fromisoformat(request.GET.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.now(UTC)


def _seed(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.GET.get("seed", ""))
    except ValueError:
        return uuid.uuid4()
