"""Values to choose from that the API lists: searched, refreshed, named in the form."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from playground.forms.fields import Field
from playground.openapi.documents import ListRule, read_list_rule
from playground.pages.builder.draft_context import Opened, open_draft
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.choice_lists import find_choice_list, is_loading, refresh_choice_list
from playground.workspace.models import ChoiceList

QUICK = 0.4
SHOWN = 500


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def show_choices(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The list for the field at `pointer`; a POST asks the API anew."""
    opened = open_draft(request, draft_id)
    asked = request.POST if request.method == "POST" else request.GET
    rule = _find_rule(opened, asked.get("pointer", ""))
    connection = opened.draft.connection
    listing = find_choice_list(connection, rule)
    if request.method == "POST" and connection is not None:
        listing = refresh_choice_list(connection, rule, person_of(request), QUICK)
    return render(request, "builder/_choices.html", describe_choices(opened, listing))


def describe_choices(opened: Opened, listing: ChoiceList | None) -> dict[str, Any]:
    choices = listing.choices if listing else []
    return {
        "connection": opened.draft.connection,
        "listing": listing,
        "choices": choices[:SHOWN],
        "more": len(choices) > SHOWN,
        "under_way": is_loading(listing),
    }


def _find_rule(opened: Opened, pointer: str) -> ListRule:
    for section in opened.sections:
        for field in section.fields:
            if field.pointer == pointer and (rule := read_list_rule(field.schema)):
                return rule
    raise Http404(_("There is no list for this field."))


def name_choices(opened: Opened, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields, those with a known choice named in their help."""
    return tuple(_name_choice(opened, each) if each.has_listing else each for each in fields)


def _name_choice(opened: Opened, field: Field) -> Field:
    rule = read_list_rule(field.schema)
    listing = find_choice_list(opened.draft.connection, rule) if rule else None
    for value, title, note in listing.choices if listing else ():
        if value in (field.text, f'"{field.text}"'):
            return replace(field, help=f"{title}, {note}" if note else title)
    return field
