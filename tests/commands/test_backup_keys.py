"""Keys are in a backup only on request, and then only behind a passphrase."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError

from playground.commands.archive import KEYS
from playground.commands.archived_keys import (
    InstallationKeys,
    WrongPassphrase,
    decrypt_keys,
    encrypt_keys,
    read_passphrase,
)
from tests.commands.archives import make_data, make_empty, read_tables, refuse
from tests.upgrade.running import run_manage, serve

PASSPHRASE = "seven quiet otters"
SETTING = {"PLAYGROUND_BACKUP_PASSPHRASE": PASSPHRASE}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("source") / "data")


@pytest.fixture(scope="module")
def with_keys(source: Path) -> Path:
    path = source.parent / "with-keys.zip"
    said = run_manage(source, "backup", str(path), "--with-keys", **SETTING)
    assert "The keys aren't in it" not in said
    return path


@pytest.fixture(scope="module")
def without_keys(source: Path) -> Path:
    path = source.parent / "without-keys.zip"
    # A passphrase that happens to be set is no request.
    run_manage(source, "backup", str(path), **SETTING)
    return path


def read_all(path: Path) -> bytes:
    with ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_no_key_is_readable_in_either(source: Path, with_keys: Path, without_keys: Path) -> None:
    for path in (with_keys, without_keys):
        content = read_all(path)
        for name in ("secrets.key", "signing.key"):
            assert (source / name).read_text().strip().encode() not in content
    assert KEYS in ZipFile(with_keys).namelist()
    assert KEYS not in ZipFile(without_keys).namelist()


def test_other_keys_are_refused_before_anything_is_written(
    without_keys: Path, tmp_path: Path
) -> None:
    data = make_empty(tmp_path / "data")
    line = refuse(data, "restore", str(without_keys))
    assert "The backup was made with other keys, and they aren't in it." in line
    assert f"Copy secrets.key of the old installation to {data}" in line
    assert not (data / "files").exists()
    assert not (data / "playground.sqlite3").exists()


def test_keys_come_back_with_the_passphrase(source: Path, with_keys: Path, tmp_path: Path) -> None:
    data = make_empty(tmp_path / "data")
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    run_manage(data, "restore", str(with_keys), "--passphrase-file", str(file))
    first, _ = (data / "secrets.key").read_text().split()
    assert first == (source / "secrets.key").read_text().strip()
    assert (data / "signing.key").read_text().strip() == (source / "signing.key").read_text()
    assert (data / "secrets.key").stat().st_mode & 0o077 == 0
    assert read_tables(data)["vault.Secret"] == read_tables(source)["vault.Secret"]
    with serve(data, tmp_path / "log"):
        pass


def test_a_wrong_passphrase_changes_nothing(with_keys: Path, tmp_path: Path) -> None:
    data = make_empty(tmp_path / "data")
    line = refuse(data, "restore", str(with_keys), PLAYGROUND_BACKUP_PASSPHRASE="seven loud otters")
    assert line == "Wrong passphrase. Nothing was restored."
    assert not (data / "playground.sqlite3").exists()


def test_nobody_to_ask_is_one_sentence(with_keys: Path, source: Path, tmp_path: Path) -> None:
    line = refuse(make_empty(tmp_path / "data"), "restore", str(with_keys))
    assert line.startswith("A passphrase is needed. Set PLAYGROUND_BACKUP_PASSPHRASE")
    line = refuse(source, "backup", str(tmp_path / "backup.zip"), "--with-keys")
    assert line.startswith("A passphrase is needed.")
    assert not (tmp_path / "backup.zip").exists()


def test_keys_that_a_setting_gives_are_not_replaced(with_keys: Path, tmp_path: Path) -> None:
    data = make_empty(tmp_path / "data")
    other = Fernet.generate_key().decode()
    line = refuse(data, "restore", str(with_keys), PLAYGROUND_SECRET_KEYS=other, **SETTING)
    assert "PLAYGROUND_SECRET_KEYS is set" in line


def test_a_setting_with_the_right_keys_needs_no_passphrase(
    source: Path, with_keys: Path, tmp_path: Path
) -> None:
    data = make_empty(tmp_path / "data")
    keys = (source / "secrets.key").read_text().strip()
    run_manage(data, "restore", str(with_keys), PLAYGROUND_SECRET_KEYS=keys)


@pytest.mark.parametrize("change", [b"", b"{}", b"[]", b"nonsense"])
def test_changed_keys_are_as_bad_as_a_wrong_passphrase(change: bytes) -> None:
    keys = InstallationKeys([Fernet.generate_key().decode()], "s" * 40)
    sealed = encrypt_keys(keys, PASSPHRASE)
    assert decrypt_keys(sealed, PASSPHRASE) == keys
    assert encrypt_keys(keys, PASSPHRASE) != sealed
    with pytest.raises(WrongPassphrase):
        decrypt_keys(change, PASSPHRASE)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "is_new", "outcome"),
    [
        ([PASSPHRASE, PASSPHRASE], True, PASSPHRASE),
        ([PASSPHRASE, "another one"], True, "The passphrases differ. Nothing was written."),
        (["short", "short"], True, "The passphrase needs 10 characters or more."),
        ([PASSPHRASE], False, PASSPHRASE),
    ],
)
def test_a_terminal_is_asked_twice_for_a_new_one(
    monkeypatch: pytest.MonkeyPatch, typed: list[str], is_new: bool, outcome: str
) -> None:
    answers = list(typed)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: answers.pop(0))
    monkeypatch.setattr(sys, "stdin", Terminal())
    if outcome == PASSPHRASE:
        assert read_passphrase(None, is_new) == PASSPHRASE
    else:
        with pytest.raises(CommandError, match=outcome):
            read_passphrase(None, is_new)
    assert not answers


def test_a_passphrase_file_that_is_none_is_named(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\nsecond line")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, problem in (
        (tmp_path / "missing", "can't be read: No such file"),
        (empty, "has no passphrase in its first line"),
        (binary, "isn't text"),
    ):
        with pytest.raises(CommandError, match=problem):
            read_passphrase(path)
