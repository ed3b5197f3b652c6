"""A disk of a few megabytes that can be filled: a tmpfs, which only root may mount."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTES = 48


class CannotMount(Exception):
    """This user, or this system, doesn't allow it."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small disk on an empty folder for a while. Raises CannotMount."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise CannotMount from None
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits; return the file to remove."""
    path = disk / "ballast"
    for size in (1 << 20, 4096):
        with path.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * size) == size:
                pass
    return path
