"""What older versions stored is searched after the upgrade, also if that was interrupted."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.utils import timezone

from playground.history.queries import ExchangeSearch, list_exchanges
from playground.people.models import Role
from tests.conftest import make_person

BEFORE = [("history", "0007_only_sealed_columns")]
FILLED = [("history", "0009_fill_search_texts")]


class Interrupted(Exception):
    pass


def migrate_to(targets) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection)


@pytest.mark.django_db(transaction=True)
def test_filling_the_search_texts_goes_on_after_an_interruption(monkeypatch) -> None:
    filling = import_module("playground.history.migrations.0009_fill_search_texts")
    monkeypatch.setattr(filling, "CHUNK", 3)
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    executor = migrate_to(BEFORE)
    try:
        write_exchanges(executor.loader.project_state(BEFORE).apps, 8)
        with monkeypatch.context() as patched:
            fail_at_second_call(patched)
            with pytest.raises(Interrupted):
                migrate_to(FILLED)
        assert count_texts() == 3
    finally:
        migrate_to(latest)
    owner = make_person(Role.OWNER)
    names = [row.name for row in list_exchanges(owner, ExchangeSearch(text="ÜBUNG")).rows]
    assert names == [f"Übung {number}" for number in range(7, -1, -1)]
    [row] = list_exchanges(owner, ExchangeSearch(text="übung job-5")).rows
    assert row.name == "Übung 5"
    assert count_texts() == 8


def fail_at_second_call(patched: pytest.MonkeyPatch) -> None:
    bulk_create, calls = QuerySet.bulk_create, []

    def fail_later(self, *args, **kwargs):
        if self.model.__name__ == "SearchText":
            calls.append(self)
            if len(calls) == 2:
                raise Interrupted
        return bulk_create(self, *args, **kwargs)

    patched.setattr(QuerySet, "bulk_create", fail_later)


def count_texts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM history_searchtext")
        return int(cursor.fetchone()[0])


def write_exchanges(apps, count: int) -> None:
    exchanges = apps.get_model("history", "Exchange").objects
    for number in range(count):
        exchanges.create(
            operation="launch-workflow", method="POST", started_at=timezone.now(),
            outcome="accepted", name=f"Übung {number}", search_text=f"übung {number}\njob-{number}",
        )  # fmt: skip
