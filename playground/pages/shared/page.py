"""The page of a share link: viewing, its password, counting visits, forking."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.states import State
from playground.pages.shared.access import (
    check_password,
    is_unlocked,
    share_link_view,
    show_message,
)
from playground.pages.shared.form import SharedForm
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.filling import public_state
from playground.payload_templates.models import LinkKind, ShareLink
from playground.payload_templates.share_links import count_sends_left, record_opening
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@share_link_view
def open_share_link(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """The shared template, or the form for the link's password."""
    if request.method == "POST":
        return check_password(request, link, token)
    if not is_unlocked(request, link):
        return render(request, "share/password.html", {"token": token})
    return render(request, "share/page.html", _describe_shared(link, token))


def _describe_shared(link: ShareLink, token: str) -> dict[str, Any]:
    context: dict[str, Any] = {
        "link": link,
        "token": token,
        "template": link.template,
        # Even if it was removed since: the link still shows what it holds.
        "operation": operation_title(link.template.operation),
        "text": public_state(link).text,
        "submission": uuid.uuid4(),
    }
    if link.kind == LinkKind.FILL:
        form = SharedForm(link)
        context |= {"form": form, "other": form.other, "left": count_sends_left(link)}
    return context


@require_POST
@share_link_view
def record_visit(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Count an opening. The page asks for this, so that previews in chats don't count."""
    if is_unlocked(request, link):
        record_opening(link)
    return HttpResponse(status=204)


@require_POST
@share_link_view
def fork_shared(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Copy what the link shows to the templates of a signed-in editor."""
    person = request.user
    if link.kind != LinkKind.FORK or not is_unlocked(request, link):
        raise Http404
    if not isinstance(person, Person) or not person.may_edit:
        return show_message(request, _("Sign in as an editor to fork this template."), 403)
    state = public_state(link)
    # In the version's note: the person may not be allowed to see the parent itself.
    note = _("Forked by link from %(name)s") % {"name": link.template.name}
    details = TemplateInput(link.template.name, link.template.description)
    # Without the connection and variant, which belong to the sharer.
    content = Content(State(state.text, state.metadata, state.path_values))
    parent = link.version
    template = create_template(person, link.template.operation, content, details, note, parent)
    return redirect("template", template.id)
