"""The template a draft came from: save a version or a variant, switch variants."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.changes import apply_state
from playground.drafts.credentials import extract_credentials, find_shown_credentials
from playground.drafts.drafts import state_of
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.jsontext.diff import compare_texts
from playground.pages.builder.draft_context import open_draft
from playground.pages.payload_templates.access import read_template_input
from playground.pages.responses import with_toast
from playground.payload_templates.models import Sharing, Template, Version
from playground.payload_templates.templates import (
    list_folders,
    may_change,
    validate_template_input,
    visible_templates,
)
from playground.payload_templates.variants import (
    InvalidVariant,
    clean_variant_name,
    derive_edits,
    overridden_pointers,
)
from playground.payload_templates.versions import (
    MAX_NOTE,
    Content,
    VersionConflict,
    create_template,
    get_version,
    link_draft,
    read_content,
    save_version,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.models import ScheduleDraft

MAX_DIFFERENCES = 100


@dataclass(frozen=True)
class TemplateLink:
    """A draft and the version of the template that it is based on."""

    draft: Draft
    version: Version

    @cached_property
    def content(self) -> Content:
        return read_content(self.version)

    @cached_property
    def state(self) -> State:
        return state_of(self.draft)

    @property
    def is_unsaved(self) -> bool:
        # The variant may have been deleted from the template: its draft is then compared with
        # the shared values, whose state names no variant.
        saved = replace(self.content.state(self.draft.variant), variant=self.draft.variant)
        return saved != self.state

    @property
    def own_pointers(self) -> list[str]:
        """The pointers of values that the variant overrides."""
        if not self.draft.variant:
            return []
        return overridden_pointers(derive_edits(self.content.shared, self.state))

    @property
    def own_pointers_json(self) -> str:
        return json.dumps(self.own_pointers, ensure_ascii=False)


def find_template_link(draft: Draft) -> TemplateLink | None:
    """None for a draft without a template, or whose template was deleted."""
    if draft.template_id is None:
        return None
    versions = Version.objects.filter(template__deleted_at=None).select_related("template")
    version = versions.filter(template=draft.template_id, number=draft.template_version).first()
    return TemplateLink(draft, version) if version else None


def describe_link_state(draft: Draft) -> dict[str, Any]:
    """What the response to an edit says about the template.

    It names the variant because undo may bring another one back.
    """
    link = find_template_link(draft)
    if link is None:
        return {}
    return {"unsaved": link.is_unsaved, "own": link.own_pointers, "variant": draft.variant}


def describe_template_link(person: Person, draft: Draft) -> dict[str, Any]:
    """The context of `builder/_template_link.html`."""
    link = find_template_link(draft)
    # The owner may have stopped sharing the template since the draft was made from it.
    if link and not visible_templates(person).filter(id=link.version.template_id).exists():
        link = None
    return {
        "draft": draft,
        "name": draft.name,
        "link": link,
        # There "Save" would be taken for saving the schedule.
        "of_schedule": bool(link) and ScheduleDraft.objects.filter(draft=draft).exists(),
        "variants": [each.name for each in link.content.variants] if link else [],
        "may_save": bool(link and may_change(person, link.version.template)),
        "sharings": Sharing.choices,
        "folders": list_folders(person),
    }


@needs(Role.EDITOR)
@require_safe
def show_template_link(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    return _render_link(request, open_draft(request, draft_id).draft)


@needs(Role.EDITOR)
@require_POST
def save_template(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Save the draft as a new template, with the variants of the one it came from."""
    draft, person = open_draft(request, draft_id).draft, person_of(request)
    values = read_template_input(request)
    if message := validate_template_input(values):
        return _reopen_dialog(request, draft, message, "#save_template")
    if suspicious := _find_unconfirmed(request, draft):
        return _ask_about(request, draft, suspicious, "#save_template")
    # Before anything is copied: a template must hold references, not credentials.
    extracted = extract_credentials(draft, person)
    link = find_template_link(draft)
    content = link.content if link else Content(replace(state_of(draft), variant=""))
    content = content.change(draft.variant, state_of(draft))
    template = create_template(person, draft.operation, content, values, source=draft)
    link_draft(draft, get_version(template), draft.variant)
    message = _("Saved as the template %(name)s.") % {"name": template.name}
    return _confirm(request, draft, message, extracted)


