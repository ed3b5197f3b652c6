"""How long jobs ran."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection as database
from model_bakery import baker

from playground.workspace.jobs import measure_seconds
from playground.workspace.models import Connection, JobRecord

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
START, FINISH = "2026-01-01T10:00:00", "2026-01-01T11:05:00.5"


def test_the_times_of_the_api_decide() -> None:
    assert measure_seconds(START, FINISH, NOON, NOON + timedelta(seconds=8)) == 3_900.5
    assert measure_seconds(START, START, None, NOON) == 0


@pytest.mark.parametrize("start", ["", "soon", "2026-01-01T10:00:00+02:00", "2027-01-01T10:00:00"])
def test_else_what_was_seen_decides(start: str) -> None:
    assert measure_seconds(start, FINISH, NOON, NOON + timedelta(seconds=8)) == 8
    assert measure_seconds(start, FINISH, None, NOON) is None
    # The clock was set back.
    assert measure_seconds(start, FINISH, NOON, NOON - timedelta(seconds=1)) is None


@pytest.mark.django_db
def test_an_upgrade_measures_the_jobs_that_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = baker.make(Connection, name="Live", api="captain-data")
    seen = {"launched_at": NOON, "ended_at": NOON + timedelta(seconds=8)}
    jobs = {
        "reported": {"start_time": START, "finish_time": FINISH, **seen, "status": "finished"},
        "seen": {"start_time": "soon", **seen, "status": "stopped"},
        "backwards": {"launched_at": NOON, "ended_at": NOON - timedelta(1), "status": "warning"},
        "old": {"ended_at": NOON, "status": "shutdown"},
        "running": {"launched_at": NOON, "status": "running"},
    }
    for uid, values in jobs.items():
        JobRecord.objects.create(connection=connection, uid=uid, **values)
    migration = import_module("playground.workspace.migrations.0014_job_seconds")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    migration.fill_seconds(apps, SimpleNamespace(connection=database))
    assert dict(JobRecord.objects.values_list("uid", "seconds")) == {
        "reported": 3_900.5,
        "seen": 8,
        "backwards": None,
        "old": None,
        "running": None,
    }
