"""Running the playground on a data folder: one command, or the server with its real pages."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parent.parent
FIXTURE = HERE / "data-1.tar.gz"
KNOWN = HERE / "known-1.json"
SEEN = HERE / "seen-1.json"


def make_environment(data: Path, **more: str) -> dict[str, str]:
    """The variables of a process that works on this data folder and knows no other settings."""
    own = {name: value for name, value in os.environ.items() if "PLAYGROUND_" not in name}
    return {**own, "PLAYGROUND_DATA": str(data), "PLAYGROUND_PORT": "0", **more}


def run_manage(data: Path, *command: str, **more: str) -> str:
    """What `manage.py` prints; an AssertionError with its complaints when it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=HOME,
        env=make_environment(data, **more),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {command[0]}:\n{done.stdout}{done.stderr}"
    return done.stdout


def look_at(data: Path, target: Path) -> None:
    """Write to the target what people see in this data folder."""
    script = f"import runpy; runpy.run_path({str(HERE / 'look.py')!r}, run_name='__main__')"
    run_manage(data, "shell", "-c", script, UPGRADE_KNOWN=str(KNOWN), UPGRADE_SEEN=str(target))


@contextmanager
def serve(data: Path, log: Path, **more: str) -> Iterator[str]:
    """The origin of a server that runs on this data folder; its output goes to the log."""
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=HOME,
            env=make_environment(data, **more),
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
        )
    assert process.stdout
    said = ""
    try:
        while not (found := re.search(r"(https?://[\w.]+:\d+)/", said)):
            line = process.stdout.readline()
            assert line, f"The server did not start:\n{said}{log.read_text()}"
            said += line
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
