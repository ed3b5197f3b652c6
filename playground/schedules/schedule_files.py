"""The schedules of a template in its file: written by an export, read and checked by an import.

Keys and their meaning never change, as those of the template: old files must still import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from playground.drafts.credentials import find_shown_credentials
from playground.drafts.states import Edit
from playground.importers.credentials import Collector
from playground.payload_templates.exports import serialize_edit
from playground.payload_templates.models import Template
from playground.payload_templates.secrets import mask_variant
from playground.payload_templates.template_files import (
    SCHEDULES,
    InvalidTemplateFile,
    TemplateFile,
    check_variant_edits,
)
from playground.payload_templates.variants import MAX_NAME_LENGTH, Variant, read_variant
from playground.payload_templates.versions import get_version
from playground.people.models import Person
from playground.schedules.access import InvalidSchedule, visible_schedules
from playground.schedules.content import (
    Policies,
    ScheduleInput,
    Timing,
    check_paused_timing,
    clean_input,
    overlay_state,
    read_input,
    read_timing,
)
from playground.schedules.descriptions import POLICIES, find_connection_name, write_instant
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.moments import read_local_or_instant
from playground.schedules.pausing import find_newest_versions
from playground.timing.errors import InvalidTiming
from playground.timing.rules import Interval, Once, Rule, write_rule
from playground.workspace.models import Connection

MOST_SCHEDULES = 1000
CONNECT = "connect"
TEXTS = ("id", "name", "phrase", "since", "zone", "variant", "connection", "days_off")
MOMENTS = ("starts_at", "ends_at")
NUMBERS = ("version", "template_version")
# The address of a webhook is a secret of many services.
CHOICES = tuple(name for name in POLICIES if name != "webhook")
KEYS = {*TEXTS, *MOMENTS, *NUMBERS, *CHOICES, "edits"}
DEFAULTS = Policies()


@dataclass(frozen=True)
class FileSchedule:
    """One schedule of a file, found valid. `wanted` has no connection of its own.

    `connection` is the name of its own one, empty if it has none, None if it uses the template's.
    `version` is the number it was exported at, 0 where the file doesn't say.
    """

    id: str
    version: int
    wanted: ScheduleInput
    timing: Timing
    connection: str | None


def serialize_schedules(person: Person, template: Template) -> dict[str, Any]:
    """The schedules of a template that this person sees, as a part of its file.

    Those that have ended are left out, and credentials are replaced by references.
    """
    found = _list_exported(person, template)
    versions = find_newest_versions(found)
    written = [serialize_schedule(each, versions[each.pk]) for each in found]
    return {SCHEDULES: written} if written else {}


def _list_exported(person: Person, template: Template) -> list[Schedule]:
    rows = visible_schedules(person).filter(template=template, kind=Schedule.Kind.TEMPLATE)
    return list(rows.exclude(state=Schedule.State.ENDED).order_by("name", "pk"))


def serialize_schedule(schedule: Schedule, version: ScheduleVersion) -> dict[str, Any]:
    """A stored version as plain values, empty ones left out."""
    wanted = read_input(version)
    try:
        timing = read_timing(version)
    except InvalidTiming:
        timing = None
    own = [each for each in wanted.values if each.kind == CONNECT]
    connection = find_connection_name(own[-1].value) if own else None
    row = serialize_content(wanted, timing, connection)
    return {"id": str(schedule.pk), "version": version.number, **row}


def serialize_content(
    wanted: ScheduleInput, timing: Timing | None, connection: str | None
) -> dict[str, Any]:
    """What a schedule sends and when, as plain values; one that means the same is the same."""
    edits = tuple(each for each in wanted.values if each.kind != CONNECT)
    masked = mask_variant(Variant("", edits), Collector())
    row = {
        "name": wanted.name,
        **(_write_rule(wanted.phrase, timing.rule) if timing else {"phrase": wanted.phrase}),
        "zone": timing.zone.key if timing else wanted.zone,
        "variant": wanted.variant,
        "template_version": wanted.template_version,
        "edits": [serialize_edit(each) for each in masked.edits],
        "starts_at": write_instant(wanted.starts_at),
        "ends_at": write_instant(wanted.ends_at),
        "days_off": wanted.days_off,
    }
    row = {key: value for key, value in row.items() if value not in ("", [], None, 0)}
    # An empty one says that the template's isn't used.
    if connection is not None:
        row["connection"] = connection
    return {**row, **{name: getattr(wanted.policies, name) for name in CHOICES}}


def find_schedule_credentials(person: Person, template: Template) -> list[str]:
    """The places in the own values of its schedules that contain credentials."""
    found = _list_exported(person, template)
    if not found:
        return []
    version, places = get_version(template), []
    for newest in find_newest_versions(found).values():
        wanted = read_input(newest)
        before = find_shown_credentials(overlay_state(version, wanted.variant, ()))
        state = overlay_state(version, wanted.variant, wanted.values)
        shown = [each for each in find_shown_credentials(state) if each not in before]
        places += [f"{wanted.name}: {place}" for place in shown]
    return places


def read_file_schedules(file: TemplateFile) -> list[FileSchedule]:
    """The schedules of a file. Raises InvalidTemplateFile with the place of what isn't valid."""
    rows = file.row.get(SCHEDULES) or []
    if not isinstance(rows, list):
        raise InvalidTemplateFile(file.path, _("schedules must be a list."))
    if len(rows) > MOST_SCHEDULES:
        text = _("Too many schedules. The limit is %(limit)s.") % {"limit": MOST_SCHEDULES}
        raise InvalidTemplateFile(file.path, text)
    now = timezone.now()
    return [_RowReader(file.path, index, row).read(now) for index, row in enumerate(rows)]


