"""The audit log: who did what, when, and from where."""

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from playground.people.audit import address_of, record_event
from playground.people.models import AuditEvent, Person

pytestmark = pytest.mark.django_db


def test_an_event_keeps_the_name_of_a_deleted_person(editor: Person) -> None:
    event = record_event(editor, "send", "Find e-mails", "accepted")
    editor.delete()
    event.refresh_from_db()
    assert (event.person, event.person_name, event.target) == (None, "editor", "Find e-mails")


def test_long_texts_are_cut() -> None:
    assert len(record_event(None, "send", "x" * 5000, "y" * 5000).target) == 300


def test_the_address_is_the_sockets_unless_a_proxy_is_set(settings: Settings) -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"}
    )
    assert address_of(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "9.9.9.9"


def test_a_refused_change_is_recorded(as_viewer: Client, viewer: Person) -> None:
    assert as_viewer.post("/people/invite/", {"role": "owner"}).status_code == 403
    event = AuditEvent.objects.get()
    assert (event.person, event.action, event.target) == (viewer, "refused", "invite")
    assert as_viewer.get("/people/").status_code == 403
    assert AuditEvent.objects.count() == 1, "looking writes nothing"
