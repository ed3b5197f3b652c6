"""Get the template or version a page is about, if this person may see or change it."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
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
from playground.people.access import person_of


def get_template_or_404(request: HttpRequest, template_id: uuid.UUID) -> Template:
    try:
        return get_template(person_of(request), template_id)
    except Template.DoesNotExist:
        raise Http404(_("This template doesn't exist, or isn't shared with you.")) from None


def get_editable_template(request: HttpRequest, template_id: uuid.UUID) -> Template:
    """A template this person may change. Raises PermissionDenied otherwise."""
    template = get_template_or_404(request, template_id)
    if not may_change(person_of(request), template):
        raise PermissionDenied(_("You can use this template, but not change it. Fork it instead."))
    return template


def get_managed_template(request: HttpRequest, template_id: uuid.UUID) -> Template:
    """A template this person may delete and share. Raises PermissionDenied otherwise."""
    template = get_template_or_404(request, template_id)
    require_manager(request, template)
    return template


def require_manager(request: HttpRequest, template: Template) -> None:
    if not may_manage(person_of(request), template):
        raise PermissionDenied(_("Only the template's creator can do this."))


def require_operation(template: Template) -> None:
    # An imported API document can be removed while templates of its operations remain.
    if not operation_exists(template.operation):
        raise Http404(_("This template's operation no longer exists."))


def get_version_or_404(template: Template, number: str) -> Version:
    """The version with this number, or the newest for an empty text."""
    try:
        # A number that no database column could hold is just not found.
        return get_version(template, int(number or 0) if len(number) < 9 else -1)
    except (ValueError, Version.DoesNotExist):
        raise Http404(_("This version doesn't exist.")) from None


def read_template_input(request: HttpRequest) -> TemplateInput:
    post = request.POST
    # Not validated here: each page shows the message in its own way.
    return TemplateInput(
        name=post.get("name", ""),
        description=post.get("description", ""),
        tags=parse_tags(post.get("tags", "")),
        folder=post.get("folder", ""),
        sharing=post.get("sharing", "private"),
    )
