"""The arguments of `schedules`: its actions, and the schedule that they describe."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.commands.payload_arguments import (
    add_payload_arguments,
    fill_payload,
    has_payload_arguments,
)
from playground.commands.scripts import InvalidArgument, find_version
from playground.drafts.credentials import find_credentials
from playground.payload_templates.models import Template
from playground.payload_templates.variants import derive_edits
from playground.payload_templates.versions import read_content
from playground.people.models import Person
from playground.schedules.access import visible_schedules
from playground.schedules.content import ScheduleInput, overlay_state
from playground.schedules.descriptions import POLICIES
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.moments import read_local_or_instant
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone

TEXTS = {"name": "name", "when": "phrase", "zone": "zone", "variant": "variant"}


def add_actions(parser: ArgumentParser) -> None:
    """Add a parser for each action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, words: str, *fills: Callable[[ArgumentParser], None]) -> None:
        action = actions.add_parser(name, help=words)
        for fill in fills:
            fill(action)
        action.add_argument("--user", default="", help="who acts; default: the first owner")
        action.add_argument("--json", action="store_true", help="print JSON")

    add("list", "list schedules", _add_filters)
    add("show", "show one with its next and last runs", _add_schedule, _add_number)
    add("create", "schedule a template", _add_template, _add_content)
    add("edit", "save a new version", _add_schedule, _add_content, _add_edit)
    add("pause", "plan no more runs", _add_schedule, _add_reason)
    add("resume", "go on from now", _add_schedule, _add_confirm)
    add("run-now", "run it once and wait for its end", _add_schedule, _add_key)
    add("duplicate", "make a paused copy", _add_schedule)
    add("end", "end it for good", _add_schedule)
    add("delete", "delete it with its runs", _add_schedule)
    add("export", "write the files of their templates with them", _add_export)
    add("import", "read them from files of templates, paused", _add_import)


def find_schedule(person: Person, name: str) -> Schedule:
    """The schedule of this name or ID. Raises InvalidArgument."""
    rows = visible_schedules(person).select_related("person", "connection", "template")
    try:
        found = list(rows.filter(pk=uuid.UUID(name)))
    except ValueError:
        found = []
    found = found or list(rows.filter(name=name).order_by("pk"))
    # A person's own schedules come before those that others share.
    own = [row for row in found if row.person_id == person.pk] or found
    if len(own) == 1:
        return own[0]
    if not own:
        raise InvalidArgument(f"There is no schedule named {name}.")
    ids = ", ".join(str(row.pk) for row in own)
    raise InvalidArgument(f"{len(own)} schedules are named {name}. Use one of their IDs: {ids}.")


def read_new(template: Template | None, options: dict[str, Any]) -> tuple[ScheduleInput, list[str]]:
    """The schedule that the options of `create` describe, and notes on its tables.

    Raises InvalidArgument, AssignmentError.
    """
    if not options["when"] or not options["zone"]:
        raise InvalidArgument(
            "Say when it runs and in which time zone: --when 'weekdays at 8:30' --zone UTC."
        )
    name = template.name if template else f"Sync of {options['sync']}"
    return _read(template, ScheduleInput(name[:200], options["when"], options["zone"]), options)


def read_changed(
    template: Template | None, former: ScheduleInput, options: dict[str, Any]
) -> tuple[ScheduleInput, list[str]]:
    """As `read_new`, for `edit`: what isn't given stays."""
    if options["reset_values"]:
        former = replace(former, values=())
    return _read(template, former, options)


def _read(
    template: Template | None, wanted: ScheduleInput, options: dict[str, Any]
) -> tuple[ScheduleInput, list[str]]:
    changes = {field: options[name] for name, field in TEXTS.items() if options[name] is not None}
    zone = changes.get("zone", wanted.zone)
    for name in ("starts_at", "ends_at"):
        if options[name] is not None:
            changes[name] = _read_moment(options[name], zone)
    if options["days_off"] is not None:
        changes["days_off"] = _read_days_off(options["days_off"])
    if options["template_version"] is not None:
        changes["template_version"] = options["template_version"]
    policies = {name: options[name] for name in POLICIES if options.get(name) is not None}
    wanted = replace(wanted, **changes, policies=replace(wanted.policies, **policies))
    if not has_payload_arguments(options):
        return wanted, []
    if template is None:
        raise InvalidArgument("This schedule has no template, so it has no values either.")
    version = find_version(template, wanted.template_version, wanted.variant)
    state = overlay_state(version, wanted.variant, wanted.values)
    state, notes = fill_payload(template.operation, state, options)
    # Own values are kept and shown to others, unlike what is sent once.
    if shown := find_credentials(state.text):
        raise InvalidArgument(f"{shown[0]} looks like a credential. Store it in a connection.")
    shared = read_content(version).state(wanted.variant)
    return replace(wanted, values=derive_edits(shared, state)), notes