@needs(Role.EDITOR)
@require_POST
def save_to_template(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Save a new version of the template or, with `name`, a new variant in it.

    A version that somebody else saved in the meantime is never overwritten: both are shown, and
    `base` then names the version that the person has seen.
    """
    draft, person = open_draft(request, draft_id).draft, person_of(request)
    link = find_template_link(draft)
    if link is None or not may_change(person, link.version.template):
        message = _("You can't change this draft's template. Save the draft as a new one.")
        return _reopen_dialog(request, draft, message, "#save_template")
    note = request.POST.get("note", "")
    if len(note.strip()) > MAX_NOTE:
        message = _("The note can have at most %(limit)s characters.") % {"limit": MAX_NOTE}
        return _reopen_dialog(request, draft, message, "#save_version")
    if suspicious := _find_unconfirmed(request, draft):
        dialog = "#save_variant" if "name" in request.POST else "#save_version"
        return _ask_about(request, draft, suspicious, dialog)
    extracted = extract_credentials(draft, person)
    variant, base = draft.variant, link.version
    if request.POST.get("base", "").isdecimal():
        # Nine digits fit the column. A longer number can't be a version.
        base = _get_version(link.version.template, int(request.POST["base"][:9]))
    content = read_content(base)
    if "name" in request.POST:
        try:
            variant = clean_variant_name(content.variants, request.POST["name"])
        except InvalidVariant as error:
            return _reopen_dialog(request, draft, str(error), "#save_variant")
    # The draft, not `link.state`: extracting credentials may have changed it.
    content = content.change(variant, state_of(draft))
    saved = save_version(person, base.template, content, base.number, note, draft)
    if isinstance(saved, VersionConflict):
        return _render_conflict(request, draft, saved, variant)
    link_draft(draft, saved, variant)
    values = {"name": base.template.name, "number": saved.number}
    message = _("Saved as version %(number)s of %(name)s.") % values
    return _confirm(request, draft, message, extracted)


def _get_version(template: Template, number: int) -> Version:
    try:
        return get_version(template, number)
    except Version.DoesNotExist:
        raise Http404(_("There is no such version.")) from None


@needs(Role.EDITOR)
@require_POST
def switch_variant(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Switch to another variant's values, in one step that undo takes back."""
    draft = open_draft(request, draft_id).draft
    link = find_template_link(draft)
    if link is None:
        raise Http404(_("This draft has no template."))
    # An unknown name means the shared values, for example in the menu of an outdated page.
    name = request.POST.get("variant", "")
    apply_state(person_of(request), draft.id, link.content.state(name), tab="")
    # Any value may be another one now, and so may the connection.
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def _confirm(
    request: HttpRequest, draft: Draft, message: str, extracted: list[str]
) -> HttpResponse:
    """The fragment and a toast. `extracted` are names of values that became secrets."""
    if extracted:
        message += " " + _("Now stored as secrets: %(names)s.") % {"names": ", ".join(extracted)}
    response = with_toast(_render_link(request, draft), message)
    # Saving has put references into the document, which this page doesn't know of.
    if extracted:
        response["HX-Refresh"] = "true"
    return response


def _render_conflict(
    request: HttpRequest, draft: Draft, conflict: VersionConflict, variant: str
) -> HttpResponse:
    """The version that somebody else saved in the meantime, next to this draft."""
    theirs = get_version(conflict.template)
    differences = compare_texts(read_content(theirs).state(variant).text, draft.text)
    return _render_link(
        request,
        draft,
        theirs=theirs,
        differences=differences[:MAX_DIFFERENCES],
        variant=variant,
        compare=reverse("compare_versions", args=[conflict.template.id]),
    )


def _find_unconfirmed(request: HttpRequest, draft: Draft) -> list[str]:
    """The places of credentials that others would see; empty once the person has confirmed."""
    return [] if request.POST.get("sure") else find_shown_credentials(state_of(draft))


def _ask_about(
    request: HttpRequest, draft: Draft, suspicious: list[str], dialog: str
) -> HttpResponse:
    """The dialog again, with the places and a box to tick."""
    message = _("Check the values that look like secrets, and confirm that they can be shown.")
    return _reopen_dialog(request, draft, message, dialog, suspicious=suspicious)


def _reopen_dialog(
    request: HttpRequest, draft: Draft, message: str, dialog: str, **context: Any
) -> HttpResponse:
    """The fragment with the dialog open again: the message, and the values that were rejected."""
    fields = ("name", "description", "tags", "folder", "sharing", "note")
    values = {each: request.POST.get(each, "") for each in fields}
    # The dialogs share one context, where `name` belongs to the template's.
    typed = values if dialog == "#save_template" else {"variant_name": values["name"]}
    typed |= {"note": values["note"], "base": request.POST.get("base", "")}
    context |= {"message": message, "dialog": dialog, **typed}
    return _render_link(request, draft, 422, **context)


def _render_link(
    request: HttpRequest, draft: Draft, status: int = 200, **context: Any
) -> HttpResponse:
    context = describe_template_link(person_of(request), draft) | context
    return render(request, "builder/_template_link.html", context, status=status)
