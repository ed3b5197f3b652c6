"""Drafts for the tests of this room."""

from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection


def make_draft(person: Person, connection: Connection | None, text: str = "{}") -> Draft:
    return Draft.objects.create(
        person=person, operation="launch-workflow", connection=connection, text=text
    )
