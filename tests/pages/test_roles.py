"""What each role may do is said where roles are given and where they are met."""

import pytest
from django.test import Client
from django.urls import reverse

from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.people.models import Person, Role
from tests.history.exchanges import end_exchange, make_exchange
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db
REASON = "You are a viewer: you can look at everything here, but not edit or send."


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_roles_are_explained_where_they_are_given(as_owner: Client) -> None:
    page = read(as_owner, reverse("people"))
    for role in Role:
        assert f"<dt>{role.label.capitalize()}</dt><dd>{role.summary[:20]}" in page


def test_a_profile_explains_its_own_role(as_viewer: Client) -> None:
    page = read(as_viewer, reverse("profile"))
    assert "can&#x27;t edit or send" in page
    assert Role.EDITOR.summary not in page


def test_home_says_what_a_viewer_can_do(as_viewer: Client, as_editor: Client) -> None:
    page = read(as_viewer, "/")
    assert REASON in page
    assert "Templates shared with you" in page
    assert "Try a workflow" not in page
    page = read(as_editor, "/")
    assert REASON not in page
    assert "Start blank" in page


def test_a_viewer_sees_a_disabled_button_with_its_reason(
    as_viewer: Client, as_editor: Client, editor: Person
) -> None:
    template = make_template(editor, sharing=Sharing.VIEW)
    address = reverse("template", args=[template.id])
    page = read(as_viewer, address)
    button = 'class="button primary" disabled aria-describedby="viewers_only"'
    assert button in page
    assert f'id="viewers_only">{REASON}' in page
    assert "viewers_only" not in read(as_editor, address)


@pytest.mark.parametrize("path", ["/jobs/", "/history/"])
def test_empty_pages_say_what_is_true(
    path: str, as_viewer: Client, as_editor: Client, as_owner: Client, editor: Person
) -> None:
    # Somebody else's send: the page is empty for the others only.
    end_exchange(make_exchange(Person.objects.create_user("somebody")))
    assert "None of yours." in read(as_viewer, path)
    assert "Choose a workflow" not in read(as_viewer, path)
    assert "None of yours yet." in read(as_editor, path)
    assert "None of yours" not in read(as_owner, path)


def test_the_finder_has_pages_and_commands_of_the_role(
    as_viewer: Client, as_editor: Client, as_owner: Client
) -> None:
    viewer, editor, owner = (read(each, "/find/") for each in (as_viewer, as_editor, as_owner))
    assert "Jobs" in viewer
    assert "command" not in viewer
    assert reverse("create_draft") in editor
    assert "Invite someone" not in editor
    assert "Invite someone" in owner
    assert reverse("status") in owner
    assert "New draft" in read(as_editor, "/find/?find=NEW+d")


def test_the_first_visit_says_where_the_owners_link_is(client: Client, viewer: Person) -> None:
    assert "No owner exists yet." in read(client, reverse("sign_in"))
    Person.objects.update(role=Role.OWNER)
    assert "No owner exists yet." not in read(client, reverse("sign_in"))


def test_error_pages_have_navigation(as_viewer: Client) -> None:
    answer = as_viewer.get("/nothing-here/", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert '<a href="/workflows/">' in answer.content.decode()


def test_revoking_and_restoring_say_what_is_lost_first(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    create_share_link(editor, template, ShareLinkInput("view"))
    versions = Template.objects.get().versions.get()
    versions.pk, versions.number = None, 2
    versions.save()
    Template.objects.update(latest_version=2)
    page = read(as_editor, reverse("template", args=[template.id]))
    assert 'hx-confirm="Revoke this link? It was opened 0 times.' in page
    assert 'hx-confirm="Restore version 1?' in page
