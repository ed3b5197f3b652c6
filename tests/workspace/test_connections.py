"""Connections keep what they are told, and lose their credential when their host changes."""

from dataclasses import replace

import pytest
from django.db import connection as database

from playground.drafts.credentials import bind_secrets, draft_secrets, store_draft_secret
from playground.vault.models import Secret
from playground.workspace.connections import (
    ConnectionInput,
    format_variables,
    save_connection,
    validate_connection,
)
from playground.workspace.models import Connection
from playground.workspace.secrets import (
    delete_secret,
    list_secrets,
    note_secret_use,
    store_secret,
    to_wire,
)
from tests.drafts.drafts import make_draft

pytestmark = pytest.mark.django_db
ORIGIN = "http://127.0.0.1:8123"
WANTED = ConnectionInput(name="Live", api="captain-data", base_url="https://api.example.com/v3/")


def make_connection(**changes: object) -> Connection:
    return save_connection(replace(WANTED, **changes))


def test_it_keeps_what_was_asked() -> None:
    kept = make_connection(variables={"team": "Ops"}, settings={"project_id": "p", "way": ""})
    kept.refresh_from_db()
    assert kept.base_url == "https://api.example.com/v3"
    assert kept.settings == {"project_id": "p"}
    assert format_variables(kept) == {"team": "Ops"}


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.com/v3",
        "https://api.example.com:8443/v3",
        "http://api.example.com/v3",
        "sandbox:captain-data/v3",
    ],
)
def test_another_host_takes_the_credential_away(address: str) -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    save_connection(replace(WANTED, base_url=address), kept)
    assert not Secret.objects.exists()


def test_another_path_on_the_same_host_keeps_the_credential() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    save_connection(replace(WANTED, base_url="https://api.example.com/v4"), kept)
    assert kept.secrets.get().value == "top-secret-value"


def test_two_connections_do_not_share_a_name() -> None:
    kept = make_connection()
    assert "name" in validate_connection(WANTED)
    assert validate_connection(WANTED, kept) == {}


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = replace(WANTED, name=" ", base_url="ftp://x", colour="pink", variables={"a b": "1"})
    assert set(validate_connection(wrong)) == {"name", "base_url", "colour", "variables"}


def test_a_credential_becomes_a_value_for_its_host_only() -> None:
    kept = make_connection(base_url="https://api.example.com:8443/v3")
    store_secret(kept, "key", "top-secret-value", None)
    [secret] = to_wire(list_secrets(kept, None), kept, ORIGIN)
    assert (secret.name, secret.value) == ("key", "top-secret-value")
    assert secret.hosts == {"api.example.com:8443"}
    assert "top-secret-value" not in repr(secret)


def test_replacing_a_credential_leaves_one() -> None:
    kept = make_connection()
    store_secret(kept, "key", "the former value", None)
    store_secret(kept, "key", "the newer value", None)
    assert [secret.value for secret in kept.secrets.all()] == ["the newer value"]


def test_removing_tells_whether_there_was_one() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    assert delete_secret(kept, "key")
    assert not delete_secret(kept, "key")


def test_the_last_use_is_noted() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    note_secret_use(kept, None, ["key"])
    assert kept.secrets.get().last_used_at is not None


def test_a_credential_found_in_a_document_moves_into_the_draft(editor) -> None:
    draft = make_draft(editor, make_connection())
    assert store_draft_secret(draft, "token", "found-in-the-text", editor) == "{{secret:token}}"
    [secret] = draft_secrets(draft, ORIGIN)
    assert secret.value == "found-in-the-text"
    assert secret.hosts == {"api.example.com"}


def test_the_same_value_is_taken_in_once_and_another_gets_its_own_name(editor) -> None:
    draft = make_draft(editor, make_connection())
    first = store_draft_secret(draft, "cookies/li_at", "value-number-one", editor)
    assert store_draft_secret(draft, "li_at", "value-number-one", editor) == first
    assert store_draft_secret(draft, "cookies/li_at", "value-number-two", editor) != first


def test_a_credential_pasted_before_there_is_a_connection_goes_nowhere_yet(editor) -> None:
    draft = make_draft(editor, None)
    store_draft_secret(draft, "token", "found-in-the-text", editor)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"nowhere.invalid"}
    draft.connection = make_connection()
    bind_secrets(draft)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"api.example.com"}


def test_a_bound_credential_is_not_bound_anew(editor) -> None:
    draft = make_draft(editor, make_connection())
    store_draft_secret(draft, "token", "found-in-the-text", editor)
    draft.connection = make_connection(name="Other", base_url="https://other.example.com")
    bind_secrets(draft)
    assert draft_secrets(draft, ORIGIN)[0].hosts == {"api.example.com"}


def test_the_database_holds_no_credential_in_the_clear() -> None:
    store_secret(make_connection(), "key", "top-secret-value", None)
    with database.cursor() as cursor:
        cursor.execute("SELECT value FROM vault_secret")
        assert b"top-secret-value" not in bytes(cursor.fetchone()[0])
