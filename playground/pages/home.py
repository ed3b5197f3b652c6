"""The first page: real starting points."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.drafts.drafts import drafts_of
from playground.history.queries import ExchangeSearch, list_exchanges
from playground.pages.drafts import list_beginnings
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Workflow


@needs(Role.VIEWER)
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    practice = Workflow.objects.filter(connection__practice=True).select_related("connection")
    person = person_of(request)
    return render(
        request,
        "home/page.html",
        {
            "workflows": practice[:6],
            "drafts": drafts_of(person)[:6] if person.may_edit else (),
            "beginnings": [each for each in list_beginnings() if not each["by_workflow"]]
            if person.may_edit
            else [],
            "exchanges": list_exchanges(person, ExchangeSearch(), 5).rows,
        },
    )
