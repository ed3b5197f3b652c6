"""Installations to back up and to restore into, as processes see them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from playground.commands.archive import MANIFEST
from tests.upgrade.running import FIXTURE, HOME, make_environment, run_manage

Settings = dict[str, str]
SERVER = os.environ.get("PLAYGROUND_TEST_DATABASE_URL", "")
needs_postgresql = pytest.mark.skipif(not SERVER, reason="needs PostgreSQL: make test-postgresql")

# Each value as Python reads it, and so decrypted.
DUMP = """
import json
from django.apps import apps
tables = {}
for model in apps.get_models(include_auto_created=True):
    rows = [
        {name: bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value
         for name, value in row.items()}
        for row in model._base_manager.order_by("pk").values()
    ]
    tables[model._meta.label] = json.loads(json.dumps(rows, default=repr, sort_keys=True))
with open(TARGET, "w") as file:
    json.dump(tables, file)
"""


def unpack_data(folder: Path) -> Path:
    """A data folder with rows in nearly every table, written by an earlier version."""
    shutil.unpack_archive(FIXTURE, folder)
    return folder


def make_data(folder: Path) -> Path:
    """The same, upgraded."""
    run_manage(unpack_data(folder), "migrate", "--verbosity", "0")
    return folder


def copy_data(data: Path, folder: Path) -> Path:
    return Path(shutil.copytree(data, folder))


def make_empty(folder: Path, keys_of: Path | None = None) -> Path:
    """A data folder with nothing but the keys of another one."""
    folder.mkdir()
    if keys_of:
        for name in ("secrets.key", "signing.key"):
            shutil.copy(keys_of / name, folder)
    return folder


def make_database() -> Settings:
    """Settings that name a new database of the PostgreSQL server."""
    import psycopg  # noqa: PLC0415  (only there when it is tested)

    name = f"restored_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return {"PLAYGROUND_DATABASE_URL": f"{SERVER.rpartition('/')[0]}/{name}"}


def refuse(data: Path, *command: str, **settings: str) -> str:
    """The one sentence with which a command ends."""
    done = run(data, *command, **settings)
    assert done.returncode == 1, done.stdout + done.stderr
    [line] = done.stderr.strip().splitlines()
    return line.removeprefix("CommandError: ")


def run(data: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=HOME,
        env=make_environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def read_tables(data: Path, **settings: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    target = data / "tables.json"
    code = f"TARGET = {str(target)!r}\n{DUMP}"
    run_manage(data, "shell", "--no-imports", "-c", code, **settings)
    tables: dict[str, list[dict[str, Any]]] = json.loads(target.read_text())
    target.unlink()
    return tables


def rewrite(
    source: Path, target: Path, manifest: dict[str, Any] | None = None, without: str = ""
) -> Path:
    """A copy of an archive with another manifest, or without a member."""
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == MANIFEST and manifest is not None:
                content = json.dumps(json.loads(content) | manifest).encode()
            if name != without:
                new.writestr(name, content)
    return target
