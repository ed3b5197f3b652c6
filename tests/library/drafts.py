"""Drafts for the tests of this room."""

from playground.library.models import Connection, Draft
from playground.people.models import Person


def make_draft(person: Person, connection: Connection | None, text: str = "{}") -> Draft:
    return Draft.objects.create(
        person=person, operation="launch-workflow", connection=connection, text=text
    )
