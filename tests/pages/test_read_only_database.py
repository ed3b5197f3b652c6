"""A database that could not be written for a while is used again as soon as it can be."""

import pytest
from django.db import connection
from django.test import Client

from playground.people.models import Role
from playground.vault.storage_errors import Cause, drop_read_only_connection
from tests.conftest import make_person, signed_in

# What makes this connection read-only until it is opened anew.
MAKE_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on",
}


def make_draft(client: Client) -> int:
    client.raise_request_exception = False
    return client.post("/drafts/new/", {"operation": "start-scenario"}).status_code


@pytest.mark.django_db(transaction=True)
def test_a_page_writes_again_after_a_read_only_connection() -> None:
    client = signed_in(make_person(Role.EDITOR))
    with connection.cursor() as cursor:
        cursor.execute(MAKE_READ_ONLY[connection.vendor])
    assert make_draft(client) == 503
    assert make_draft(client) == 302


@pytest.mark.django_db
def test_an_open_transaction_keeps_its_connection() -> None:
    used = connection.connection
    drop_read_only_connection(Cause.READ_ONLY)
    assert connection.connection is used
