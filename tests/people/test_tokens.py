"""One-time links: they work once, expire, and stop with what they stand for."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from playground.people.models import OneTimeLink, Person, Role
from playground.people.team import set_active
from playground.people.tokens import (
    find_link,
    make_invite,
    make_owner_link,
    make_sign_in_link,
    use_link,
)
from tests.conftest import make_person

pytestmark = pytest.mark.django_db


def test_a_link_is_found_by_its_token_and_stored_as_a_digest() -> None:
    token = make_owner_link()
    link = find_link(token)
    assert link
    assert link.role == Role.OWNER
    assert token not in str(OneTimeLink.objects.values())


def test_a_link_works_once() -> None:
    token = make_owner_link()
    link = find_link(token)
    assert link
    assert use_link(link)
    assert not use_link(link)
    assert find_link(token) is None


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_expires_after_an_hour(minutes: int, works: bool) -> None:
    token = make_owner_link()
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert bool(find_link(token)) is works


def test_an_owners_link_stops_working_once_there_is_an_owner() -> None:
    token = make_owner_link()
    make_person(Role.OWNER)
    assert find_link(token) is None


def test_the_link_of_a_deactivated_person_stops_working(owner: Person, editor: Person) -> None:
    token = make_sign_in_link(editor)
    set_active(editor, False)
    set_active(editor, True)
    assert find_link(token) is None


def test_an_invite_lasts_a_week(owner: Person) -> None:
    token = make_invite(Role.EDITOR, owner)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert find_link(token)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert find_link(token) is None


def test_nonsense_finds_nothing() -> None:
    assert find_link("") is None
    assert find_link("x" * 5000) is None
