"""Where a schedule goes, noted when it is saved or resumed: a run goes nowhere else."""

from django.utils.translation import gettext as _

from playground.payload_templates.models import Template, Version
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.schedules.access import InvalidSchedule, ScheduleRefused
from playground.schedules.batch_content import read_batch
from playground.schedules.content import ScheduleInput, overlay_state
from playground.schedules.models import Schedule
from playground.schedules.sync_slots import set_sync_target
from playground.workspace.models import Connection


def set_target(schedule: Schedule, wanted: ScheduleInput, confirm: str) -> None:
    """Note where this schedule goes. Raises ScheduleRefused.

    A protected connection that is sent to has to be confirmed by typing its name.
    """
    if schedule.kind == Schedule.Kind.SYNC:
        set_sync_target(schedule)
        return
    if schedule.kind == Schedule.Kind.BATCH:
        agree_to(schedule, read_batch(wanted.batch, schedule.person).connection, confirm)
        return
    if schedule.template is None:
        raise InvalidSchedule({"template": _("The template of this schedule was deleted.")})
    version = find_template_version(schedule.template, wanted)
    state = overlay_state(version, wanted.variant, wanted.values)
    rows = Connection.objects.filter(pk=state.connection) if state.connection else None
    agree_to(schedule, rows.first() if rows is not None else None, confirm)


def note_target(schedule: Schedule, wanted: ScheduleInput) -> None:
    """Note the connection that a paused schedule of a template has, which may be none."""
    assert schedule.template is not None
    version = find_template_version(schedule.template, wanted)
    state = overlay_state(version, wanted.variant, wanted.values)
    rows = Connection.objects.filter(pk=state.connection) if state.connection else None
    connection = rows.first() if rows is not None else None
    schedule.connection = connection
    schedule.connection_name = connection.name if connection else ""
    schedule.base_url = connection.base_url if connection else ""


def agree_to(schedule: Schedule, connection: Connection | None, confirm: str) -> None:
    """Note the connection over which it sends. Raises ScheduleRefused."""
    if connection is None:
        raise InvalidSchedule({"connection": _("Choose a connection.")})
    is_known = schedule.confirmed and (schedule.connection_id, schedule.base_url) == (
        connection.pk,
        connection.base_url,
    )
    if connection.protected and not is_known and confirm.strip() != connection.name:
        text = _("%(name)s is protected. Type its name to let this schedule send.")
        raise ScheduleRefused(text % {"name": connection.name}, connection.name)
    schedule.connection, schedule.connection_name = connection, connection.name
    schedule.base_url, schedule.confirmed = connection.base_url, connection.protected


def find_template_version(template: Template, wanted: ScheduleInput) -> Version:
    """The version of the template that this is laid over. Raises InvalidSchedule."""
    try:
        version = get_version(template, wanted.template_version)
    except Version.DoesNotExist:
        text = _("%(name)s has no version %(number)d.")
        names = {"name": template.name, "number": wanted.template_version}
        raise InvalidSchedule({"template_version": text % names}) from None
    _check_variant(wanted, version)
    return version


def _check_variant(wanted: ScheduleInput, version: Version) -> None:
    """Raise InvalidSchedule if the template has no such variant."""
    variants = read_content(version).variants
    if wanted.variant and find_variant(variants, wanted.variant) is None:
        text = _("The template has no variant %(name)s.") % {"name": wanted.variant}
        raise InvalidSchedule({"variant": text})
