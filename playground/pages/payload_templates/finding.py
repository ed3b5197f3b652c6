"""The template a page is about, if this person may see or do that."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from playground.openapi.operations import operation_exists
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import (
    TemplateInput,
    get_template,
    may_change,
    may_manage,
    parse_tags,
)
from playground.payload_templates.versions import get_version
from playground.people.permissions import person_of


def get_template_or_404(request: HttpRequest, template_id: uuid.UUID) -> Template:
    """One this person may see; else there is none (404)."""
    try:
        return get_template(person_of(request), template_id)
    except Template.DoesNotExist:
        raise Http404(_("There is no such template, or it is not shared with you.")) from None


def get_editable_template(request: HttpRequest, template_id: uuid.UUID) -> Template:
    template = get_template_or_404(request, template_id)
    if not may_change(person_of(request), template):
        raise PermissionDenied(_("This template is shared for using, not for changing. Fork it."))
    return template


def get_managed_template(request: HttpRequest, template_id: uuid.UUID) -> Template:
    template = get_template_or_404(request, template_id)
    if not may_manage(person_of(request), template):
        raise PermissionDenied(_("Only who made this template may do that."))
    return template


def require_operation(template: Template) -> None:
    """Nothing can be built, shared or sent of an operation that is gone (404)."""
    if not operation_exists(template.operation):
        raise Http404(_("This playground does not know the template's operation."))


def get_version_or_404(template: Template, number: str) -> Version:
    """The version of that number, the newest where there is none given."""
    try:
        return get_version(template, int(number or 0) if len(number) < 9 else -1)
    except (ValueError, Version.DoesNotExist):
        raise Http404(_("There is no such version.")) from None


def read_template_input(request: HttpRequest) -> TemplateInput:
    post = request.POST
    return TemplateInput(
        name=post.get("name", ""),
        description=post.get("description", ""),
        tags=parse_tags(post.get("tags", "")),
        folder=post.get("folder", ""),
        sharing=post.get("sharing", "private"),
    )


def with_toast(
    response: HttpResponse, text: str, undo: str = "", kind: str = "note"
) -> HttpResponse:
    """The answer with a toast."""
    toast: dict[str, Any] = {"text": text, "kind": kind}
    if undo:
        toast["undo"] = undo
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def redirect_htmx(address: str) -> HttpResponse:
    """htmx goes to another page."""
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
