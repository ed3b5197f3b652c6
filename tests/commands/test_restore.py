"""What a backup brings back: every row and file, on either database, as people see it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from playground.commands.archived_tables import NOT_COPIED
from tests.commands.archives import (
    Settings,
    copy_data,
    make_data,
    make_database,
    make_empty,
    needs_postgresql,
    read_tables,
    refuse,
    unpack_data,
)
from tests.upgrade.running import KNOWN, look_at, run_manage, serve


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("original") / "data")


@pytest.fixture(scope="module")
def backup(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "backup.zip"
    run_manage(original, "backup", str(file))
    return file


@pytest.fixture(scope="module")
def restored(original: Path, backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Restored over attachments of a database that was lost; `said` is what was printed."""
    data = make_empty(tmp_path_factory.mktemp("restored") / "data", keys_of=original)
    shutil.copytree(original / "files", data / "files")
    (data.parent / "said").write_text(run_manage(data, "restore", str(backup)))
    return data


def read_copied(data: Path, **settings: str) -> dict[str, Any]:
    """The rows of the tables that are copied, without the event of a restore."""
    tables = read_tables(data, **settings)
    events = [each for each in tables["people.AuditEvent"] if each["action"] != "restored"]
    copied = tables | {"people.AuditEvent": events}
    return {label: rows for label, rows in copied.items() if label not in NOT_COPIED}


