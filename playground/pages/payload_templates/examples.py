"""A template as an OpenAPI example, to be merged into the document of its API."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.drafts.credentials import find_shown_credentials
from playground.drafts.metadata import variable_values
from playground.openapi.operations import get_operation
from playground.pages.payload_templates.access import (
    get_template_or_404,
    get_version_or_404,
    require_operation,
)
from playground.pages.responses import breadcrumbs, respond_with_file
from playground.payload_templates.examples import (
    JSON,
    YAML,
    NoExample,
    make_example,
    write_example,
)
from playground.payload_templates.versions import read_content
from playground.people.access import needs
from playground.people.models import Role


@needs(Role.EDITOR)
@require_safe
def export_example(request: HttpRequest, template_id: uuid.UUID, ending: str) -> HttpResponse:
    """The newest version as a file, or another one with `?version=2&variant=VIP`."""
    template = get_template_or_404(request, template_id)
    if ending not in (YAML, JSON):
        raise Http404(_("Choose YAML or JSON."))
    require_operation(template)
    version = get_version_or_404(template, request.GET.get("version", ""))
    state = read_content(version).state(request.GET.get("variant", ""))
    places = find_shown_credentials(state)
    if places and "sure" not in request.GET:
        trail = breadcrumbs((_("Templates"), reverse("templates")), _("Export"))
        context = {"found": [(template, places)], "trail": trail}
        return render(request, "templates/export.html", context, status=409)
    variables = variable_values(version.connection, state.metadata)
    name = f"{template.name}, {state.variant}" if state.variant else template.name
    operation = get_operation(template.operation)
    try:
        example = make_example(operation, state, variables, name, template.description)
    except NoExample as reason:
        messages.warning(request, str(reason))
        return redirect("template", template.id)
    text = write_example(example, ending)
    file_name = f"{slugify(name)[:60] or 'example'}.example.{ending}"
    return respond_with_file(text, file_name, f"application/{ending}")
