"""Rows found and written without the ORM's SQL are the same rows."""

import uuid

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from playground.library.drafts import begin, find_draft
from playground.library.models import Account, Connection, Draft
from playground.people.models import Person
from playground.people.rows import Rows, insert, update
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_row_has_every_field_as_django_reads_it(editor: Person) -> None:
    made = Connection.objects.create(name="One", api="altcraft", settings={"a": [1]})
    draft = begin(editor, "start-scenario", '{"a": 1.10}', connection=made, path_values={"x": "y"})
    found = Rows(Draft, "id", "person_id").first(draft.id, editor.pk)
    known = Draft.objects.get(id=draft.id)
    assert found == known
    for field in Draft._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(known, field.attname), field.name
    assert find_draft(editor, draft.id).connection == made


def test_no_row_is_none() -> None:
    assert Rows(Draft, "id").first(uuid.uuid4()) is None
    assert Rows(Draft, "id").all(uuid.uuid4()) == []


def test_only_some_fields_come_as_bare_values() -> None:
    made = Connection.objects.create(name="One", api="captain-data")
    for uid, valid in (("a", True), ("b", False), ("c", None)):
        values = {"connection_id": made.id, "integration": "x", "uid": uid, "name": uid}
        insert(Account, {**values, "valid": valid, "limits": "[]", "synced_at": None})
    found = Rows(Account, "connection_id", only=["uid", "valid"]).values(made.id)
    assert sorted(found) == [["a", True], ["b", False], ["c", None]]


def test_an_update_says_how_many_rows_it_changed(editor: Person) -> None:
    draft = begin(editor, "start-scenario", "{}")
    assert update(Draft, {"id": draft.id, "revision": 0}, {"text": '{"é": 1}', "revision": 1}) == 1
    assert update(Draft, {"id": draft.id, "revision": 0}, {"text": "{}", "revision": 1}) == 0
    draft.refresh_from_db()
    assert (draft.text, draft.revision) == ('{"é": 1}', 1)


def test_an_expired_session_signs_nobody_in(as_editor: Client) -> None:
    assert as_editor.get("/").status_code == 200
    Session.objects.update(expire_date=timezone.now())
    assert as_editor.get("/").status_code == 302


def test_a_deactivated_person_is_signed_out_and_stays_out(
    as_editor: Client, editor: Person
) -> None:
    Person.objects.filter(pk=editor.pk).update(is_active=False)
    assert as_editor.get("/").status_code == 302
    assert authenticate(username=editor.username, password=PASSWORD) is None
