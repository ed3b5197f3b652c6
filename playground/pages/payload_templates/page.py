"""One template: what it holds, opening it, its words, putting it away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.drafts.assignments import AssignmentError, assign_typed
from playground.drafts.changes import apply_state
from playground.drafts.drafts import state_of
from playground.drafts.metadata import own_variables
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.payload_templates.finding import (
    get_editable_template,
    get_managed_template,
    get_template_or_404,
    get_version_or_404,
    read_template_input,
    redirect_htmx,
    require_operation,
    with_toast,
)
from playground.pages.payload_templates.share_links import describe_links
from playground.pages.payload_templates.wiki import describe_wiki
from playground.payload_templates.models import Sharing, Template, Version
from playground.payload_templates.templates import (
    assign_details,
    delete_template,
    find_favourites,
    list_folders,
    may_change,
    may_manage,
    restore_template,
    set_archived,
    toggle_favourite,
    validate_template_input,
    visible_templates,
)
from playground.payload_templates.versions import (
    duplicate_template,
    fork_template,
    open_template,
    read_content,
)
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.workspace.workflows import find_workflow

SHOWN_VERSIONS = 200


@needs(Role.VIEWER)
@require_safe
def show_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """What it holds, variant by variant; `?version=2&variant=VIP` shows that one."""
    template = get_template_or_404(request, template_id)
    version = get_version_or_404(template, request.GET.get("version", ""))
    return draw_template(request, template, version, request.GET.get("variant", ""))


def draw_template(
    request: HttpRequest,
    template: Template,
    version: Version,
    variant: str,
    typed: Sequence[tuple[str, str]] | None = None,
    sentence: str = "",
) -> HttpResponse:
    """The page; with a sentence, it says why the `typed` variables were not saved."""
    person, content = person_of(request), read_content(version)
    state = content.state(variant)
    trail = [{"href": reverse("templates"), "text": _("Templates")}, {"text": template.name}]
    context = {
        "template": template,
        "version": version,
        "variant": state.variant,
        "variants": content.variants,
        "state": state,
        "variables": list(own_variables(state.metadata).items()) if typed is None else typed,
        "sentence": sentence,
        "versions": template.versions.defer("text", "metadata", "variants")[:SHOWN_VERSIONS],
        "starred": template.id in find_favourites(person, [template]),
        "may_change": may_change(person, template),
        "may_manage": may_manage(person, template),
        "parent": _find_parent(person, template),
        "links": describe_links(template) if may_manage(person, template) else (),
        "trail": trail,
        **describe_target(template, version),
        **describe_words(person, template),
        **describe_wiki(request, template, state),
    }
    return render(request, "template/page.html", context, status=422 if sentence else 200)


def describe_words(person: Person, template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "description": template.description,
        "tags": ", ".join(template.tag_list),
        "folder": template.folder,
        "sharing": template.sharing,
        "sharings": Sharing.choices,
        "folders": list_folders(person),
    }


def describe_target(template: Template, version: Version) -> dict[str, object]:
    """Where it goes, in words; a workflow or operation that is gone is said, no error."""
    try:
        title = get_operation(template.operation).title
    except UnknownOperation:
        title = template.operation
    uid = version.path_values.get("workflow_uid", "")
    workflow = find_workflow(version.connection, uid)
    return {"operation": title, "workflow": workflow, "workflow_uid": uid}


@needs(Role.EDITOR)
@require_POST
def open_in_builder(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """A draft of it; an older version opens too, and saving it then shows both."""
    template = get_template_or_404(request, template_id)
    number = get_version_or_404(template, request.POST.get("version", "")).number
    variant = request.POST.get("variant", "")
    require_operation(template)
    draft = open_template(person_of(request), template, variant, number)
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def prefill(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """ "Open in Playground": values from the address's fragment make a draft; nothing is sent."""
    template = get_template_or_404(request, template_id)
    require_operation(template)
    if request.method != "POST":
        trail = [{"href": reverse("templates"), "text": _("Templates")}, {"text": template.name}]
        return render(request, "template/fill.html", {"template": template, "trail": trail})
    draft = open_template(person_of(request), template)
    state = state_of(draft)
    for pointer in list(request.POST)[:100]:
        if pointer.startswith("/"):
            try:
                state = assign_typed(state, pointer, request.POST.get(pointer, ""))
            except AssignmentError as sentence:
                messages.warning(request, str(sentence))
    apply_state(person_of(request), draft.id, state, tab="")
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_POST
def edit_words(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Name, description, tags, folder; who sees it only by who may rule."""
    template, person = get_editable_template(request, template_id), person_of(request)
    wanted = read_template_input(request)
    if not may_manage(person, template) and wanted.sharing != template.sharing:
        get_managed_template(request, template_id)
    if sentence := validate_template_input(wanted):
        messages.error(request, sentence)
        return redirect("template", template.id)
    former = template.sharing
    assign_details(template, wanted)
    template.save(update_fields=["name", "description", "tags", "folder", "sharing"])
    if former != template.sharing:
        record_event(request, "template-sharing", template.name, template.sharing)
    messages.info(request, _("Saved."))
    return redirect("template", template.id)


@needs(Role.VIEWER)
@require_POST
def star(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    starred = toggle_favourite(person_of(request), template)
    context = {"template": template, "starred": starred}
    return render(request, "templates/_star.html", context)


@needs(Role.EDITOR)
@require_POST
def duplicate(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    name = _("%(name)s (copy)") % {"name": template.name}
    return redirect_htmx(
        reverse("template", args=[duplicate_template(person_of(request), template, name).id])
    )


@needs(Role.EDITOR)
@require_POST
def fork(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    return redirect_htmx(reverse("template", args=[fork_template(person_of(request), template).id]))


@needs(Role.EDITOR)
@require_POST
def note_parent(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The fork has seen what its parent became: the hint goes until it moves on again."""
    template = get_editable_template(request, template_id)
    parent = _find_parent(person_of(request), template)
    if parent is None:
        raise Http404(_("The template this was forked from is not there."))
    Template.objects.filter(id=template.id).update(parent_version=parent.latest_version)
    return redirect("template", template.id)


@needs(Role.EDITOR)
@require_POST
def put_away(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Into the archive, or with `?away=no` out of it; said, since a page may be an old one."""
    template = get_editable_template(request, template_id)
    away = request.GET.get("away", "yes" if template.archived_at is None else "no") != "no"
    set_archived(template, away)
    words = {"name": template.name}
    if away:
        undo = reverse("archive_template", args=[template.id]) + "?away=no"
        return with_toast(HttpResponse(), _("Archived %(name)s.") % words, undo)
    messages.info(request, _("%(name)s is back in the list.") % words)
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response


@needs(Role.EDITOR)
@require_POST
def delete(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Gone with its links, and its page too; a toast offers to take that back."""
    template = get_managed_template(request, template_id)
    delete_template(template)
    record_event(request, "template-deleted", template.name)
    undo = reverse("restore_template", args=[template.id])
    gone = render(request, "template/_deleted.html", {"template": template})
    return with_toast(gone, _("Deleted %(name)s.") % {"name": template.name}, undo)


@needs(Role.EDITOR)
@require_POST
def restore(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    if not restore_template(person_of(request), template_id):
        raise Http404(_("There is no such template of yours."))
    return redirect_htmx(reverse("template", args=[template_id]))


def _find_parent(person: Person, template: Template) -> Template | None:
    if template.parent_id is None:
        return None
    return visible_templates(person).filter(id=template.parent_id).first()
