"""Connections are saved as entered, and lose their credential when their host changes."""

from dataclasses import replace

import pytest

from playground.vault.models import Secret
from playground.workspace.connections import (
    ConnectionInput,
    format_variables,
    save_connection,
    validate_connection,
)
from playground.workspace.models import Connection
from playground.workspace.secrets import (
    store_secret,
)

pytestmark = pytest.mark.django_db
ORIGIN = "http://127.0.0.1:8123"
WANTED = ConnectionInput(name="Live", api="captain-data", base_url="https://api.example.com/v3/")


def make_connection(**changes: object) -> Connection:
    return save_connection(replace(WANTED, **changes))


def test_the_form_values_are_saved() -> None:
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
def test_another_host_removes_the_credential(address: str) -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    save_connection(replace(WANTED, base_url=address), kept)
    assert not Secret.objects.exists()


def test_another_path_on_the_same_host_keeps_the_credential() -> None:
    kept = make_connection()
    store_secret(kept, "key", "top-secret-value", None)
    save_connection(replace(WANTED, base_url="https://api.example.com/v4"), kept)
    assert kept.secrets.get().value == "top-secret-value"


def test_two_connections_cannot_have_the_same_name() -> None:
    kept = make_connection()
    assert "name" in validate_connection(WANTED)
    assert validate_connection(WANTED, kept) == {}


def test_all_invalid_values_are_reported_at_once() -> None:
    wrong = replace(WANTED, name=" ", base_url="ftp://x", colour="pink", variables={"a b": "1"})
    assert set(validate_connection(wrong)) == {"name", "base_url", "colour", "variables"}
