"""Data for a process under test: a person with a token, and a template for a target."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.commands.test_serve import HOME, environment
from tests.drill.sender import Sender

# Run by `manage.py shell`, in a process with the settings of that data folder.
SETUP = """
import json
from tests.drill.sender import create_sender
sender = create_sender({target!r})
print(json.dumps([sender.token, sender.template]))
"""


def prepare(data: Path, target: str) -> Sender:
    """Fill an empty data folder."""
    code = SETUP.format(target=target)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    settings = environment(data, ALLOW_NETWORKS="127.0.0.0/8")
    done = subprocess.run(command, cwd=HOME, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    token, template = json.loads(done.stdout.splitlines()[-1])
    return Sender(token, template)


def read_outcomes(data: Path) -> list[str]:
    """The outcomes of all sends, oldest first, as they are on disk."""
    with closing(sqlite3.connect(data / "playground.sqlite3")) as database:
        rows = database.execute("SELECT outcome FROM history_exchange ORDER BY number")
        return [outcome for (outcome,) in rows]
