"""Commands as processes of their own, on a data folder that was never served."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

SEARCH = "00000000-0000-4782-8d20-000000000546"


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PLAYGROUND_DATA": str(data)}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=settings.HOME, env=environment, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr
    return done


def test_a_sync_shows_its_progress_and_nothing_else(tmp_path) -> None:
    done = run(tmp_path, "sync_connection", "Practice")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Reading the list of workflows" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Synced: ")
    unknown = run(tmp_path, "sync_connection", "Nowhere")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "Connections: Practice, Practice Altcraft." in unknown.stderr


def test_a_closed_pipe_is_not_an_error(tmp_path) -> None:
    environment = {**os.environ, "PLAYGROUND_DATA": str(tmp_path)}
    command = [sys.executable, "manage.py", "sync_connection", "Practice"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=settings.HOME, env=environment, **pipes) as process:
        process.stdout.close()
        said = process.stderr.read().decode()
        assert said == "", said
    assert process.returncode == 1


def test_a_definition_is_exported_and_imported(tmp_path) -> None:
    done = run(tmp_path / "one", "export_workflow", SEARCH)
    assert json.loads(done.stdout)["workflow"]["uid"] == SEARCH
    file = tmp_path / "definition.json"
    file.write_text(done.stdout)
    assert run(tmp_path / "two", "import_workflow", str(file)).returncode == 0
