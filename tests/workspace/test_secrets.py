"""Secrets are stored encrypted, bound to hosts, and read only by calls."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from playground.drafts.credentials import bind_secrets, draft_secrets, store_draft_secret
from playground.vault.models import Secret
from playground.workspace.secrets import (
    delete_secret,
    is_use_recorded,
    list_secrets,
    note_secret_use,
    store_secret,
    to_wire,
)
from tests.drafts.drafts import make_draft
from tests.workspace.test_connections import make_connection

pytestmark = pytest.mark.django_db
ORIGIN = "http://127.0.0.1:8123"


def test_a_credential_is_bound_to_its_host() -> None:
    kept = make_connection(base_url="https://api.example.com:8443/v3")
    store_secret(kept, "key", "top-secret-value", None)
    [secret] = to_wire(list_secrets(kept, None), kept, ORIGIN)
    assert (secret.name, secret.value) == ("key", "top-secret-value")
    assert secret.hosts == {"api.example.com:8443"}
    assert "top-secret-value" not in repr(secret)


def test_storing_a_credential_again_replaces_it() -> None:
    kept = make_connection()
    store_secret(kept, "key", "the former value", None)
    store_secret(kept, "key", "the newer value", None)
    assert [secret.value for secret in kept.secrets.all()] == ["the newer value"]


def test_deleting_reports_whether_there_was_one() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    assert delete_secret(kept, "key")
    assert not delete_secret(kept, "key")


def test_the_last_use_is_recorded() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    note_secret_use(kept, None, ["key"])
    assert kept.secrets.get().last_used_at is not None


@pytest.mark.parametrize(
    ("seconds_ago", "is_recorded"), [(0, True), (50, True), (70, False), (-50, True), (-70, False)]
)
def test_a_use_is_recorded_once_a_minute(seconds_ago: int, is_recorded: bool) -> None:
    used = timezone.now() - timedelta(seconds=seconds_ago)
    assert is_use_recorded(Secret(last_used_at=used)) == is_recorded


def test_a_secret_never_used_has_no_recorded_use() -> None:
    assert not is_use_recorded(Secret())


def test_a_credential_found_in_a_document_moves_into_the_draft(editor) -> None:
    draft = make_draft(editor, make_connection())
    assert store_draft_secret(draft, "token", "found-in-the-text", editor) == "{{secret:token}}"
    [secret] = draft_secrets(draft, ORIGIN)
    assert secret.value == "found-in-the-text"
    assert secret.hosts == {"api.example.com"}


def test_the_same_value_is_stored_once_and_another_gets_its_own_name(editor) -> None:
    draft = make_draft(editor, make_connection())
    first = store_draft_secret(draft, "cookies/li_at", "value-number-one", editor)
    assert store_draft_secret(draft, "li_at", "value-number-one", editor) == first
    assert store_draft_secret(draft, "cookies/li_at", "value-number-two", editor) != first


def test_a_credential_pasted_without_a_connection_is_bound_later(editor) -> None:
    draft = make_draft(editor, None)
    store_draft_secret(draft, "token", "found-in-the-text", editor)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"nowhere.invalid"}
    draft.connection = make_connection()
    bind_secrets(draft)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"api.example.com"}


def test_a_bound_credential_stays_bound_to_its_host(editor) -> None:
    draft = make_draft(editor, make_connection())
    store_draft_secret(draft, "token", "found-in-the-text", editor)
    draft.connection = make_connection(name="Other", base_url="https://other.example.com")
    bind_secrets(draft)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"api.example.com"}


def test_credentials_are_encrypted_in_the_database() -> None:
    store_secret(make_connection(), "key", "top-secret-value", None)
    with database.cursor() as cursor:
        cursor.execute("SELECT value FROM vault_secret")
        assert b"top-secret-value" not in bytes(cursor.fetchone()[0])
