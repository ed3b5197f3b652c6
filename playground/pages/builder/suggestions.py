"""Values to choose from: lists that the API provides, and completions of the JSON editor."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from playground.forms.completions import complete_keys, complete_values
from playground.forms.field import Field
from playground.openapi.documents import ListRule, read_list_rule
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.choice_lists import find_choice_list, is_loading, refresh_choice_list
from playground.sending.listed_values import read_choices
from playground.sending.plans import WORKFLOW_UID

# Seconds to wait for the API. A slower list is polled for by the page.
QUICK = 0.4
# A menu with more options is slow to draw, and nobody scrolls that far; searching narrows it.
MAX_CHOICES = 500
# The prefix of pointers to values in the path.
PATH = "#path/"


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def show_choices(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The list for the field at `pointer`, as last fetched. POST fetches it from the API again."""
    opened = open_draft(request, draft_id)
    is_refresh = request.method == "POST"
    query = request.POST if is_refresh else request.GET
    rule = _find_rule(opened, query.get("pointer", ""))
    connection = opened.draft.connection
    # Opening a menu must not call the API, which may be slow or rate-limited.
    listing = find_choice_list(connection, rule)
    if is_refresh and connection is not None:
        listing = refresh_choice_list(connection, rule, person_of(request), QUICK)
    choices = listing.choices if listing else []
    context = {
        "connection": connection,
        "listing": listing,
        "choices": choices[:MAX_CHOICES],
        "more": len(choices) > MAX_CHOICES,
        "under_way": is_loading(listing),
    }
    return render(request, "builder/_choices.html", context)


def _find_rule(opened: DraftContext, pointer: str) -> ListRule:
    for section in opened.sections:
        for field in section.fields:
            if field.pointer == pointer and (rule := read_list_rule(field.schema)):
                return rule
    raise Http404(_("This field has no list."))


def name_choices(opened: DraftContext, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields; where the title of a chosen value is known, it replaces the help text."""
    return tuple(_name_choice(opened, each) if each.has_listing else each for each in fields)


def _name_choice(opened: DraftContext, field: Field) -> Field:
    rule = read_list_rule(field.schema)
    choices = (read_choices(opened.draft.connection, rule) if rule else None) or {}
    # The keys are JSON texts, the field's text may be without the quotes.
    title, note = choices.get(field.text) or choices.get(f'"{field.text}"') or ("", "")
    return replace(field, help=f"{title}, {note}" if note else title) if title else field


def describe_choice(opened: DraftContext, pointer: str) -> str:
    """What a field's help says about its current value, such as the name of a scenario."""
    if pointer.startswith(PATH):
        name = pointer.removeprefix(PATH)
        found = [each.help for each in opened.operation.path_fields if each.name == name]
        return name_workflow(opened, name) or "".join(found)
    section = opened.section_of(pointer)
    fields = [each for each in section.fields if each.pointer == pointer] if section else []
    return "".join(each.help for each in name_choices(opened, tuple(fields)))


def name_workflow(opened: DraftContext, name: str) -> str:
    """The name of the workflow in the address; empty where the connection has none to compare."""
    uid = opened.draft.path_values.get(name, "").strip()
    connection = opened.draft.connection
    if name != WORKFLOW_UID or not uid or connection is None:
        return ""
    if opened.facts.workflow:
        return opened.facts.workflow
    if not connection.workflows.exists():
        return ""
    return _("%(name)s has no such workflow. Check the UID, or sync.") % {"name": connection.name}


@needs(Role.EDITOR)
@require_safe
def show_completions(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`?kind=keys&pointer=/steps/0` or `?kind=values&pointer=/steps/0/step_uid`.

    The list is empty for an unknown pointer: the editor computes pointers in text that may be
    incomplete, while the draft holds the last text that parsed.
    """
    opened = open_draft(request, draft_id)
    pointer = request.GET.get("pointer", "")
    if pointer and not pointer.startswith("/"):
        return JsonResponse({"offers": []})
    # Ace filters as people type, so the whole list is sent once.
    complete = complete_keys if request.GET.get("kind") == "keys" else complete_values
    found = complete(opened.schema, opened.facts, opened.tree, pointer)
    return JsonResponse({"offers": [asdict(each) for each in found]})
