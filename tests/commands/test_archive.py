"""An archive that isn't whole, or isn't from here, is refused before anything is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings

from playground.commands.archive import (
    FORMAT,
    MANIFEST,
    Archive,
    ArchiveError,
    ArchiveWriter,
    DamagedArchive,
    Manifest,
)
from playground.commands.restoring import check_state
from tests.commands.archives import make_empty, refuse, rewrite, unpack_data
from tests.upgrade.running import run_manage

FLIPS = 400


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_data(tmp_path_factory.mktemp("source") / "data")


@pytest.fixture(scope="module")
def backup(source: Path) -> Path:
    file = source.parent / "backup.zip"
    run_manage(source, "backup", str(file))
    return file


@pytest.fixture
def data(source: Path, tmp_path: Path) -> Path:
    return make_empty(tmp_path / "data", keys_of=source)


def read_manifest(backup: Path) -> dict[str, Any]:
    with ZipFile(backup) as archive:
        return dict(json.loads(archive.read(MANIFEST)))


def assert_untouched(data: Path) -> None:
    assert sorted(path.name for path in data.iterdir()) == ["secrets.key", "signing.key"]


def test_a_flipped_byte_is_found_or_changes_nothing(backup: Path, tmp_path: Path) -> None:
    """Some bytes of a zip file, such as dates, say nothing that is read."""
    whole, path = bytearray(backup.read_bytes()), tmp_path / "flipped.zip"
    with Archive(backup) as archive:
        manifest = archive.manifest
    found = 0
    # Of the start, of the directory at the end, and of what lies between.
    places = {*range(0, len(whole), len(whole) // FLIPS), *range(len(whole) - FLIPS, len(whole))}
    for place in sorted(places):
        flipped = whole.copy()
        flipped[place] ^= 0x55
        path.write_bytes(flipped)
        try:
            with Archive(path) as archive:
                archive.verify()
                assert archive.manifest == manifest
        except ArchiveError:
            found += 1
    assert found > len(places) / 2


def test_a_flipped_byte_of_a_row_is_one_sentence(backup: Path, data: Path) -> None:
    with ZipFile(backup) as archive:
        start = archive.getinfo("tables/drafts.Change.jsonl").header_offset
    flipped = bytearray(backup.read_bytes())
    flipped[start + 5000] ^= 1
    (data.parent / "flipped.zip").write_bytes(flipped)
    line = refuse(data, "restore", str(data.parent / "flipped.zip"))
    assert "flipped.zip is damaged: tables/drafts.Change.jsonl" in line
    assert line.endswith("Nothing was restored. Use another backup.")
    assert_untouched(data)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99, 0.9999])
def test_a_backup_that_was_cut_off_is_refused(backup: Path, tmp_path: Path, part: float) -> None:
    path = tmp_path / "short.zip"
    path.write_bytes(backup.read_bytes()[: int(backup.stat().st_size * part)])
    with pytest.raises(ArchiveError, match="was cut off or is damaged"):
        Archive(path)


def test_a_missing_member_is_named(backup: Path, tmp_path: Path) -> None:
    name = "tables/drafts.Draft.jsonl"
    path = rewrite(backup, tmp_path / "short.zip", without=name)
    with Archive(path) as archive, pytest.raises(DamagedArchive, match=f"{name} is missing"):
        archive.verify()


def test_an_unknown_member_is_refused(backup: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(backup, tmp_path / "more.zip"))
    with ZipFile(path, "a") as archive:
        archive.writestr("files/../../escaped", "x")
    with Archive(path) as archive, pytest.raises(DamagedArchive, match="doesn't list"):
        archive.verify()


def test_a_name_that_leaves_the_folder_is_refused(backup: Path, tmp_path: Path) -> None:
    members = read_manifest(backup)["members"] | {"files/../../x": {"sha256": "0" * 64, "size": 0}}
    path = rewrite(backup, tmp_path / "escaping.zip", {"members": members})
    with pytest.raises(ArchiveError, match="isn't a backup"):
        Archive(path)


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        ({"format": FORMAT + 1}, "was written by a newer version of API Playground ("),
        ({"format": FORMAT + 1, "members": "of another kind"}, "was written by a newer version"),
        ({"version": "2999.1.0"}, "was written by a newer version of API Playground (2999.1.0)"),
        (
            {"migrations": {"drafts": ["0001_squashed", "0999_future"]}},
            "has tables that this version doesn't know (drafts.0999_future)",
        ),
        ({"product": "Another"}, "isn't a backup of API Playground"),
        ({"tables": None, "surprise": 1}, "isn't a backup of API Playground"),
    ],
)
def test_a_backup_from_elsewhere_is_refused(
    backup: Path, tmp_path: Path, manifest: dict[str, Any], problem: str
) -> None:
    path = rewrite(backup, tmp_path / "other.zip", manifest)
    with pytest.raises(ArchiveError) as refused, Archive(path) as archive:
        check_state(archive)
    assert f"{path} {problem}" in str(refused.value)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    notes, other = tmp_path / "notes.txt", tmp_path / "other.zip"
    notes.write_text("These are notes. " * 100)
    with ZipFile(other, "w") as archive:
        archive.writestr("notes.txt", "x")
    for path in (notes, other):
        with pytest.raises(ArchiveError, match="isn't a whole backup of API Playground"):
            Archive(path)
    with pytest.raises(ArchiveError, match="can't be read: No such file"):
        Archive(tmp_path / "missing.zip")
    with pytest.raises(ArchiveError, match="can't be read: Is a directory"):
        Archive(tmp_path)


def test_verify_restores_nothing(backup: Path, data: Path) -> None:
    said = run_manage(data, "restore", str(backup), "--verify")
    rows = sum(read_manifest(backup)["tables"].values())
    assert said.startswith(f"The backup is whole: {rows:,} rows, 2 files (version ")
    assert not (data / "playground.sqlite3").exists()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pieces = [b"one", b"two" * 1_000_000]
    written = Manifest(settings.VERSION, "now", "sqlite", {"drafts": ["0001"]}, {"a.B": 1}, "", [])
    with (tmp_path / "it.zip").open("wb") as out, ArchiveWriter(out) as writer:
        with writer.add("tables/a.B.jsonl") as write:
            for piece in pieces:
                write(piece)
        writer.finish(written)
    with Archive(tmp_path / "it.zip") as archive:
        archive.verify()
        assert b"".join(archive.read("tables/a.B.jsonl")) == b"".join(pieces)
        assert archive.manifest.tables == {"a.B": 1}