def find_own_connection(read: FileSchedule) -> Connection | None:
    """The connection that the file names, if there is one here."""
    return Connection.objects.filter(name=read.connection).first() if read.connection else None


def _write_rule(phrase: str, rule: Rule) -> dict[str, str]:
    if isinstance(rule, Once):
        # "tomorrow at 9" means another day when it is read.
        return {"phrase": f"{rule.at:%Y-%m-%dT%H:%M}"}
    written = write_rule(rule)
    # Every other Friday: which one, only this date says.
    counts = isinstance(rule, Interval) or any(
        written.get(unit, 1) > 1 for unit in ("days", "weeks", "months")
    )
    return {"phrase": phrase, "since": written["since"]} if counts else {"phrase": phrase}


class _RowReader:
    """Reads one schedule of a file; what isn't valid is named by its JSON Pointer."""

    def __init__(self, path: str, index: int, row: Any) -> None:
        self._path, self._place = path, f"/{SCHEDULES}/{index}"
        if not isinstance(row, Mapping):
            raise self._fail("", _("This must have a name, a phrase and a zone."))
        self._row = {str(key): value for key, value in row.items()}

    def read(self, now: datetime) -> FileSchedule:
        if unknown := sorted(self._row.keys() - KEYS):
            raise self._fail(unknown[0][:40], _("Unknown key."))
        texts = {name: self._read_text(name) for name in TEXTS}
        numbers = {name: self._read_number(name, 0) for name in NUMBERS}
        self._check_since(texts["since"])
        if len(texts["variant"]) > MAX_NAME_LENGTH:
            raise self._fail("variant", _("The name of the variant is too long."))
        wanted = clean_input(
            ScheduleInput(
                name=texts["name"],
                phrase=texts["phrase"],
                zone=texts["zone"],
                variant=texts["variant"],
                template_version=numbers["template_version"],
                values=self._read_edits(),
                days_off=texts["days_off"],
                policies=Policies(**{name: self._read_policy(name) for name in CHOICES}),
            )
        )
        wanted = replace(
            wanted,
            starts_at=self._read_moment("starts_at", wanted.zone),
            ends_at=self._read_moment("ends_at", wanted.zone),
        )
        try:
            timing = check_paused_timing(wanted, now, texts["since"])
        except InvalidSchedule as error:
            name, sentence = next(iter(error.fields.items()))
            raise self._fail(name, sentence) from None
        connection = texts["connection"] if "connection" in self._row else None
        wanted = replace(wanted, zone=timing.zone.key)
        return FileSchedule(texts["id"], numbers["version"], wanted, timing, connection)

    def _fail(self, name: str, sentence: str) -> InvalidTemplateFile:
        place = f"{self._place}/{name}" if name else self._place
        return InvalidTemplateFile(self._path, f"{place}: {sentence}")

    def _read_text(self, name: str) -> str:
        value = self._row.get(name, "")
        if not isinstance(value, str):
            raise self._fail(name, _("This must be text."))
        if "\0" in value:
            raise self._fail(name, _("A text can't contain the NUL character."))
        return value

    def _read_number(self, name: str, default: int) -> int:
        value = self._row.get(name, default)
        # All values of a YAML file are read as text.
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:10])
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
            raise self._fail(name, _("This must be a whole number."))
        return value

    def _read_policy(self, name: str) -> Any:
        default = getattr(DEFAULTS, name)
        if isinstance(default, bool):
            value = self._row.get(name, default)
            if str(value).lower() not in ("true", "false"):
                raise self._fail(name, _("This must be true or false."))
            return str(value).lower() == "true"
        if isinstance(default, int):
            return self._read_number(name, default)
        return self._read_text(name) or default

    def _read_moment(self, name: str, zone: str) -> datetime | None:
        try:
            return read_local_or_instant(self._read_text(name), zone)
        except InvalidTiming as error:
            raise self._fail(name, str(error)) from None

    def _check_since(self, since: str) -> None:
        try:
            read_local_or_instant(since, "UTC")
        except InvalidTiming as error:
            raise self._fail("since", str(error)) from None

    def _read_edits(self) -> tuple[Edit, ...]:
        try:
            read = read_variant({"name": "", "edits": self._row.get("edits", [])})
            check_variant_edits(read)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._fail("edits", _("These aren't edits of a payload.")) from None
        if mask_variant(read, Collector()) != read:
            text = _("This contains a credential. Save it to the template, and refer to it here.")
            raise self._fail("edits", text)
        if any(each.kind == CONNECT for each in read.edits):
            raise self._fail("edits", _("Name the connection under connection."))
        return read.edits
