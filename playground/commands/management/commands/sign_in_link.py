"""`manage.py sign_in_link`: a one-time link for people who are locked out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands.startup import explain_missing_person, format_link, migrate
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.people.tokens import has_owner, make_owner_link, make_sign_in_link


class Command(BaseCommand):
    help = "Print a sign-in link that works once, within an hour."
    # It must work even if a check fails: it is for people who can't sign in to find out why.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="whose; default: the first owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        name = options["user"]
        if not name and not has_owner():
            token = make_owner_link()
        else:
            person = find_recipient(name) if name else find_first_owner()
            token = make_sign_in_link(person)
            name = person.username
        # Visible to every owner, as such a link opens an account.
        record_event(None, "link-made", name or "first owner")
        self.stdout.write(format_link(token))


def find_recipient(name: str) -> Person:
    person = Person.objects.filter(username=name).first()
    if person is None:
        raise CommandError(explain_missing_person(name))
    if not person.is_active:
        raise CommandError(f"{name} is deactivated. An owner can reactivate them.")
    return person


def find_first_owner() -> Person:
    return Person.objects.filter(role=Role.OWNER, is_active=True).earliest("date_joined", "pk")
