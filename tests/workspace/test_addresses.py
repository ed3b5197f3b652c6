"""Base addresses: where they lead, what a credential is bound to, what is refused."""

import pytest

from playground.workspace.addresses import (
    host_of,
    resolve_base_url,
    resolve_hosts,
    validate_base_url,
)

ORIGIN = "http://127.0.0.1:8123"


def test_sandbox_leads_to_this_installations_practice_server() -> None:
    resolved = resolve_base_url("sandbox:captain-data/v3", ORIGIN)
    assert resolved == "http://127.0.0.1:8123/sandbox/captain-data/v3"


def test_another_address_stays_as_it_is() -> None:
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
def test_it_names_the_host_a_credential_is_bound_to(address: str, host: str) -> None:
    assert host_of(address) == host


def test_the_sandbox_host_is_the_port_it_listens_on_now() -> None:
    assert resolve_hosts("sandbox", ORIGIN) == {"127.0.0.1:8123"}


def test_a_secret_without_a_host_goes_nowhere() -> None:
    assert resolve_hosts("", ORIGIN) == {"nowhere.invalid"}


@pytest.mark.parametrize(
    "address",
    [
        "ftp://api.example.com",
        "api.example.com",
        "https://",
        "https://user:word@api.example.com",
        "https://api.example.com/v3?key=1",
        "https://api.example.com/v3#top",
        "https://api.exa mple.com",
        "http://127.0.0.1:80\\@example.com",
        "https://api.example.com:notaport",
        "https://[::1",
        "sandbox:../admin",
        "sandbox:",
    ],
)
def test_it_refuses_an_address_that_is_none(address: str) -> None:
    assert validate_base_url(address)


@pytest.mark.parametrize("address", ["https://api.example.com/v3", "sandbox:altcraft/api/v1.1"])
def test_it_takes_an_address(address: str) -> None:
    assert validate_base_url(address) == ""
