"""The page of one template: its content, opening it, its details, archive and deletion."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
from playground.pages.drift import address_repair_template
from playground.pages.payload_templates.access import (
    get_editable_template,
    get_managed_template,
    get_template_or_404,
    get_version_or_404,
    read_template_input,
    require_manager,
    require_operation,
)
from playground.pages.payload_templates.share_links import describe_links, describe_wiki_links
from playground.pages.responses import (
    breadcrumbs,
    redirect_htmx,
    respond_undoable,
    respond_undone,
)
from playground.pages.schedules.filters import list_template_schedules
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.drift import find_template_drift
from playground.payload_templates.examples import JSON, YAML
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
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.workspace.workflows import find_workflow

MAX_VERSIONS, MAX_PREFILLED = 200, 100
DETAILS = ("name", "description", "tags", "folder", "sharing")


@needs(Role.VIEWER)
@require_safe
def show_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The newest version, or another one with `?version=2&variant=VIP`."""
    template = get_template_or_404(request, template_id)
    version = get_version_or_404(template, request.GET.get("version", ""))
    return render_template(request, template, version, request.GET.get("variant", ""))


def render_template(
    request: HttpRequest,
    template: Template,
    version: Version,
    variant: str,
    typed: Sequence[tuple[str, str]] | None = None,
    message: str = "",
    details: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    """The page; `message` says why the `typed` variables weren't saved.

    `details` are those that were typed and not saved, and why: `details_message`.
    """
    person, content = person_of(request), read_content(version)
    state = content.state(variant)
    # Links reveal who was given what, so only those who can revoke them see them.
    may_share = may_manage(person, template)
    context = {
        "template": template,
        "version": version,
        "variant": state.variant,
        "variants": content.variants,
        "state": state,
        "variables": list(own_variables(state.metadata).items()) if typed is None else typed,
        "message": message,
        "versions": template.versions.defer("text", "metadata", "variants")[:MAX_VERSIONS],
        "starred": template.id in find_favourites(person, [template]),
        "may_change": may_change(person, template),
        "may_manage": may_share,
        "parent": _find_parent(person, template),
        "links": describe_links(template) if may_share else (),
        "trail": breadcrumbs((_("Templates"), reverse("templates")), template.name),
        # The form of the details.
        "name": template.name,
        "description": template.description,
        "tags": ", ".join(template.tag_list),
        "folder": template.folder,
        "sharing": template.sharing,
        "sharings": Sharing.choices,
        "folders": list_folders(person),
        "endings": (YAML, JSON),
        "schedules": list_template_schedules(person, template),
        **_describe_target(template, version),
        **_describe_drift(person, template, version),
        **describe_wiki_links(request, template, state),
        **details,
    }
    status = 422 if message or details else 200
    return render(request, "template/page.html", context, status=status)


def _describe_target(template: Template, version: Version) -> dict[str, object]:
    """The workflow or operation it sends to, which may no longer exist."""
    title = operation_title(template.operation)
    uid = version.path_values.get("workflow_uid", "")
    workflow = find_workflow(version.connection, uid)
    return {"operation": title, "workflow": workflow, "workflow_uid": uid}


def _describe_drift(person: Person, template: Template, version: Version) -> dict[str, object]:
    """The drift of the newest version; older ones aren't repaired."""
    if version.number != template.latest_version:
        return {}
    drift = find_template_drift(template)
    return {"drift": drift, "repair": address_repair_template(person, template)}


def _find_parent(person: Person, template: Template) -> Template | None:
    """The template it was forked from, if this person may see that one."""
    if template.parent_id is None:
        return None
    return visible_templates(person).filter(id=template.parent_id).first()


@needs(Role.EDITOR)
@require_POST
def open_in_builder(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Create a draft of the newest version, or of an older one."""
    template = get_template_or_404(request, template_id)
    number = get_version_or_404(template, request.POST.get("version", "")).number
    require_operation(template)
    # A variant that was removed meanwhile opens as the shared payload.
    variant = request.POST.get("variant", "")
    draft = open_template(person_of(request), template, variant, number)
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def prefill_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Create a draft with the values of an "Open in Playground" link. Nothing is sent."""
    template = get_template_or_404(request, template_id)
    require_operation(template)
    if request.method != "POST":
        trail = breadcrumbs((_("Templates"), reverse("templates")), template.name)
        return render(request, "template/fill.html", {"template": template, "trail": trail})
    draft = open_template(person_of(request), template)
    state = state_of(draft)
    # The page's script reads the link's fragment and sends a field for each pointer in it.
    for pointer in list(request.POST)[:MAX_PREFILLED]:
        if pointer.startswith("/"):
            try:
                state = assign_typed(state, pointer, request.POST.get(pointer, ""))
            except AssignmentError as reason:
                messages.warning(request, str(reason))
    apply_state(person_of(request), draft.id, state, tab="")
    return redirect("builder", draft.id)


@needs(Role.EDITOR)
@require_POST
def edit_details(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Name, description, tags and folder; and who sees it, if this person may manage it."""
    template, details = get_editable_template(request, template_id), read_template_input(request)
    if details.sharing != template.sharing:
        require_manager(request, template)
    if message := validate_template_input(details):
        typed = {each: request.POST.get(each, "") for each in DETAILS}
        typed["details_message"] = message
        newest = get_version_or_404(template, "")
        return render_template(request, template, newest, "", details=typed)
    former = template.sharing
    assign_details(template, details)
    template.save(update_fields=["name", "description", "tags", "folder", "sharing"])
    # Who can see what belongs in the audit log; other details don't.
    if former != template.sharing:
        record_event(request, "template-sharing", template.name, template.sharing)
    messages.success(request, _("Saved."))
    return redirect("template", template.id)


@needs(Role.VIEWER)
@require_POST
def star_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    starred = toggle_favourite(person_of(request), template)
    context = {"template": template, "starred": starred}
    return render(request, "templates/_star.html", context)


@needs(Role.EDITOR)
@require_POST
def duplicate(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    name = _("%(name)s (copy)") % {"name": template.name}
    copy = duplicate_template(person_of(request), template, name)
    return redirect_htmx(reverse("template", args=[copy.id]))


@needs(Role.EDITOR)
@require_POST
def fork(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    fork = fork_template(person_of(request), get_template_or_404(request, template_id))
    return redirect_htmx(reverse("template", args=[fork.id]))


@needs(Role.EDITOR)
@require_POST
def dismiss_parent_changes(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Hide the hint about the parent's newer version until there is another one."""
    template = get_editable_template(request, template_id)
    parent = _find_parent(person_of(request), template)
    if parent is None:
        raise Http404(_("The original template no longer exists, or isn't shared with you."))
    Template.objects.filter(id=template.id).update(parent_version=parent.latest_version)
    return redirect("template", template.id)


@needs(Role.EDITOR)
@require_POST
def archive(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Archive the template or, with `?away=no`, restore it."""
    template = get_editable_template(request, template_id)
    # Explicit rather than a toggle: the page may have been loaded before somebody else did it.
    archived = request.GET.get("away", "yes" if template.archived_at is None else "no") != "no"
    set_archived(template, archived)
    names, page = {"name": template.name}, reverse("template", args=[template.id])
    if archived:
        undo = reverse("archive_template", args=[template.id]) + "?away=no"
        return respond_undoable(request, _("Archived %(name)s.") % names, undo, page)
    return respond_undone(request, _("Restored %(name)s.") % names, page)


@needs(Role.EDITOR)
@require_POST
def delete(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Delete the template and stop its links; that can be undone."""
    template = get_managed_template(request, template_id)
    delete_template(template)
    record_event(request, "template-deleted", template.name)
    undo = reverse("restore_template", args=[template.id])
    text = _("Deleted %(name)s.") % {"name": template.name}
    # The page stays, so that its toast can undo the deletion.
    fragment = render(request, "template/_deleted.html", {"template": template})
    return respond_undoable(request, text, undo, reverse("templates"), fragment)


@needs(Role.EDITOR)
@require_POST
def restore(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    if not restore_template(person_of(request), template_id):
        raise Http404(_("This template doesn't exist, or isn't yours."))
    page = reverse("template", args=[template_id])
    return respond_undone(request, _("The template is back, and its links work again."), page)
