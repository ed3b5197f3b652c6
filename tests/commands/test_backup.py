"""Making a backup: one moment while people work, whole or not at all, for its owner only."""

from __future__ import annotations

import io
import json
import resource
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.core.management.base import OutputWrapper
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from playground.commands.archive import Archive, write_whole
from playground.commands.archived_files import restore_file
from playground.commands.archived_tables import NOT_COPIED, find_models
from playground.commands.backup import TableCounts, see_one_moment, write_backup
from playground.people.models import Person
from playground.vault.file_storage import file_storage, name_of
from playground.vault.models import Secret
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.files import read_pieces, store_file
from tests.buckets import use_bucket
from tests.commands.archives import (
    copy_data,
    make_data,
    make_empty,
    read_tables,
    refuse,
    run,
)
from tests.upgrade.running import HOME, make_environment, run_manage

PASSPHRASE = "seven quiet otters"
on_both = pytest.mark.django_db(transaction=True, databases=["default", "snapshot"])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("source") / "data")


def list_left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Saving(TableCounts):
    """Somebody who saves after each table."""

    def __init__(self) -> None:
        super().__init__(OutputWrapper(io.StringIO()))
        self.saved = 0

    def end(self, label: str, number: int) -> None:
        def save() -> None:
            Person.objects.create_user(f"person {self.saved}")
            Secret.objects.create(name=f"secret {self.saved}", value="value")
            connection.close()

        thread = Thread(target=save)
        thread.start()
        thread.join()
        self.saved += 1


@on_both
def test_it_holds_one_moment_while_people_save(tmp_path: Path) -> None:
    Person.objects.create_user("before")
    saving, path = Saving(), tmp_path / "backup.zip"
    manifest = write_backup(path, False, "", saving)
    # Nobody had to wait for the backup, and nothing of what was saved meanwhile is in it.
    assert saving.saved > 30
    assert Person.objects.count() == saving.saved + 1
    assert Secret.objects.count() == saving.saved
    assert manifest.tables["people.Person"] == 1
    assert manifest.tables["vault.Secret"] == 0
    with Archive(path) as archive:
        archive.verify()
        [line] = b"".join(archive.read("tables/people.Person.jsonl")).splitlines()
    assert json.loads(line)["username"] == "before"


@on_both
def test_sealed_columns_stay_sealed(tmp_path: Path) -> None:
    Secret.objects.create(name="key", value="kp_live_0123456789abcdef")
    write_backup(tmp_path / "backup.zip", False, "", TableCounts(OutputWrapper(io.StringIO())))
    with Archive(tmp_path / "backup.zip") as archive:
        content = b"".join(archive.read("tables/vault.Secret.jsonl"))
    assert b'"name":"key"' in content
    assert b"kp_live" not in content


@on_both
def test_every_model_is_copied_or_left_out_on_purpose() -> None:
    loader = MigrationLoader(connection)
    copied = find_models(loader, list(loader.graph.nodes)).keys()
    every = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert copied == every - NOT_COPIED.keys()
    assert NOT_COPIED.keys() < every


@on_both
def test_the_connection_for_snapshots_takes_no_lock() -> None:
    options = connections["snapshot"].settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        assert options["transaction_mode"] == "DEFERRED"
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    else:
        with see_one_moment() as alias, connections[alias].cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            assert cursor.fetchone() == ("repeatable read",)


@on_both
def test_attachments_come_from_a_bucket_and_go_to_one(attachments: str, tmp_path: Path) -> None:
    content = b"content" * 100_000
    file = store_file([content], "data.bin", "", None)
    write_backup(tmp_path / "backup.zip", False, "", TableCounts(OutputWrapper(io.StringIO())))
    file_storage().delete(name_of(file.digest))
    with Archive(tmp_path / "backup.zip") as archive:
        assert archive.manifest.files == [file.digest]
        restore_file(file.digest, archive.read(f"files/{file.digest}"))
    assert b"".join(read_pieces(file)) == content


