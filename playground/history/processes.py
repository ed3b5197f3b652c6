"""Which process carries an exchange, and whether that process still lives."""

import os
import socket
from functools import cache
from pathlib import Path


def name_holder() -> str:
    """This process: machine, number, and when it began (numbers are used again)."""
    return f"{_machine()}/{os.getpid()}/{_began(os.getpid())}"


def is_dead(holder: str) -> bool:
    """True only when the process is surely gone; False when nobody can tell from here."""
    machine, _, rest = holder.partition("/")
    number, _, began = rest.partition("/")
    if machine != _machine() or not number.isdigit():
        return False
    return not _lives(int(number)) or _began(int(number)) != began


@cache
def _machine() -> str:
    return socket.gethostname().replace("/", "-")


def _lives(number: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _began(number: int) -> str:
    """The start time of a process in clock ticks since boot, where the system tells."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