def _read_moment(typed: str, zone: str) -> Any:
    try:
        get_zone(zone)
        return read_local_or_instant(typed, zone)
    except InvalidTiming as error:
        raise InvalidArgument(str(error)) from None


def _read_days_off(file: Path) -> str:
    # Such as an empty one, to skip none any more.
    try:
        return file.read_text("utf-8-sig").replace("\0", "")
    except OSError as error:
        raise InvalidArgument(f"Can't read {file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidArgument(f"{file} isn't UTF-8 text.") from None


def _add_filters(parser: ArgumentParser) -> None:
    parser.add_argument("--state", choices=Schedule.State.values)
    parser.add_argument("--template", help="name or ID of a template")
    parser.add_argument("--connection", help="name of a connection")
    parser.add_argument("--find", default="", help="words of names, people and connections")


def _add_schedule(parser: ArgumentParser) -> None:
    parser.add_argument("name_or_id", metavar="SCHEDULE", help="name or ID of the schedule")


def _add_template(parser: ArgumentParser) -> None:
    parser.add_argument("template", nargs="?", help="name or ID of the template")
    parser.add_argument("--sync", metavar="CONNECTION", help="sync a connection instead")


def _add_content(parser: ArgumentParser) -> None:
    parser.add_argument("--name", help="default: the name of the template")
    parser.add_argument("--when", metavar="PHRASE", help="'weekdays at 8:30', or a cron expression")
    parser.add_argument("--zone", help="a time zone such as Europe/Berlin")
    parser.add_argument("--variant", help="name of a variant")
    parser.add_argument(
        "--template-version", type=int, metavar="N", help="default: 0, the newest at each run"
    )
    local = "a local time such as 2026-12-24T18:00; empty for none"
    parser.add_argument("--from", dest="starts_at", metavar="TIME", help=local)
    parser.add_argument("--until", dest="ends_at", metavar="TIME", help=local)
    parser.add_argument(
        "--days-off", type=Path, metavar="FILE", help="days to skip, one on each line"
    )
    for name, kinds in (
        ("overlap", ScheduleVersion.Overlap),
        ("missed", ScheduleVersion.Missed),
        ("on-failure", ScheduleVersion.OnFailure),
    ):
        parser.add_argument(f"--{name}", choices=kinds.values)
    parser.add_argument("--missed-most", type=int, metavar="N", help="with --missed some")
    parser.add_argument("--pause-after", type=int, metavar="N", help="with --on-failure pause")
    parser.add_argument("--start-within", type=int, metavar="MINUTES", help="0 for any delay")
    parser.add_argument(
        "--webhook", metavar="URL", help="called when it fails, recovers or is paused"
    )
    add_payload_arguments(parser)
    parser.add_argument("--note", default="", help="what is new, for the list of versions")
    parser.add_argument(
        "--dry-run", action="store_true", help="show the next runs with their masked requests only"
    )
    _add_confirm(parser)


def _add_edit(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--base", type=int, help="the version that was changed; fails if there is a newer one"
    )
    parser.add_argument(
        "--reset-values", action="store_true", help="begin with the values of the template"
    )


def _add_export(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="SCHEDULE", help="default: all that you see")


def _add_import(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, help="YAML, JSON, zip or folder")
    parser.add_argument("--dry-run", action="store_true", help="only list what would happen")
    parser.add_argument(
        "--conflicts",
        choices=["leave", "copy", "version"],
        default="leave",
        help="what to do with schedules that have changed here as well",
    )


def _add_number(parser: ArgumentParser) -> None:
    parser.add_argument("--number", type=int, default=0, help="a version; default: the newest")


def _add_reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="why, for everybody who looks at it")


def _add_confirm(parser: ArgumentParser) -> None:
    parser.add_argument("--confirm", default="", help="name of a protected connection")


def _add_key(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--key", type=uuid.UUID, help="a UUID: called again with the same key, it runs only once"
    )