@on_both
def test_a_bucket_that_fails_stops_the_backup(bucket: str, settings: Any, tmp_path: Path) -> None:
    store_file([b"content"], "data.bin", "", None)
    use_bucket(settings, "another", endpoint_url="http://127.0.0.1:1")
    target = tmp_path / "backup.zip"
    with pytest.raises(FilesUnavailable, match="The bucket another can't be used"):
        write_backup(target, False, "", TableCounts(OutputWrapper(io.StringIO())))
    assert not list(tmp_path.glob("*.zip*"))
    assert not list(tmp_path.glob(".backup*"))


def test_only_its_owner_can_read_it(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    said = run_manage(data, "backup", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "The keys aren't in it." in said
    assert list_left(tmp_path) == ["backup.zip"]


def test_an_existing_file_is_replaced_only_by_force(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    path.write_text("precious")
    assert refuse(data, "backup", str(path)).startswith(f"{path} exists already.")
    assert path.read_text() == "precious"
    run_manage(data, "backup", str(path), "--force")
    with Archive(path) as archive:
        archive.verify()
    assert list_left(tmp_path) == ["backup.zip"]


def test_a_file_that_was_made_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"

    def write() -> None:
        with write_whole(path, force=False) as out:
            out.write(b"second")
            path.write_text("first")

    with pytest.raises(FileExistsError):
        write()
    assert path.read_text() == "first"
    assert list_left(tmp_path) == ["backup.zip"]


def test_places_that_hold_no_file_are_named(data: Path, tmp_path: Path) -> None:
    assert refuse(data, "backup", str(tmp_path)).startswith(f"{tmp_path} isn't a file.")
    line = refuse(data, "backup", "/dev/null", "--force")
    assert line.startswith("/dev/null isn't a file.")
    line = refuse(data, "backup", str(tmp_path / "missing" / "backup.zip"))
    assert "can't be written" in line
    assert "No such file or directory" in line


def test_a_full_disk_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    limit = 100_000
    done = subprocess.run(
        [sys.executable, "manage.py", "backup", str(tmp_path / "backup.zip")],
        cwd=HOME,
        env=make_environment(data),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert f"The disk of {tmp_path} is full" in line
    assert list_left(tmp_path) == []


def test_two_backups_at_once_are_both_whole(data: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "one.zip", tmp_path / "two.zip"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda path: run_manage(data, "backup", str(path)), paths))
    tables = []
    for path in paths:
        with Archive(path) as archive:
            archive.verify()
            tables.append(archive.manifest.tables)
    assert tables[0] == tables[1]


def test_two_backups_to_one_file_leave_one_of_them(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: run(data, "backup", str(path)), range(2)))
    assert sorted(each.returncode for each in ended) == [0, 1]
    assert any("exists already" in each.stderr for each in ended)
    with Archive(path) as archive:
        archive.verify()
    assert list_left(tmp_path) == ["backup.zip"]


def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    data = make_empty(tmp_path / "data")
    line = refuse(data, "backup", str(tmp_path / "backup.zip"))
    assert line.startswith("There is nothing to back up: the database")
    assert not (data / "playground.sqlite3").exists()
    assert not (tmp_path / "backup.zip").exists()


def test_a_lost_attachment_is_named_and_the_rest_is_kept(data: Path, tmp_path: Path) -> None:
    broken = copy_data(data, tmp_path / "data")
    lost = sorted((broken / "files").glob("??/*"))[0]
    lost.unlink()
    done = run(broken, "backup", str(tmp_path / "backup.zip"))
    assert done.returncode == 0
    assert f"The bytes of an attachment can't be read: {lost.name}." in done.stderr
    target = make_empty(tmp_path / "target", keys_of=data)
    run_manage(target, "restore", str(tmp_path / "backup.zip"))
    assert len(read_tables(target)["workspace.File"]) == 2
    assert len(list((target / "files").glob("??/*"))) == 1
