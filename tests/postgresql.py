"""Run pytest on PostgreSQL: `python -m tests.postgresql [pytest options]`.

The server is the one that `PLAYGROUND_TEST_DATABASE_URL` names, else a throw-away cluster made
from the system's PostgreSQL binaries. On Debian as root, missing binaries are installed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

URL = "PLAYGROUND_TEST_DATABASE_URL"
# Sockets that don't listen, so that no other process is given their ports meanwhile.
_reserved: list[socket.socket] = []
MISSING = (
    "PostgreSQL's programs (initdb, pg_ctl) are missing. Install them (Debian: apt install"
    f" postgresql), or set {URL} to a server whose user may create databases."
)


def main(options: list[str]) -> int:
    """Return pytest's exit status."""
    if os.environ.get(URL):
        return run_pytest(options)
    with throwaway_cluster() as url:
        os.environ[URL] = url
        return run_pytest(options)


def run_pytest(options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *options], check=False).returncode


@contextmanager
def throwaway_cluster() -> Iterator[str]:
    """The URL of a new server on loopback, which is gone afterwards."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="playground-postgresql-"))
    data = folder / "data"
    port = find_free_port()
    # fsync only protects from power cuts, which a throw-away server needn't survive.
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        give_to_server_user(folder)
        run_as_server_user(
            programs / "initdb", "-A", "trust", "-U", "playground", "-E", "UTF8",
            "--locale=C.UTF-8", "-D", data,
        )  # fmt: skip
        log = folder / "log"
        run_as_server_user(programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgres://playground@127.0.0.1:{port}/postgres"
        finally:
            run_as_server_user(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of initdb and pg_ctl; exits with a message when there is none."""
    found = list_program_folders()
    if not found:
        install_packages("postgresql")
        found = list_program_folders()
    if not found:
        raise SystemExit(MISSING)
    return found[-1]


def install_packages(*names: str) -> None:
    """Install Debian's packages; nothing happens on another system, or without root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    subprocess.run(install, env=quiet, check=False, stdout=subprocess.DEVNULL)


def list_program_folders() -> list[Path]:
    """Debian keeps them out of the PATH, in one folder for each version; the newest is last."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders and (program := shutil.which("initdb")):
        folders = [Path(program).resolve().parent]
    return [folder for folder in folders if (folder / "initdb").exists()]


def give_to_server_user(folder: Path) -> None:
    """PostgreSQL refuses to run as root, so root hands the folder to its own user."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)


def run_as_server_user(*command: str | Path) -> None:
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


def find_free_port() -> int:
    """A port for a server of this process's own that binds it later, with SO_REUSEADDR."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    _reserved.append(probe)
    port: int = probe.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
