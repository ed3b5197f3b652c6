"""Newman, Bruno's CLI and a batch: the same rows to the same target, one after the other.

`make bench-peers` installs both from npm into a throw-away folder; nothing of it is kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.batches.conftest import write_rows
from tests.bench.batches import ROWS, measure_sending, time_requests
from tests.bench.figures import Figure
from tests.bench.product import Served
from tests.bench.target import Target, start_target
from tests.sending.conftest import LAUNCH, WORKFLOW

PACKAGES = ("newman@6.2", "@usebruno/cli@4.1")
COMMANDS = {
    "Newman 6.2": "../node_modules/newman/bin/newman.js run newman.json"
    " --iteration-data rows.csv --silent",
    "Bruno CLI 4.1": "../node_modules/@usebruno/cli/bin/bru.js run launch.bru"
    " --csv-file-path rows.csv",
}
BRUNO = """post {
  url: %s
  body: json
  auth: none
}

body:json {
  %s
}
"""


def measure_batch_peers(served: Served) -> Iterator[Figure]:
    """Requests a second and the peak of memory of each."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise SystemExit("Peers need Node.js and npm: install them, or leave this part out.")
    with start_target() as target, install_peers(target.origin) as folder:
        for name, command in COMMANDS.items():
            yield from measure_peer(name, ["node", *command.split()], folder, target)
        yield from measure_sending(served, target)


def measure_peer(name: str, command: list[str], folder: Path, target: Target) -> Iterator[Figure]:
    before = target.count()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    found: list[tuple[int, float]] = []

    def has_ended() -> bool:
        # Only the one who waits for a process learns its peak of memory.
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            found.append((process.returncode, usage.ru_maxrss / 1024))
        return bool(pid)

    rate = time_requests(target, before, ROWS, has_ended)
    [(exit_code, megabytes)] = found
    assert exit_code == 0, f"{name} ended with {exit_code}"
    yield Figure(f"{name}: sent", f"{ROWS:,} rows", rate, "/s")
    yield Figure(f"{name}: peak", f"{ROWS:,} rows", megabytes, "MB")


@contextmanager
def install_peers(origin: str) -> Iterator[Path]:
    """A folder with the rows and the request of each peer."""
    with tempfile.TemporaryDirectory(prefix="playground-peers-") as name:
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        if subprocess.run(install, cwd=name, check=False).returncode:
            raise SystemExit("Peers can't be measured: npm install failed.")
        folder = Path(name) / "requests"
        folder.mkdir()
        rows = write_rows([f"Job {number}" for number in range(ROWS)])
        (folder / "rows.csv").write_bytes(rows)
        url, body = f"{origin}/v3/workflows/{WORKFLOW}/launch", write_body()
        (folder / "newman.json").write_text(json.dumps(describe_collection(url, body)))
        about = {"version": "1", "name": "Bench", "type": "collection"}
        (folder / "bruno.json").write_text(json.dumps(about))
        (folder / "launch.bru").write_text(BRUNO % (url, body.replace("\n", "\n  ")))
        yield folder


def write_body() -> str:
    """The payload of the batch, with the columns of the rows in the notation of both."""
    body = LAUNCH.replace('"Night run"', '"{{name}}"')
    return body.replace('"max_results": 100', '"max_results": {{results}}')


def describe_collection(url: str, body: str) -> dict[str, object]:
    """A Postman collection of one request."""
    header = [{"key": "Content-Type", "value": "application/json"}]
    sent = {"mode": "raw", "raw": body}
    request = {"method": "POST", "url": url, "header": header, "body": sent}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    info = {"name": "Bench", "schema": schema}
    return {"info": info, "item": [{"name": "Launch", "request": request}]}
