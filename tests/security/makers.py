"""Objects for routes with parameters: a maker for each, so that new routes are tested too.

A maker takes the person who asks and gives the route's parameters; what it makes is that
person's own.
"""

from collections.abc import Callable
from typing import Any

from playground.people.links import find_link, make_invite, make_owner_link
from playground.people.models import Person, Role
from tests.conftest import make_person

Maker = Callable[[Person], dict[str, Any]]


def make_colleague(person: Person) -> dict[str, Any]:
    return {"person_id": make_person(Role.EDITOR, "colleague").pk}


def make_open_invite(person: Person) -> dict[str, Any]:
    link = find_link(make_invite(Role.EDITOR, person))
    assert link
    return {"link_id": link.pk}


MAKERS: dict[str, Maker] = {
    "link": lambda person: {"token": make_owner_link()},
    "change_role": make_colleague,
    "change_active": make_colleague,
    "withdraw_invite": make_open_invite,
}
