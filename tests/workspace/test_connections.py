"""Base URLs and hosts; connections are saved, and lose their credential with their host."""

from dataclasses import replace

import pytest

from playground.vault.models import Secret
from playground.workspace.connections import (
    ConnectionInput,
    format_variables,
    host_of,
    resolve_base_url,
    resolve_hosts,
    save_connection,
    validate_base_url,
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


def test_sandbox_resolves_to_the_practice_server() -> None:
    resolved = resolve_base_url("sandbox:captain-data/v3", ORIGIN)
    assert resolved == "http://127.0.0.1:8123/sandbox/captain-data/v3"


def test_other_base_urls_stay_as_they_are() -> None:
    assert resolve_base_url("https://api.example.com/v3", ORIGIN) == "https://api.example.com/v3"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://api.example.com/v3", "api.example.com"),
        ("https://API.Example.com:8443/v3", "api.example.com:8443"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("http://[2001:db8::1]:81/", "[2001:db8::1]:81"),
        ("sandbox:captain-data/v3", "sandbox"),
    ],
)
def test_host_of_a_base_url(address: str, host: str) -> None:
    assert host_of(address) == host


def test_the_sandbox_host_resolves_to_its_current_port() -> None:
    assert resolve_hosts("sandbox", ORIGIN) == {"127.0.0.1:8123"}


def test_a_secret_without_a_host_goes_nowhere() -> None:
    assert resolve_hosts("", ORIGIN) == {"nowhere.invalid"}


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("ftp://api.example.com", "Start the base URL with https://"),
        ("api.example.com", "Start the base URL with https://"),
        ("https://", "no valid host"),
        ("https://api.example.com:0", "no valid host"),
        ("https://user:word@api.example.com", "Remove the part before @"),
        ("https://api.example.com/v3?key=1", "Remove the ? or # and everything after it."),
        ("https://api.example.com/v3#top", "Remove the ? or # and everything after it."),
        ("https://api.example.com/v3?", "Remove the ? or # and everything after it."),
        ("https://api.exa mple.com", "can't contain spaces"),
        ("http://127.0.0.1:80\\@example.com", "can't contain spaces"),
        ("https://api.example.com:notaport", "Check the host and the port"),
        ("https://[::1", "Check the host and the port"),
        ("https://{tenant}.example.com/v3", "Replace {tenant} with its value"),
        ("https://api.example.com/{tenant}", "Replace {tenant} with its value"),
        ("https://api.example.com/%7btenant%7d/v3", "Replace %7btenant%7d with its value"),
        ("https://api.example.com/<tenant>", "Replace <tenant> with its value"),
        ("https://api.example.com/${T}/{{x}}", "Replace ${T} with its value"),
        ("https://api.example.com/}", "Replace } with its value"),
        ("sandbox:../admin", "Write the API's path after sandbox:"),
        ("sandbox:", "Write the API's path after sandbox:"),
    ],
)
def test_invalid_base_urls_are_rejected(base_url: str, words: str) -> None:
    assert words in validate_base_url(base_url)


@pytest.mark.parametrize("base_url", ["https://api.example.com/v3", "sandbox:altcraft/api/v1.1"])
def test_valid_base_urls_are_accepted(base_url: str) -> None:
    assert validate_base_url(base_url) == ""
