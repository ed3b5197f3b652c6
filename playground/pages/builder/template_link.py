"""A draft and the template it is kept in: save, save as variant, switch variants."""

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
from playground.drafts.credentials import extract_credentials
from playground.drafts.drafts import state_of
from playground.drafts.editing import State
from playground.drafts.models import Draft
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
    Content,
    VersionConflict,
    create_template,
    get_version,
    link_draft,
    read_content,
    save_version,
)
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of


@dataclass(frozen=True)
class Kept:
    """A draft beside the version it started from."""

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
        saved = replace(self.content.state(self.draft.variant), variant=self.draft.variant)
        return saved != self.state

    @property
    def own(self) -> list[str]:
        """The places whose values are the variant's own."""
        if not self.draft.variant:
            return []
        return overridden_pointers(derive_edits(self.content.shared, self.state))

    @property
    def own_text(self) -> str:
        return json.dumps(self.own, ensure_ascii=False)


def find_kept(draft: Draft) -> Kept | None:
    """None for a draft of no template, and where the template is gone."""
    if draft.template_id is None:
        return None
    rows = Version.objects.filter(template__deleted_at=None).select_related("template")
    found = rows.filter(template=draft.template_id, number=draft.template_version).first()
    return Kept(draft, found) if found else None


def tell_kept(draft: Draft) -> dict[str, Any]:
    """What an edit's answer says about the template: unsaved or not, the variant (undo may bring
    another one back) and its own places."""
    kept = find_kept(draft)
    if kept is None:
        return {}
    return {"unsaved": kept.is_unsaved, "own": kept.own, "variant": draft.variant}


def describe_kept(person: Person, draft: Draft) -> dict[str, Any]:
    """What the fragment `builder/_template_link.html` draws."""
    kept = find_kept(draft)
    if (
        kept is not None
        and not visible_templates(person).filter(id=kept.version.template_id).exists()
    ):
        kept = None
    return {
        "draft": draft,
        "name": draft.name,
        "kept": kept,
        "variants": [each.name for each in kept.content.variants] if kept else [],
        "may_save": bool(kept and may_change(person, kept.version.template)),
        "sharings": Sharing.choices,
        "folders": list_folders(person),
    }


@needs(Role.EDITOR)
@require_safe
def show_kept(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    draft = open_draft(request, draft_id).draft
    return render(request, "builder/_template_link.html", describe_kept(person_of(request), draft))


@needs(Role.EDITOR)
@require_POST
def save_template(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The draft as a new template, with all its variants where it came from one."""
    draft, person = open_draft(request, draft_id).draft, person_of(request)
    wanted = read_template_input(request)
    if sentence := validate_template_input(wanted):
        return draw_kept(request, draft, sentence, "#save_template", 422)
    taken = extract_credentials(draft, person)
    kept = find_kept(draft)
    content = kept.content if kept else Content(replace(state_of(draft), variant=""))
    content = content.change(draft.variant, state_of(draft))
    template = create_template(person, draft.operation, content, wanted, source=draft)
    link_draft(draft, get_version(template), draft.variant)
    saved = _("Saved as the template %(name)s.") % {"name": template.name}
    return finish(request, draft, saved, taken)


@needs(Role.EDITOR)
@require_POST
def save_kept(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """A new version of the template, or a new variant in it. Nothing is overwritten: based on
    an older version, both are shown, and `base` says which one the person has seen."""
    draft, person = open_draft(request, draft_id).draft, person_of(request)
    kept = find_kept(draft)
    if kept is None or not may_change(person, kept.version.template):
        sentence = _("This draft belongs to no template you may change. Save it as a new one.")
        return draw_kept(request, draft, sentence, "#save_template", 422)
    taken = extract_credentials(draft, person)
    kept = replace(kept, draft=draft)
    variant, base = draft.variant, kept.version
    if request.POST.get("base", "").isdecimal():
        base = _seen(kept.version.template, int(request.POST["base"][:9]))
    content = read_content(base)
    if "name" in request.POST:
        try:
            variant = clean_variant_name(content.variants, request.POST["name"])
        except InvalidVariant as sentence:
            return draw_kept(request, draft, str(sentence), "#save_variant", 422)
    content = content.change(variant, state_of(draft))
    note = request.POST.get("note", "")
    done = save_version(person, base.template, content, base.number, note, draft)
    if isinstance(done, VersionConflict):
        return show_both(request, draft, done, variant)
    link_draft(draft, done, variant)
    words = {"name": base.template.name, "number": done.number}
    return finish(request, draft, _("Saved as version %(number)s of %(name)s.") % words, taken)


@needs(Role.EDITOR)
@require_POST
def switch_variant(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Another variant's values, in one step that undo takes back; the page is drawn anew."""
    draft = open_draft(request, draft_id).draft
    kept = find_kept(draft)
    if kept is None:
        raise Http404(_("This draft belongs to no template."))
    name = request.POST.get("variant", "")
    apply_state(person_of(request), draft.id, kept.content.state(name), tab="")
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def show_both(
    request: HttpRequest, draft: Draft, stale: VersionConflict, variant: str
) -> HttpResponse:
    """What somebody else saved meanwhile, beside what this draft holds."""
    theirs = get_version(stale.template)
    differences = compare_texts(read_content(theirs).state(variant).text, draft.text)
    context = describe_kept(person_of(request), draft)
    context |= {"theirs": theirs, "differences": differences[:100], "variant": variant}
    context["compare"] = reverse("compare_versions", args=[stale.template.id])
    return render(request, "builder/_template_link.html", context)


def finish(request: HttpRequest, draft: Draft, sentence: str, taken: list[str]) -> HttpResponse:
    if taken:
        names = ", ".join(taken)
        sentence += " " + _("Moved to the secrets: %(names)s.") % {"names": names}
    response = with_toast(draw_kept(request, draft), sentence)
    if taken:
        response["HX-Refresh"] = "true"
    return response


def draw_kept(
    request: HttpRequest, draft: Draft, sentence: str = "", dialog: str = "", status: int = 200
) -> HttpResponse:
    """The fragment; with a sentence, its dialog stands open again with what was typed."""
    context = describe_kept(person_of(request), draft)
    context |= {
        "sentence": sentence,
        "dialog": dialog,
        "variant_name": request.POST.get("name", ""),
    }
    if dialog == "#save_template":
        typed = ("name", "description", "tags", "folder", "sharing")
        context |= {each: request.POST.get(each, "") for each in typed}
    return render(request, "builder/_template_link.html", context, status=status)


def _seen(template: Template, number: int) -> Version:
    try:
        return get_version(template, number)
    except Version.DoesNotExist:
        raise Http404(_("There is no such version.")) from None
