"""What commands for scripts share: exit statuses, arguments that name things, and their end."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.stopping import finish_sends
from playground.importers.tables import FORMATS, Reading
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import find_templates_by_name
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection

# Scripts depend on these numbers.
REFUSED, INVALID_ARGUMENTS, NOT_SENT, UNKNOWN = 1, 2, 3, 4
# Names for delimiters that are hard to type.
DELIMITERS = {"tab": "\t", "\\t": "\t", "none": ""}


class InvalidArgument(ValueError):
    """An argument names nothing that exists; the text is a sentence for people."""


class SendingCommand(BaseCommand):
    """A command whose process sends, and may take over what one that died has left."""

    def run_from_argv(self, argv: list[str]) -> None:
        """Run the command, then let what it sends finish: cut off, it would end as unknown."""
        try:
            super().run_from_argv(argv)
        finally:
            finish_sends()


def find_template(person: Person, name: str) -> Template:
    """The template of this name or ID. Raises InvalidArgument."""
    found = find_templates_by_name(person, name)
    # A person's own templates come before those that others share.
    own = [row for row in found if row.person_id == person.pk] or found
    if len(own) == 1:
        return own[0]
    if not own:
        raise InvalidArgument(f"There is no template named {name}.")
    ids = ", ".join(str(row.id) for row in own)
    raise InvalidArgument(f"{len(own)} templates are named {name}. Use one of their IDs: {ids}.")


def find_version(template: Template, number: int = 0, variant: str = "") -> Version:
    """A version, 0 for the newest, that has this variant. Raises InvalidArgument."""
    if number < 0 or number > template.latest_version:
        raise InvalidArgument(f"{template.name} has no version {number}.")
    version = get_version(template, number)
    content = read_content(version)
    if variant and find_variant(content.variants, variant) is None:
        names = ", ".join(each.name for each in content.variants) or "none"
        raise InvalidArgument(f"{template.name} has no variant {variant}. Its variants: {names}.")
    return version


def find_named_connection(name: str) -> Connection:
    """The connection of this name. Raises InvalidArgument."""
    connection = Connection.objects.filter(name=name).first()
    if connection is None:
        raise InvalidArgument(f"There is no connection named {name}.")
    return connection


def add_reading_arguments(parser: ArgumentParser) -> None:
    """Add the options that say how a table is read."""
    parser.add_argument("--delimiter", help="one character, tab, or none for a single column")
    parser.add_argument("--encoding", help="for example utf-8 or cp1252")
    parser.add_argument("--sheet", help="name of a sheet; default: the first visible one")
    parser.add_argument("--format", choices=FORMATS, help="default: by content and name")
    parser.add_argument(
        "--header",
        action=BooleanOptionalAction,
        help="whether the first row has titles; default: recognised",
    )


def make_reading(options: dict[str, Any]) -> Reading:
    """How to read a table, from the options of `add_reading_arguments`."""
    delimiter = options["delimiter"]
    return Reading(
        format=options["format"],
        encoding=options["encoding"],
        delimiter=DELIMITERS.get(delimiter, delimiter),
        sheet=options["sheet"],
        has_header=options["header"],
    )
