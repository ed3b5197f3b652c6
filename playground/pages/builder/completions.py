"""What the JSON editor offers at a place: keys, values, account and step UIDs."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from playground.forms.completions import complete_keys, complete_values
from playground.pages.builder.draft_context import open_draft
from playground.pages.builder.edits import LONGEST_POINTER
from playground.people.models import Role
from playground.people.permissions import needs


@needs(Role.EDITOR)
@require_safe
def show_offers(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`?kind=keys&pointer=/steps/0` or `?kind=values&pointer=/steps/0/step_uid`; nothing for a
    place that is not known, since half-typed text has such places."""
    opened = open_draft(request, draft_id)
    pointer = request.GET.get("pointer", "")[:LONGEST_POINTER]
    if pointer and not pointer.startswith("/"):
        return JsonResponse({"offers": []})
    find = complete_keys if request.GET.get("kind") == "keys" else complete_values
    found = find(opened.operation.body_schema or {}, opened.facts, opened.tree, pointer)
    return JsonResponse({"offers": [asdict(each) for each in found]})
