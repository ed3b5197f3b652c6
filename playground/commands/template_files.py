"""Files of templates, as commands find, read and write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from playground.commands.scripts import InvalidArgument
from playground.payload_templates.imports import EXTENSIONS, read_upload
from playground.payload_templates.template_files import (
    MAX_FILE_BYTES,
    InvalidTemplateFile,
    TemplateFile,
)
from playground.schedules.schedule_files import read_file_schedules


def read_files(paths: Sequence[Path]) -> list[TemplateFile]:
    """The templates of files, zips and folders, found valid with their schedules.

    Raises InvalidArgument.
    """
    try:
        files = [file for path in find_files(paths) for file in read_path(path)]
        for file in files:
            read_file_schedules(file)
    except InvalidTemplateFile as error:
        raise InvalidArgument(str(error)) from None
    except OSError as error:
        raise InvalidArgument(f"Can't read {error.filename}: {error.strerror}.") from None
    return files


def write_files(files: Iterable[tuple[str, str]], folder: Path) -> int:
    """Write files, given by path and text, and return how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path, text in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # The same bytes on every system, so that git shows real changes only.
        target.write_text(text, "utf-8", newline="\n")
        count += 1
    return count


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files themselves; for a folder, all template files below it."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in EXTENSIONS)
        else:
            yield path


def read_path(path: Path) -> list[TemplateFile]:
    """Raises InvalidTemplateFile or OSError."""
    # One byte more than allowed shows that a file is too large; the rest isn't read.
    with path.open("rb") as file:
        return read_upload(path.name, file.read(MAX_FILE_BYTES + 1))
