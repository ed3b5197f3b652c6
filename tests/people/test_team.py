"""The team: roles, leaving, and the owner who must stay."""

import pytest
from django.test import Client
from django.urls import reverse

from playground.people.models import Person, Role
from playground.people.team import LastOwner, add_person, set_active, set_role
from tests.conftest import make_person, signed_in

pytestmark = pytest.mark.django_db


def test_the_only_owner_stays_owner_and_active(owner: Person) -> None:
    with pytest.raises(LastOwner, match="only owner"):
        set_role(owner, Role.EDITOR)
    with pytest.raises(LastOwner):
        set_active(owner, False)
    owner.refresh_from_db()
    assert owner.is_owner


def test_a_deactivated_owner_does_not_count(owner: Person) -> None:
    second = make_person(Role.OWNER, "second")
    set_active(second, False)
    with pytest.raises(LastOwner):
        set_role(owner, Role.VIEWER)


def test_one_of_two_owners_may_step_down(owner: Person) -> None:
    make_person(Role.OWNER, "second")
    set_role(owner, Role.VIEWER)
    owner.refresh_from_db()
    assert owner.role == Role.VIEWER


def test_a_deactivated_person_is_out_at_once(
    owner: Person, editor: Person, as_editor: Client
) -> None:
    assert as_editor.get(reverse("profile")).status_code == 200
    set_active(editor, False)
    assert as_editor.get(reverse("profile")).status_code == 302


def test_letting_in_again_does_not_revive_old_sessions(owner: Person, editor: Person) -> None:
    client = signed_in(editor)
    set_active(editor, False)
    set_active(editor, True)
    assert client.get(reverse("profile")).status_code == 302


def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one() -> None:
    person = add_person("ada", "", Role.OWNER)
    assert not person.has_usable_password()
    assert not person.check_password("")


@pytest.mark.parametrize(
    ("role", "viewer", "editor", "owner"),
    [
        (Role.VIEWER, True, False, False),
        (Role.EDITOR, True, True, False),
        (Role.OWNER, True, True, True),
    ],
)
def test_a_role_includes_the_lower_ones(
    role: Role, viewer: bool, editor: bool, owner: bool
) -> None:
    person = Person(role=role)
    rights = [person.has_role(other) for other in (Role.VIEWER, Role.EDITOR, Role.OWNER)]
    assert rights == [viewer, editor, owner]
