"""The team: joining, changing roles, leaving."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from playground.people.models import Person, Role


class LastOwner(ValueError):
    """There would be no owner left; the text is a message for people."""

    def __init__(self) -> None:
        super().__init__(_("This is the only owner. Make somebody else an owner first."))


def add_person(name: str, password: str, role: Role) -> Person:
    """Create a person. Without a password they can sign in by one-time link only."""
    person = Person(username=Person.normalize_username(name), role=role)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.save()
    return person


def set_role(person: Person, role: Role) -> None:
    """Give a person another role. Raises LastOwner."""
    with transaction.atomic():
        if role is not Role.OWNER:
            _check_other_owner(person)
        Person.objects.filter(pk=person.pk).update(role=role)
    person.role = role


def set_active(person: Person, active: bool) -> None:
    """Let a person in again, or out at once. Raises LastOwner."""
    with transaction.atomic():
        if not active:
            _check_other_owner(person)
            person.links.all().delete()
        Person.objects.filter(pk=person.pk).update(is_active=active)
    person.is_active = active
    if not active:
        end_sessions(person)


def _check_other_owner(person: Person) -> None:
    """Raise LastOwner if nobody else is an active owner."""
    # Locked until the transaction ends, so that two owners can't remove each other at once.
    owners = Person.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    if {owner.pk for owner in owners} == {person.pk}:
        raise LastOwner


def end_sessions(person: Person) -> None:
    """Sign a person out everywhere."""
    # Sessions are encoded, so none can be found by its person. There are few.
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
