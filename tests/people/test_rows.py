"""Rows found and written without the ORM's SQL are the same rows."""

import uuid

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from playground.drafts.drafts import find_draft, start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.people.rows import Rows, ask, insert, tell, twin, update
from playground.people.sessions import SessionStore
from playground.workspace.models import Account, Connection
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_row_has_every_field_as_django_reads_it(editor: Person) -> None:
    made = Connection.objects.create(name="One", api="altcraft", settings={"a": [1]})
    draft = start_draft(
        editor, "start-scenario", '{"a": 1.10}', connection=made, path_values={"x": "y"}
    )
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
    draft = start_draft(editor, "start-scenario", "{}")
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


def test_a_twin_can_be_changed_without_the_row_it_was_made_from(editor: Person) -> None:
    one, two = (Connection.objects.create(name=name, api="altcraft") for name in ("One", "Two"))
    begun = start_draft(editor, "start-scenario", "{}", connection=one)
    draft = find_draft(editor, begun.id)
    changed = twin(draft)
    changed.text, changed.connection_id = '{"a": 1}', two.id
    assert (draft.text, draft.connection) == ("{}", one)
    assert changed.connection == two
    changed.save()
    assert Draft.objects.get(id=begun.id).connection == two


def test_several_rows_are_added_at_once(editor: Person) -> None:
    made = Connection.objects.create(name="One", api="captain-data")
    values = {"connection_id": made.id, "integration": "x", "name": "n", "valid": None}
    values |= {"limits": "[]", "synced_at": None}
    insert(Account, {**values, "uid": "a"}, {**values, "uid": "b"})
    assert sorted(made.accounts.values_list("uid", flat=True)) == ["a", "b"]


def test_what_the_database_refuses_is_told_as_django_does(editor: Person) -> None:
    start_draft(editor, "start-scenario", "{}")
    with pytest.raises(DatabaseError), transaction.atomic():
        tell("UPDATE no_such_table SET a = %s", [1])
    assert ask("SELECT COUNT(*) FROM drafts_draft WHERE name = %s", [""]) == [(1,)]


def test_a_session_is_read_by_its_own_key_only(as_editor: Client, settings) -> None:
    assert as_editor.get("/").status_code == 200
    settings.SECRET_KEY = "another key"
    assert as_editor.get("/").status_code == 302


def test_what_one_request_does_to_its_session_no_other_sees(as_editor: Client) -> None:
    key = as_editor.session.session_key
    first, second = SessionStore(key), SessionStore(key)
    first["only here"] = True
    assert "only here" not in second
    first.save()
    assert SessionStore(key)["only here"] is True
