"""Accounts are stored as the API lists them, without their cookies."""

import pytest
from model_bakery import baker

from playground.workspace.accounts import store_accounts
from playground.workspace.models import Account, Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return baker.make(Connection, name="Live", api="captain-data", variables='{"n": 1.10}')


def test_cookies_of_an_account_are_not_stored(connection) -> None:
    rows = [{"uid": "a-1", "name": "Jane", "is_valid": True, "cookies": {"li_at": "hush-hush"}}]
    assert store_accounts(connection, "linkedin", rows) == 1
    assert "hush-hush" not in str(Account.objects.values().get())


def test_accounts_that_are_no_longer_listed_are_removed(connection) -> None:
    store_accounts(connection, "linkedin", [{"uid": "a-1"}, {"uid": "a-2"}])
    store_accounts(connection, "mailfinder", [{"uid": "m-1"}])
    store_accounts(connection, "linkedin", [{"uid": "a-2"}])
    assert set(connection.accounts.values_list("uid", flat=True)) == {"a-2", "m-1"}
