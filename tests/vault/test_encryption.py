"""Sealed texts are unreadable at rest and come back unchanged."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from model_bakery import baker

from playground.vault.encryption import WrongKey, reseal, seal, unseal
from playground.vault.models import Secret


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_every_text_comes_back_unchanged(text: str) -> None:
    assert unseal(seal(text)) == text


def test_texts_of_the_first_versions_are_read_and_rotated(settings) -> None:
    token = Fernet(settings.SECRET_KEYS[0]).encrypt(b"hush")
    assert unseal(token) == "hush"
    assert unseal(reseal(token)) == "hush"
    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongKey):
        unseal(token)


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:5], lambda b: b + b"x"])
def test_a_damaged_text_is_never_read_in_part(change) -> None:
    with pytest.raises(WrongKey):
        unseal(change(seal("hush")))


def test_the_same_text_is_sealed_anew_each_time() -> None:
    assert seal("hush") != seal("hush")


def test_a_wrong_key_is_reported(settings) -> None:
    sealed = seal("hush")
    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongKey):
        unseal(sealed)


def test_rotation_keeps_the_text_and_needs_only_the_new_key(settings) -> None:
    sealed = seal("hush")
    fresh = Fernet.generate_key().decode()
    settings.SECRET_KEYS = [fresh, *settings.SECRET_KEYS]
    rotated = reseal(sealed)
    settings.SECRET_KEYS = [fresh]
    assert unseal(rotated) == "hush"


@pytest.mark.django_db
def test_the_database_never_holds_a_secret_in_the_clear() -> None:
    baker.make(Secret, name="key", value="s3cret-value-in-the-clear")
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM vault_secret")
        [(stored,)] = cursor.fetchall()
    assert b"s3cret" not in bytes(stored)
    assert Secret.objects.get().value == "s3cret-value-in-the-clear"
