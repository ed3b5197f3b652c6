"""Which process sends an exchange, and whether that process still runs."""

import os
import socket
from functools import cache
from pathlib import Path


def identify_process() -> str:
    """Return this process as `host/pid/start time`."""
    return f"{_host()}/{os.getpid()}/{_read_start_time(os.getpid())}"


def has_ended(process: str) -> bool:
    """Return whether the process has certainly ended; False where this host cannot tell."""
    host, _, rest = process.partition("/")
    number, _, started = rest.partition("/")
    # Another host's processes are invisible from here: their exchanges end by their deadline.
    if host != _host() or not number.isdigit():
        return False
    # After a restart another process may have the same pid, but not the same start time.
    return not _is_running(int(number)) or _read_start_time(int(number)) != started


@cache
def _host() -> str:
    return socket.gethostname().replace("/", "-")


def _is_running(pid: int) -> bool:
    # Windows has no harmless signal: os.kill would end the process there.
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs, as another user
    return True


def _read_start_time(pid: int) -> str:
    """Return the start time in clock ticks since boot; empty where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # proc(5): starttime is field 22. The name in field 2 may hold blanks and parentheses.
    return stat.rpartition(")")[2].split()[19]
