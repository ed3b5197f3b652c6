"""Attached files are encrypted where they are stored, in a folder or in a bucket."""

import os

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from playground.calls.substitution import UnresolvedReference
from playground.vault.rotation import rotate_files, seal_plain_files
from playground.vault.sealed_files import MARK, PIECE, DamagedFile
from playground.workspace.files import open_file, read_file_start, read_pieces, store_file
from playground.workspace.models import File
from tests.vault.stored_files import delete_stored, read_stored, write_stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path, attachments):
    settings.DATA = tmp_path
    key = Fernet.generate_key().decode()
    (tmp_path / "secrets.key").write_text(key)
    settings.SECRET_KEYS = [key]


def keep(data: bytes) -> File:
    return store_file([data[n : n + 65_536] for n in range(0, len(data), 65_536)], "a", "", None)


def read(file: File) -> bytes:
    return b"".join(read_pieces(file))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_files_are_read_unchanged_and_never_stored_plain(size) -> None:
    data = os.urandom(size)
    file = keep(data)
    assert read(file) == data
    assert read_file_start(file, 10) == data[:10]
    kept = read_stored(file)
    assert kept.startswith(MARK)
    assert size < 20 or data[:20] not in kept


def test_two_files_with_the_same_bytes_can_both_be_read() -> None:
    one, other = keep(b"same"), keep(b"same")
    assert one.digest == other.digest
    assert read(one) == read(other) == b"same"


def test_a_plain_file_is_read_and_encrypted_at_the_next_start(attachments) -> None:
    file = keep(b"HELLO\n" * 50_000)
    write_stored(file, b"HELLO\n" * 50_000)
    assert read(file) == b"HELLO\n" * 50_000
    if attachments == "bucket":
        assert seal_plain_files() == 0, "no version stored plain files in a bucket"
        return
    assert seal_plain_files() == 1
    assert seal_plain_files() == 0
    assert b"HELLO" not in read_stored(file)
    assert read(file) == b"HELLO\n" * 50_000


def test_a_rotation_includes_files(settings, tmp_path, attachments) -> None:
    file, plain = keep(b"x" * 500_000), keep(b"plain")
    write_stored(plain, b"plain")
    call_command("rotate_secrets", "--new-key", "--forget")
    settings.SECRET_KEYS = (tmp_path / "secrets.key").read_text().split()
    assert len(settings.SECRET_KEYS) == 1
    assert read(file) == b"x" * 500_000
    assert read(plain) == b"plain"
    assert rotate_files() == 2
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "files").rglob("*")]
    assert modes == ([0] * 4 if attachments == "folder" else []), "two files, two folders"


@pytest.mark.parametrize("harm", ["cut", "turned", "half", "gone"])
def test_a_damaged_file_is_never_sent_in_part(harm) -> None:
    file = keep(b"x" * (2 * PIECE + 5))
    kept = read_stored(file)
    cut = len(kept) - 5 - 16
    harmed = {"cut": kept[:cut], "turned": kept[:-1] + b"?", "half": kept[:30], "gone": b""}[harm]
    delete_stored(file) if harm == "gone" else write_stored(file, harmed)
    with pytest.raises(FileNotFoundError if harm == "gone" else DamagedFile):
        read(file)
    found = open_file(file.id)
    if found is not None:
        with pytest.raises(UnresolvedReference):
            list(found.pieces)


def test_a_file_of_another_key_cannot_be_read(settings) -> None:
    file = keep(b"hush")
    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    assert open_file(file.id) is None
    assert read_file_start(file, 4) == b""
