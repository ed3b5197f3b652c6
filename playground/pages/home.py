"""The home page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.drafts.drafts import list_drafts
from playground.history.queries import ExchangeSearch, list_exchanges
from playground.pages.drafts import list_starting_points
from playground.pages.job_states import describe_following, describe_job_states
from playground.pages.notifications import list_unread
from playground.pages.replies import shorten_uids
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.workspace.accounts import with_accounts
from playground.workspace.models import Workflow

SHOWN_WORKFLOWS, SHOWN_DRAFTS, SHOWN_SENDS = 6, 6, 5


@needs(Role.VIEWER)
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    practice = Workflow.objects.filter(connection__practice=True).select_related("connection")
    exchanges = list_exchanges(person, ExchangeSearch(), SHOWN_SENDS).rows
    states = describe_job_states(exchanges, "home")
    context = {
        "workflows": practice[:SHOWN_WORKFLOWS],
        "unread": list_unread(person),
        "drafts": list_drafts(person)[:SHOWN_DRAFTS] if person.may_edit else (),
        # What a workflow fills is started from the workflows above.
        "starting_points": [each for each in list_starting_points() if not each["by_workflow"]]
        if person.may_edit
        else [],
        "accounts_of": with_accounts().order_by("practice", "name").first(),
        "exchanges": [
            (each, shorten_uids(each.message), states.get(each.number)) for each in exchanges
        ],
        "follow": describe_following(states.values(), "home"),
    }
    return render(request, "home/page.html", context)
