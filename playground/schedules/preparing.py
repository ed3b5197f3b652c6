"""What a slot sends, judged when it runs: the person's role, the template, the connection."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.openapi.operations import UnknownOperation
from playground.payload_templates.models import Template, Version
from playground.payload_templates.payload_drift import find_payload_drift
from playground.payload_templates.variants import find_variant
from playground.people.models import Person
from playground.schedules.content import overlay_content, read_overlay
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.own_secrets import name_secrets
from playground.schedules.shared_lookups import SharedLookups
from playground.sending.plans import Plan, plan_state
from playground.timing.zones import get_zone
from playground.workspace.models import Connection

# No template has this ID.
NOBODY = uuid.UUID(int=0)


class CannotRun(Exception):
    """Nothing of the schedule can be sent until somebody acts; the message says why."""


def find_slot_submission(slot: Slot) -> uuid.UUID:
    """The idempotency key of a slot: its exchange can't be recorded twice."""
    return uuid.uuid5(slot.schedule_id, f"slot/{slot.pk}")


def plan_slot(
    schedule: Schedule,
    version: ScheduleVersion,
    at: datetime,
    lookups: SharedLookups | None = None,
) -> Plan:
    """What a run of this version sends; dates in it are those of its planned time.

    Raises CannotRun for what would fail every run alike, InvalidTiming for an unknown zone.
    """
    plan = plan_run(schedule, version, at, lookups)
    judge_target(schedule, plan.connection)
    judge_drift(version, plan)
    return plan


def plan_run(
    schedule: Schedule,
    version: ScheduleVersion,
    at: datetime,
    lookups: SharedLookups | None = None,
) -> Plan:
    """As `plan_slot`, wherever it sends: to show it. Neither needs to be stored."""
    lookups = lookups or SharedLookups()
    person, template_version, state = read_payload(schedule, version, lookups)
    try:
        plan = plan_state(
            template_version.template.operation,
            state,
            schedule.name,
            template_version,
            person,
            lookups.load_connection,
        )
    except UnknownOperation:
        raise CannotRun(_("The operation of the template no longer exists.")) from None
    # Only values that refer to secrets have some: most runs can share what was looked up.
    own = version.pk if name_secrets(read_overlay(version.values)) else None
    return replace(plan, schedule_version=own, now=at.astimezone(get_zone(version.zone)))


def read_payload(
    schedule: Schedule, version: ScheduleVersion, lookups: SharedLookups
) -> tuple[Person, Version, State]:
    """Who sends it, the template's version, and that with the schedule's values laid over it.

    Raises CannotRun.
    """
    person, template_version = judge_sender(schedule, version, lookups)
    content = lookups.read_content(template_version)
    state = overlay_content(content, version.variant, read_overlay(version.values))
    return person, template_version, state


def judge_sender(
    schedule: Schedule, version: ScheduleVersion, lookups: SharedLookups
) -> tuple[Person, Version]:
    """The person it runs for and the template's version. Raises CannotRun."""
    person = judge_person(schedule, lookups)
    template = lookups.find_template(person, version.template_id or NOBODY)
    if template is None:
        raise CannotRun(_explain_template(version))
    try:
        found = lookups.get_version(template, version.template_version)
    except Version.DoesNotExist:
        text = _("%(name)s no longer has version %(number)d.")
        names = {"name": template.name, "number": version.template_version}
        raise CannotRun(text % names) from None
    variants = lookups.read_content(found).variants
    if version.variant and find_variant(variants, version.variant) is None:
        text = _("%(name)s no longer has a variant %(variant)s. Choose another one.")
        raise CannotRun(text % {"name": template.name, "variant": version.variant})
    return person, found


def judge_person(schedule: Schedule, lookups: SharedLookups | None = None) -> Person:
    """The person it runs for. Raises CannotRun if nothing may run for them any more."""
    person = (lookups or SharedLookups()).find_person(schedule.person_id)
    if person is None:
        raise CannotRun(_("The account of %s was deleted.") % schedule.person_name)
    if not person.may_edit:
        raise CannotRun(_("%s is no longer an editor.") % person.get_username())
    return person


def judge_target(schedule: Schedule, connection: Connection | None) -> None:
    """Raise CannotRun if it would send somewhere that nobody has agreed to."""
    if connection is None:
        name = schedule.connection_name or _("The connection")
        raise CannotRun(_("%s was deleted. Choose another connection.") % name)
    if connection.pk != schedule.connection_id:
        text = _("The template now uses %s. Check it, then resume.")
        raise CannotRun(text % connection.name)
    if connection.base_url != schedule.base_url:
        text = _("%s has another address since this was saved. Check it, then resume.")
        raise CannotRun(text % connection.name)
    if connection.protected and not schedule.confirmed:
        raise CannotRun(_("%s is protected now. Type its name to resume.") % connection.name)


def judge_drift(version: ScheduleVersion, plan: Plan) -> None:
    """Raise CannotRun if what is sent no longer fits its workflow or API, and that should pause.

    What counts is this payload: the template may be used in an older version, or repaired since.
    """
    if not version.pauses_on_drift or plan.version is None:
        return
    state = State(
        plan.text, path_values=dict(plan.path_values), metadata=Metadata.read(plan.metadata)
    )
    since = plan.version.created_at
    drift = find_payload_drift(plan.operation.id, plan.connection, state, since)
    if drift is not None and drift.breaks:
        text = _("%s no longer fits what it sends to, which has changed. Repair it, then resume.")
        raise CannotRun(text % plan.version.template.name)


def _explain_template(version: ScheduleVersion) -> str:
    found = Template.objects.filter(pk=version.template_id or NOBODY).first()
    name = version.template_name or _("The template")
    if found is not None and found.deleted_at is None:
        return _("%s is no longer shared with the person who made this schedule.") % name
    return _("%s was deleted. Restore it or choose another template.") % name
