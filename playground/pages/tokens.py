"""A person's own tokens: made, shown once, revoked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.people.tokens import SCOPES, judge_wanted, make_token, revoke_token


@needs(Role.VIEWER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The list; after making one, its text, this once."""
    person = person_of(request)
    context: dict[str, object] = {"scopes": SCOPES}
    status = 200
    if request.method == "POST":
        days = request.POST.get("days", "")
        wanted = (
            request.POST.get("name", ""),
            request.POST.getlist("scope"),
            int(days) if days.isdecimal() and len(days) < 6 else 0,
        )
        if sentence := judge_wanted(person, *wanted):
            context["sentence"], status = sentence, 422
        else:
            context["token"] = make_token(person, *wanted)
            record_event(request, "token-made", wanted[0], " ".join(wanted[1]))
    context["tokens"] = person.tokens.all()[:100]
    return render(request, "profile/tokens.html", context, status=status)


@needs(Role.VIEWER)
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    if not revoke_token(person_of(request), token_id):
        raise Http404(_("There is no such token of yours."))
    record_event(request, "token-revoked", str(token_id))
    return redirect("tokens")
