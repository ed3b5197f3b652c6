"""Unusable data stops the start and every command with one sentence."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.test_serve import run, served

DATABASE = "playground.sqlite3"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that was started once."""
    folder = tmp_path_factory.mktemp("original")
    with served(folder):
        pass
    return folder


@pytest.fixture
def data(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "data"))


def refuse(data: Path, command: str = "serve", **settings: str) -> str:
    """The one sentence with which the command ends."""
    code, _, err = run(data, command, **settings)
    assert code == 1
    assert "Traceback" not in err
    [line] = err.strip().splitlines()
    return line


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_start(path: Path) -> None:
    path.write_bytes(os.urandom(4096) + path.read_bytes()[4096:])


def overwrite_all_but_the_start(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:4096] + os.urandom(size - 4096))


def replace_by_text(path: Path) -> None:
    path.write_text("These are the notes of a person. " * 100)


@pytest.mark.parametrize("command", ["serve", "purge_files", "sign_in_link", "migrate"])
@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (truncate, "is damaged. Restore it from a backup, then start again."),
        (overwrite_start, "isn't a SQLite database. Restore it from a backup"),
        (overwrite_all_but_the_start, "is damaged. Restore it from a backup, then start again."),
        (replace_by_text, "isn't a SQLite database. Restore it from a backup"),
    ],
)
def test_a_damaged_database_is_named(
    data: Path, damage: Callable[[Path], None], problem: str, command: str
) -> None:
    damage(data / DATABASE)
    line = refuse(data, command)
    assert problem in line
    assert str(data / DATABASE) in line


def test_a_folder_instead_of_the_database_is_named(data: Path) -> None:
    (data / DATABASE).unlink()
    (data / DATABASE).mkdir()
    assert f"{data / DATABASE} should be the database, but it isn't a file." in refuse(data)


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("command", ["serve", "purge_files", "sign_in_link"])
def test_a_missing_database_is_refused_if_its_files_remain(
    data: Path, empty: bool, command: str
) -> None:
    (data / DATABASE).unlink()
    if empty:
        (data / DATABASE).touch()
    line = refuse(data, command)
    assert f"The database {data / DATABASE} is missing or empty" in line
    assert "--begin-anew" in line


def test_starting_over_is_an_option(data: Path) -> None:
    (data / DATABASE).unlink()
    with served(data, command="serve --begin-anew") as (_, said):
        assert "/link/" in said
    with served(data):
        pass


def test_keys_alone_do_not_imply_an_earlier_database(data: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for name in ("signing.key", "secrets.key"):
        shutil.copy(data / name, fresh)
    code, _, err = run(fresh, "seed_practice")
    assert (code, err) == (0, "")


@pytest.mark.parametrize("command", ["serve", "purge_history", "sync_connection Practice"])
def test_a_database_of_a_newer_version_is_refused(data: Path, command: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('drafts', '0999_from_the_future', '2027-01-01'), ('renamed', '0001_x', '2020-01-01')"
        )
        database.commit()
    line = refuse(data, command)
    assert "newer version of API Playground (drafts.0999_from_the_future)" in line
    assert "Update the code" in line


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty, too short or too simple"),
        (b"short", "is empty, too short or too simple"),
        (b"a" * 64, "is empty, too short or too simple"),
        (b"\xff\xfe\x00" * 30, "can't be used: it isn't text"),
        (None, "can't be used: Is a directory"),
    ],
)
@pytest.mark.parametrize("name", ["signing.key", "secrets.key"])
def test_an_invalid_key_stops_the_start(
    data: Path, name: str, content: bytes | None, problem: str
) -> None:
    (data / name).unlink()
    if content is None:
        (data / name).mkdir()
    else:
        (data / name).write_bytes(content)
    line = refuse(data)
    assert str(data / name) in line
    if name == "signing.key" or "can't" in problem:
        assert problem in line


def test_a_short_signing_key_in_the_setting_is_refused_without_showing_it(data: Path) -> None:
    line = refuse(data, SIGNING_KEY="hunter2")
    assert "PLAYGROUND_SIGNING_KEY is too short" in line
    assert "hunter2" not in line


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert f"PLAYGROUND_DATA names {path}, which isn't a folder." in refuse(path)
    assert "PLAYGROUND_DATA" in refuse(path / "below")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions don't stop root")
def test_a_read_only_folder_is_named(data: Path) -> None:
    data.chmod(0o500)
    try:
        assert f"The data folder {data} can't be written" in refuse(data)
    finally:
        data.chmod(0o700)


def test_an_unreachable_postgresql_is_named_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = "postgres://ada:hunter2@127.0.0.1:1/nothing"
    for command in ("serve", "purge_files"):
        line = refuse(tmp_path, command, DATABASE_URL=url)
        assert "The PostgreSQL database nothing at 127.0.0.1:1 can't be used as ada" in line
        assert "hunter2" not in line
