"""Owners' pages: people, invites and the audit log."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from playground.people.audit import record_event
from playground.people.models import AuditEvent, OneTimeLink, Person, Role

pytestmark = pytest.mark.django_db


def test_an_invite_is_shown_once_and_works(as_owner: Client) -> None:
    answer = as_owner.post(reverse("invite"), {"role": "editor", "note": "Grace"})
    found = re.search(r"http://testserver(/link/[\w-]+/)", answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "no-store"
    page = as_owner.get(reverse("people")).content.decode()
    assert found[1] not in page
    assert "Grace" in page
    assert Client().get(found[1]).status_code == 200


def test_an_invite_can_be_withdrawn(as_owner: Client) -> None:
    as_owner.post(reverse("invite"), {"role": "editor"})
    link = OneTimeLink.objects.get()
    assert as_owner.post(reverse("withdraw_invite", args=[link.pk])).status_code == 302
    assert not OneTimeLink.objects.exists()


def test_a_role_is_changed_and_recorded(as_owner: Client, viewer: Person) -> None:
    address = reverse("change_role", args=[viewer.pk])
    assert as_owner.post(address, {"role": "king"}).status_code == 422
    assert as_owner.post(address, {"role": "editor"}).status_code == 302
    viewer.refresh_from_db()
    assert viewer.role == Role.EDITOR
    assert AuditEvent.objects.get().target == "viewer: editor"


def test_the_only_owner_is_told_why_they_cannot_leave(as_owner: Client, owner: Person) -> None:
    answer = as_owner.post(reverse("change_role", args=[owner.pk]), {"role": "viewer"})
    assert answer.status_code == 409
    assert b"This is the only owner." in answer.content
    answer = as_owner.post(reverse("change_active", args=[owner.pk]), {"active": "no"})
    assert answer.status_code == 409


def test_a_person_is_deactivated_and_reactivated(as_owner: Client, viewer: Person) -> None:
    address = reverse("change_active", args=[viewer.pk])
    as_owner.post(address, {"active": "no"})
    viewer.refresh_from_db()
    assert not viewer.is_active
    as_owner.post(address, {"active": "yes"})
    viewer.refresh_from_db()
    assert viewer.is_active


def test_the_audit_log_is_filtered_and_paged(as_owner: Client, owner: Person) -> None:
    for number in range(60):
        record_event(owner, "send", f"workflow {number}", "ok" if number else "refused")
    address = reverse("audit")
    first = as_owner.get(address).content.decode()
    assert "workflow 59" in first
    assert "workflow 5<" not in first
    [older] = re.findall(r'rel="next" href="([^"]*)"', first)
    assert "workflow 5<" in as_owner.get(address + older).content.decode()
    refused = as_owner.get(address, {"result": "other", "action": "send"}).content.decode()
    assert "workflow 0" in refused
    assert "workflow 59" not in refused
    assert b"No events match these filters." in as_owner.get(address, {"person": "x"}).content


@pytest.mark.parametrize("number", ["0", "-1", "x", "9999999999999999999999"])
def test_an_invalid_page_number_shows_the_nearest_page(as_owner: Client, number: str) -> None:
    assert as_owner.get(reverse("audit"), {"page": number}).status_code == 200