def assert_same_tables(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert first.keys() == second.keys()
    for label, rows in first.items():
        assert second[label] == rows, label


def test_every_row_of_every_table_is_the_same(original: Path, restored: Path) -> None:
    before = read_copied(original)
    assert sum(bool(rows) for rows in before.values()) > 25
    assert_same_tables(before, read_copied(restored))


def test_progress_counts_each_table(original: Path, restored: Path) -> None:
    said = (restored.parent / "said").read_text()
    drafts = len(read_tables(original)["drafts.Draft"])
    assert f"drafts.Draft: {drafts}\n" in said
    assert said.endswith("Restored. Start the server; everybody signs in again.\n")


def test_people_see_the_same_pages_files_and_replies(
    original: Path, restored: Path, tmp_path: Path
) -> None:
    seen = []
    # Looking at it writes to it, too.
    for data in (copy_data(original, tmp_path / "original"), restored):
        look_at(data, tmp_path / "seen.json")
        facts = json.loads((tmp_path / "seen.json").read_text())
        facts.pop("tables")
        facts["events"] = [each for each in facts["events"] if each[0] != "restored"]
        seen.append(facts)
    assert seen[0] == seen[1]


def test_the_restored_server_starts_and_sends(restored: Path, tmp_path: Path) -> None:
    send_from(restored, tmp_path / "log")


def send_from(data: Path, log: Path, **settings: str) -> None:
    """A send makes new rows: their numbers must follow those of the restored ones."""
    known = json.loads(KNOWN.read_text())
    with serve(data, log, **settings) as origin:
        for _ in range(2):
            answer = requests.post(
                f"{origin}/api/templates/{known['templates']['launch']}/send",
                json={},
                headers={"Authorization": f"Bearer {known['tokens']['Åsa']}"},
                timeout=40,
            )
            assert answer.json().get("outcome") == "accepted", answer.text
    assert "Traceback" not in log.read_text()


@needs_postgresql
def test_data_goes_to_postgresql_and_back(original: Path, backup: Path, tmp_path: Path) -> None:
    database = make_database()
    there = make_empty(tmp_path / "there", keys_of=original)
    run_manage(there, "restore", str(backup), **database)
    assert_same_tables(read_copied(original), read_copied(there, **database))
    run_manage(there, "backup", str(tmp_path / "there.zip"), **database)
    back = make_empty(tmp_path / "back", keys_of=original)
    run_manage(back, "restore", str(tmp_path / "there.zip"))
    assert_same_tables(read_copied(original), read_copied(back))
    send_from(there, tmp_path / "log", **database)


TARGETS = [
    pytest.param(dict, id="sqlite"),
    pytest.param(make_database, id="postgresql", marks=needs_postgresql),
]


@pytest.mark.parametrize("make_settings", TARGETS)
def test_data_of_a_former_version_is_upgraded(
    original: Path, tmp_path: Path, make_settings: Callable[[], Settings]
) -> None:
    former, settings = unpack_data(tmp_path / "former"), make_settings()
    run_manage(former, "backup", str(tmp_path / "former.zip"))
    data = make_empty(tmp_path / "data", keys_of=former)
    run_manage(data, "restore", str(tmp_path / "former.zip"), **settings)
    before, after = read_copied(original), read_copied(data, **settings)
    for tables in (before, after):
        # Each upgrade draws one anew, and fills another in any order.
        for row in tables["workspace.Connection"]:
            row.pop("facts_version")
        # The upgrade says when jobs were announced, and when to look at them next.
        for row in tables["workspace.JobRecord"]:
            row["announced_at"] = row["next_poll_at"] = None
        holders = tables["workspace.FileHolder"]
        tables["workspace.FileHolder"] = sorted((row["file_id"], row["holder"]) for row in holders)
    assert_same_tables(before, after)


def test_an_old_backup_needs_a_database_without_tables(original: Path, tmp_path: Path) -> None:
    former = unpack_data(tmp_path / "former")
    run_manage(former, "backup", str(tmp_path / "former.zip"))
    data = make_empty(tmp_path / "data", keys_of=former)
    run_manage(data, "migrate", "--verbosity", "0")
    line = refuse(data, "restore", str(tmp_path / "former.zip"))
    assert "The backup is older than the tables of the database" in line
    assert "Restore it into a database without any tables" in line


@pytest.mark.parametrize("make_settings", TARGETS)
def test_only_an_empty_database_is_filled(
    original: Path, backup: Path, tmp_path: Path, make_settings: Callable[[], Settings]
) -> None:
    data, settings = make_empty(tmp_path / "data", keys_of=original), make_settings()
    run_manage(data, "seed_practice", **settings)
    before = read_tables(data, **settings)
    line = refuse(data, "restore", str(backup), **settings)
    assert "isn't empty" in line
    assert "run: manage.py flush" in line
    assert read_tables(data, **settings) == before
    run_manage(data, "flush", "--no-input", **settings)
    run_manage(data, "restore", str(backup), **settings)
    assert_same_tables(read_copied(original), read_copied(data, **settings))


def test_what_was_under_way_or_queued_ends_as_unknown(original: Path, tmp_path: Path) -> None:
    """The installation that the backup comes from may have sent it."""
    data = copy_data(original, tmp_path / "data")
    code = (
        "from django.utils import timezone\n"
        "from playground.history.models import Exchange\n"
        "from playground.sending.models import QueuedSend\n"
        "sent, queued = Exchange.objects.order_by('-number')[:2]\n"
        "for each in (sent, queued):\n"
        "    each.outcome, each.process, each.ended_at = 'sending', 'elsewhere/1/1', None\n"
        "    each.save()\n"
        "now = timezone.now()\n"
        "QueuedSend.objects.create(exchange=queued, parts={}, queued_at=now, due_at=now)"
    )
    run_manage(data, "shell", "--no-imports", "-c", code)
    run_manage(data, "backup", str(tmp_path / "backup.zip"))
    target = make_empty(tmp_path / "target", keys_of=data)
    run_manage(target, "restore", str(tmp_path / "backup.zip"))
    tables = read_tables(target)
    for exchange in tables["history.Exchange"][-2:]:
        assert exchange["outcome"] == "unknown"
        assert exchange["ended_at"] is not None
    assert tables["sending.QueuedSend"] == []


@needs_postgresql
def test_a_row_that_postgresql_refuses_is_named(original: Path, tmp_path: Path) -> None:
    """SQLite doesn't enforce the length of a text."""
    data, database = copy_data(original, tmp_path / "data"), make_database()
    code = (
        "from playground.drafts.models import Draft\n"
        "Draft.objects.filter(pk=Draft.objects.first().pk).update(name='x' * 201)\n"
        "print(Draft.objects.get(name__startswith='xxx').pk)"
    )
    key = run_manage(data, "shell", "--no-imports", "-c", code).split()[-1]
    run_manage(data, "backup", str(tmp_path / "backup.zip"))
    target = make_empty(tmp_path / "target", keys_of=data)
    line = refuse(target, "restore", str(tmp_path / "backup.zip"), **database)
    assert f"The row {key} of drafts.Draft doesn't fit into this database: value too long" in line
    assert "xxx" not in line
    tables = read_tables(target, **database)
    assert not any(tables[label] for label in ("drafts.Draft", "people.Person", "history.Body"))
