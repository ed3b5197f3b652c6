"""Drafts in which the payloads of schedules are edited, until a version is saved from them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from playground.drafts.drafts import state_of
from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import visible_templates
from playground.payload_templates.variants import derive_edits
from playground.payload_templates.versions import get_version, open_template, read_content
from playground.people.models import Person
from playground.schedules.access import ScheduleRefused
from playground.schedules.content import read_overlay
from playground.schedules.models import Schedule, ScheduleDraft, ScheduleVersion
from playground.schedules.own_secrets import copy_secrets_to_form


def open_new_draft(
    person: Person,
    template: Template,
    variant: str = "",
    number: int = 0,
    typed: Mapping[str, str] | None = None,
) -> ScheduleDraft:
    """A draft of a schedule that doesn't exist yet."""
    draft = open_template(person, template, variant, number)
    return ScheduleDraft.objects.create(draft=draft, typed=dict(typed or {}))


def open_schedule_draft(
    person: Person, schedule: Schedule, version: ScheduleVersion, typed: Mapping[str, str]
) -> ScheduleDraft:
    """A draft of the schedule's newest version: the one that this person left, else a new one.

    Raises ScheduleRefused if its template is gone.
    """
    left = ScheduleDraft.objects.filter(schedule=schedule, base=version.number)
    mine = left.filter(draft__person=person, draft__discarded_at=None).select_related("draft")
    if found := mine.order_by("-draft__changed_at").first():
        return found
    template = find_visible_template(person, schedule)
    if template is None:
        raise ScheduleRefused(_("The template of this schedule was deleted."))
    has_version = template.versions.filter(number=version.template_version).exists()
    number = version.template_version if has_version else 0
    values = read_overlay(version.values)
    draft = open_template(person, template, version.variant, number, values)
    copy_secrets_to_form(person, version, draft)
    return ScheduleDraft.objects.create(
        draft=draft, schedule=schedule, base=version.number, typed=dict(typed)
    )


def find_visible_template(person: Person, schedule: Schedule) -> Template | None:
    """The template of a schedule, unless it was deleted or isn't shared with this person."""
    if schedule.template is None:
        return None
    return visible_templates(person).filter(pk=schedule.template.pk).first()


def find_base_version(opened: ScheduleDraft) -> Version:
    """The template's version that the draft's own values are laid over. Raises ScheduleRefused."""
    draft = opened.draft
    # The draft may have been saved as another template: the schedule keeps its own.
    template = opened.schedule.template if opened.schedule else draft.template
    if template is None or template.deleted_at is not None:
        raise ScheduleRefused(_("The template was deleted. Restore it to save the schedule."))
    number = draft.template_version if draft.template_id == template.pk else 0
    try:
        return get_version(template, number)
    except Version.DoesNotExist:
        raise ScheduleRefused(_("The version of the template no longer exists.")) from None


def read_own_values(draft: Draft, version: Version) -> tuple[Edit, ...]:
    """What the draft changes in the template's payload."""
    return derive_edits(read_content(version).state(draft.variant), state_of(draft))
