"""Changing how the replies of an imported operation are judged."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.apis.rules import set_reply_rule
from playground.pages.apis.access import get_imported_api, get_operation_or_404
from playground.pages.apis.operation import render_operation
from playground.pages.apis.reply_rule_form import make_form, try_rule
from playground.people.access import needs, person_of
from playground.people.models import Role


@needs(Role.EDITOR)
@require_POST
def change_rule(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    """Store the rule; with `try`, only judge the last reply by it."""
    api, operation = get_imported_api(api_id), get_operation_or_404(api_id, key)
    form = make_form(operation.verdict.own, request.POST)
    if not form.is_valid():
        return render_operation(request, api_id, key, form)
    if "try" in request.POST:
        trial = try_rule(person_of(request), operation, form.rule)
        return render_operation(request, api_id, key, form, trial)
    set_reply_rule(person_of(request), api, key, form.rule)
    if form.rule is None:
        messages.success(request, _("Saved. Replies are judged as the document describes them."))
    else:
        messages.success(request, _("Saved. Replies from now on are judged by this rule."))
    return redirect("api_operation", api_id, key)
