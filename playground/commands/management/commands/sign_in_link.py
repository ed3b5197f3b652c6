"""Prints a link that signs somebody in once, for people who are locked out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands import startup, startup_links
from playground.people.audit import record_event
from playground.people.links import has_owner, make_owner_link, make_sign_in_link
from playground.people.models import Person, Role


class Command(BaseCommand):
    help = "Prints a sign-in link that works once, for one hour."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="whose link; else the first owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        startup.migrate()
        name = options["user"]
        if not name and not has_owner():
            token = make_owner_link()
        else:
            person = find_person(name) if name else find_owner()
            token = make_sign_in_link(person)
            name = person.username
        record_event(None, "link-made", name or "first owner")
        self.stdout.write(startup_links.link_address(token))


def find_person(name: str) -> Person:
    person = Person.objects.filter(username=name).first()
    if person is None:
        raise CommandError(f"There is nobody named {name}.")
    if not person.is_active:
        raise CommandError(f"{name} is deactivated. An owner can let them in again.")
    return person


def find_owner() -> Person:
    return Person.objects.filter(role=Role.OWNER, is_active=True).earliest("date_joined", "pk")
