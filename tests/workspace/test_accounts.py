"""Accounts are stored as the API lists them, without their cookies."""

import pytest
from model_bakery import baker

from playground.workspace.accounts import AccountLimit, read_limits, store_accounts
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


def test_limits_are_read_with_those_used_most_first(connection) -> None:
    limits = [
        {"limit_name": "visits", "level": "Classic", "item_scraped": 1_500, "limit_value": 6_000},
        {"permalink": "lk-invites", "item_scraped": 30, "limit_value": 25},
        {"limit_name": "searches", "item_scraped": -1, "limit_value": 10},
        {"limit_name": "none", "item_scraped": 0, "limit_value": 0},
        {"limit_name": "odd", "item_scraped": float("inf"), "limit_value": True},
        {},
    ]
    store_accounts(connection, "linkedin", [{"uid": "a-1", "limits": limits}])
    assert read_limits(Account.objects.get()) == [
        AccountLimit("lk-invites", "30", "25", 1.0),
        AccountLimit("visits (Classic)", "1,500", "6,000", 0.25),
        AccountLimit("searches", "-1", "10", 0.0),
        AccountLimit("none", "0", "0", None),
        AccountLimit("odd", "?", "?", None),
        AccountLimit("", "?", "?", None),
    ]
