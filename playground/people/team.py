"""Who belongs to the team: joining, changing roles, leaving."""

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from playground.people.models import Person, Role


class LastOwner(ValueError):
    """There would be no owner left; the text is a sentence for people."""

    def __init__(self) -> None:
        super().__init__(_("This is the only owner. Make somebody else an owner first."))


def join(name: str, password: str, role: Role) -> Person:
    """A new person. Without a password they sign in by one-time link only."""
    person = Person(username=Person.normalize_username(name), role=role)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.save()
    return person


def give_role(person: Person, role: Role) -> None:
    """Raises LastOwner if nobody would be an owner any more."""
    with transaction.atomic():
        if role is not Role.OWNER:
            keep_an_owner(person)
        Person.objects.filter(pk=person.pk).update(role=role)
    person.role = role


def set_active(person: Person, active: bool) -> None:
    """Lets a person in again, or out at once. Raises LastOwner."""
    with transaction.atomic():
        if not active:
            keep_an_owner(person)
            person.links.all().delete()
        Person.objects.filter(pk=person.pk).update(is_active=active)
    person.is_active = active
    if not active:
        end_sessions(person)


def keep_an_owner(person: Person) -> None:
    others = Person.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=person.pk)
    if person.is_owner and not others.exists():
        raise LastOwner


def end_sessions(person: Person) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
