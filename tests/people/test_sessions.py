"""A copy of the database can't be used to sign in."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from playground.people.models import Person
from playground.people.sessions import SessionStore, hash_session_key
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return client


def test_a_stored_key_signs_nobody_in(editor: Person) -> None:
    cookie = cookie_of(signed_in(editor))
    stored = Session.objects.get().session_key
    assert stored == hash_session_key(cookie) != cookie
    assert with_cookie(cookie).get("/profile/").status_code == 200
    assert with_cookie(stored).get("/profile/").status_code == 302


def test_a_made_up_key_is_never_accepted(editor: Person) -> None:
    session = SessionStore("0123456789abcdef0123456789abcdef")
    session["a"] = 1
    session.save()
    assert session.session_key != "0123456789abcdef0123456789abcdef"
    assert SessionStore(session.session_key)["a"] == 1


def test_signing_out_deletes_the_session(editor: Person) -> None:
    client = signed_in(editor)
    client.post("/sign-out/")
    assert not Session.objects.exists()


def test_people_stay_signed_in_when_old_keys_are_hashed(editor: Person) -> None:
    cookie = cookie_of(signed_in(editor))
    # As Django's own backend stored it.
    Session.objects.update(session_key=cookie)
    migration = import_module("playground.people.migrations.0003_hash_session_keys")
    for _ in range(2):
        migration.hash_keys(apps, SimpleNamespace(connection=connection))
    assert Session.objects.get().session_key == hash_session_key(cookie)
    assert with_cookie(cookie).get("/profile/").status_code == 200
