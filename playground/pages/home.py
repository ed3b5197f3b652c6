"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.people.models import Role
from playground.people.rights import needs


@needs(Role.VIEWER)
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    return render(request, "home/page.html")
