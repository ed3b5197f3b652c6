"""Other users of the machine can't open what the playground writes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from playground.commands.private_files import protect_files
from playground.settings import HOME

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes"),
    pytest.mark.filterwarnings("ignore:Overriding setting DATABASES"),
]

MAKE_TEMPLATE = """
from playground.people.models import Role
from playground.people.team import add_person
from tests.payload_templates.templates import make_template
make_template(add_person("ada", "", Role.OWNER))
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def list_open(folder: Path) -> list[str]:
    """The paths in a folder that others could open."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if mode_of(path) & 0o077]


def run(data: Path, *command: str) -> None:
    """A command run by an administrator with the usual umask."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PLAYGROUND_")}
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=HOME,
        env=environment | {"PLAYGROUND_DATA": str(data)},
        umask=0o022,
        capture_output=True,
        check=True,
    )


def test_everything_made_in_an_open_folder_is_private(tmp_path: Path) -> None:
    data, exported = tmp_path / "data", tmp_path / "exported"
    data.mkdir()
    data.chmod(0o755)
    run(data, "migrate", "--verbosity", "0")
    run(data, "collectstatic", "--noinput", "--verbosity", "0")
    run(data, "shell", "-c", MAKE_TEMPLATE)
    run(data, "export_templates", str(exported))
    assert (data / "playground.sqlite3").exists()
    assert (data / "static").exists()
    assert list(exported.rglob("*.yaml"))
    assert list_open(tmp_path) == ["data"]


@pytest.fixture
def data(settings, tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    settings.DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.STATIC_ROOT = tmp_path / "static"
    name = tmp_path / "playground.sqlite3"
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name}}
    for each in ("playground.sqlite3", "playground.sqlite3-wal", "secrets.key", "signing.key"):
        (tmp_path / each).write_text("x")
        (tmp_path / each).chmod(0o644)
    settings.MEDIA_ROOT.mkdir()
    settings.MEDIA_ROOT.chmod(0o755)
    return tmp_path


def test_a_start_closes_what_was_open(data: Path) -> None:
    assert "secrets.key" in list_open(data)
    protect_files()
    assert list_open(data) == []
    assert mode_of(data / "files") == 0o700
    assert mode_of(data / "secrets.key") == 0o600


def test_a_start_warns_about_an_open_data_folder(data: Path, caplog) -> None:
    protect_files()
    assert f"chmod 700 {data}" in caplog.text
    caplog.clear()
    data.chmod(0o700)
    protect_files()
    assert not caplog.text
