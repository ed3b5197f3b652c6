"""The engine inside a served process: it is seen, and does the periodic work."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.commands.installation import prepare, read_outcomes
from tests.commands.test_serve import HOME, environment, served
from tests.sending.stand_ins import wait_until

LONG = 60.0
# Past its deadline, so that recovery has to end it.
ABANDON = """
from datetime import timedelta
from django.utils import timezone
from tests.history.exchanges import start_exchange
from playground.history.models import Exchange
start_exchange(deadline=timezone.now() - timedelta(seconds=1))
Exchange.objects.update(process="elsewhere/1/1")
"""


def read(data: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(data / "playground.sqlite3")) as database:
        return database.execute(statement).fetchall()


def test_a_served_process_is_seen_and_recovers_what_others_left(tmp_path: Path) -> None:
    prepare(tmp_path, "http://127.0.0.1:9")
    with served(tmp_path):
        assert wait_until(lambda: read(tmp_path, "SELECT name FROM engine_periodicrun"), LONG)
        assert wait_until(lambda: read(tmp_path, "SELECT kind FROM engine_process"), LONG)
        assert read(tmp_path, "SELECT kind FROM engine_process") == [("web",)]
        code = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ABANDON]
        subprocess.run(code, cwd=HOME, env=environment(tmp_path), check=True)
        # Not at the start of the process, which was before: by the periodic task.
        assert wait_until(lambda: read_outcomes(tmp_path) == ["unknown"], LONG)
