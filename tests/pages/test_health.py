"""Health, readiness and version: public, and accurate about what fails."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from playground.engine.models import Process
from playground.engine.threads import get_pool
from playground.vault.models import StorageCheck
from playground.vault.storage_check import StorageMonitor, try_to_store
from playground.vault.storage_errors import Cause, FilesUnavailable

pytestmark = pytest.mark.django_db

OPEN = ("/health/", "/ready/", "/version/")


@pytest.fixture(autouse=True)
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.vault.storage_check.FRESH_SECONDS", 0)
    # A result cached by one test must not reach the next.
    monkeypatch.setattr("playground.pages.health.monitor", StorageMonitor())
    files = StorageMonitor(try_to_store, 0)
    monkeypatch.setattr("playground.pages.health.files_monitor", files)


@pytest.mark.parametrize("path", OPEN)
def test_health_pages_are_public_under_any_host(client: Client, path: str) -> None:
    answer = client.get(path, headers={"Host": "10.1.2.3:8000"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert client.head(path).content in (b"", answer.content)


def test_a_ready_process_says_so_part_by_part(client: Client) -> None:
    assert client.get("/ready/").json() == {
        "ready": True,
        "database": "ok",
        "writable": "ok",
        "migrations": "ok",
        "files": "ok",
        "engine": "ok",
        "stopping": "no",
    }


def test_the_version_is_a_name_and_a_version(client: Client, settings) -> None:
    answer = client.get("/version/").json()
    assert answer == {"name": "API Playground", "version": settings.VERSION}


def test_the_health_check_writes(client: Client) -> None:
    client.get("/health/")
    assert StorageCheck.objects.count() == 1


def test_asking_often_does_not_write_often(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    client.get("/health/")
    monkeypatch.setattr("playground.vault.storage_check.FRESH_SECONDS", 60)
    with django_assert_num_queries(0):
        client.get("/health/")


def test_a_process_that_stops_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_pool(), "is_stopping", True)
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["stopping"]) == (503, "yes")
    assert client.get("/health/").status_code == 200


def test_a_newer_or_older_database_is_not_ready(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("drafts", "0999_from_the_future")
    answer = client.get("/ready/")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "The database is newer than the code"
    recorder.record_unapplied("drafts", "0999_from_the_future")
    recorder.record_unapplied("vault", "0003_storage_check")
    assert client.get("/ready/").json()["migrations"] == "Migrations are missing"


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (PermissionError(13, "Permission denied: /some/folder"), "Files can't be stored"),
        (OSError(28, "No space left on device"), "The disk is full"),
        (
            FilesUnavailable(Cause.FILES_UNREACHABLE, "The bucket files doesn't answer."),
            "The file storage doesn't answer",
        ),
    ],
)
def test_files_that_cannot_be_stored_are_noticed(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: OSError, title: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("playground.vault.storage_check.probe_files", fail)
    answer = client.get("/ready/")
    # Everything but attachments works.
    assert (answer.status_code, answer.json()["files"]) == (200, title)
    assert client.get("/health/").status_code == 200


def test_workers_are_missed_once_none_has_been_seen_for_half_a_minute(
    client: Client, settings
) -> None:
    settings.BROKER_URL = "amqp://127.0.0.1:1/"
    now = timezone.now()
    Process.objects.create(name="web/1/1", kind="web", started_at=now, seen_at=now)
    worker = Process.objects.create(name="worker/1/1", kind="worker", started_at=now, seen_at=now)
    assert client.get("/ready/").json()["engine"] == "ok"
    worker.seen_at = now - timedelta(seconds=31)
    worker.save()
    answer = client.get("/ready/")
    # Pages work, and sends wait: requests should still come here.
    assert (answer.status_code, answer.json()["engine"]) == (200, "no worker")


def fail_like_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("the text of the library")
    cause.sqlite_errorcode = code
    error = OperationalError("the text of the library")
    error.__cause__ = cause
    return error


def fail_like_postgresql(state: str | None) -> OperationalError:
    cause = Exception("the text of the library")
    cause.sqlstate = state  # type: ignore[attr-defined]
    error = OperationalError("the text of the library")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (fail_like_sqlite(sqlite3.SQLITE_FULL), "The disk is full"),
        (fail_like_sqlite(sqlite3.SQLITE_BUSY), "The database is busy"),
        (fail_like_sqlite(sqlite3.SQLITE_READONLY_DIRECTORY), "The database can't be written"),
        (fail_like_sqlite(sqlite3.SQLITE_IOERR_WRITE), "The database can't be written"),
        (fail_like_sqlite(sqlite3.SQLITE_CORRUPT), "The database is damaged"),
        (fail_like_postgresql("53100"), "The disk is full"),
        (fail_like_postgresql("55P03"), "The database is busy"),
        (fail_like_postgresql("57P01"), "The database doesn't answer"),
        (fail_like_postgresql(None), "The database doesn't answer"),
        (OSError(28, "No space left on device"), "The disk is full"),
    ],
)
def test_the_cause_is_named_for_both_databases(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(StorageCheck.objects, "update_or_create", fail)
    answer = client.get("/health/")
    assert (answer.status_code, answer.content.decode()) == (503, f"{title}\n")
    ready = client.get("/ready/")
    assert (ready.status_code, ready.json()["writable"]) == (503, title)
    assert "library" not in ready.content.decode()


def test_a_folder_that_cannot_be_written_is_noticed(
    client: Client, settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path / "gone"
    assert client.get("/health/").status_code == 503
