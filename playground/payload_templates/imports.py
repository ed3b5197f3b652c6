"""Import template files: unpack an upload, plan what each file would do, then store it."""

from __future__ import annotations

import io
import struct
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from playground.payload_templates.exports import serialize_template
from playground.payload_templates.models import Template, Version
from playground.payload_templates.secrets import store_found_secrets
from playground.payload_templates.template_files import (
    MAX_FILE_BYTES,
    SCHEDULES,
    InvalidTemplateFile,
    TemplateFile,
    read_template_file,
)
from playground.payload_templates.templates import may_change, update_details, visible_templates
from playground.payload_templates.versions import (
    Content,
    create_template,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from playground.workspace.connections import host_of

MAX_ZIP_BYTES, MAX_UNPACKED_BYTES, MAX_ZIP_ENTRIES = 10_000_000, 100_000_000, 20_000
EXTENSIONS = (".yaml", ".yml", ".json")
# The "end of central directory" record of a zip: its signature, its shortest length, and where
# it holds the number of entries (PKWARE APPNOTE, section 4.3.16).
ZIP_END, ZIP_END_BYTES, ZIP_ENTRY_COUNT_AT = b"PK\x05\x06", 22, 10


@dataclass(frozen=True)
class ImportStep:
    """What importing one file would do: `new`, `same`, `changed` or `conflict`."""

    file: TemplateFile
    kind: str
    template: Template | None = None


def read_upload(name: str, data: bytes) -> list[TemplateFile]:
    """The templates of one file or one zip. Raises InvalidTemplateFile."""
    if name.lower().endswith(".zip") or data[:4] == b"PK\x03\x04":
        return [read_template_file(path, content) for path, content in _unpack_zip(name, data)]
    return [read_template_file(name, data)]


def _unpack_zip(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """Path and content of each template file in the zip. Raises InvalidTemplateFile."""
    if len(data) > MAX_ZIP_BYTES:
        raise InvalidTemplateFile(name, _("Too large. The limit is 10 MB."))
    # Counted before the zip is opened: `ZipFile` builds an object for each entry it lists.
    if _count_zip_entries(data) > MAX_ZIP_ENTRIES:
        raise InvalidTemplateFile(name, _("Too many files. The limit is 20,000."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_zip_entries(name, archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # `zipfile` raises RuntimeError for a missing password and OSError for bad offsets.
        raise InvalidTemplateFile(name, _("Damaged, or protected by a password.")) from error


def _count_zip_entries(data: bytes) -> int:
    at = data.rfind(ZIP_END)
    if not 0 <= at <= len(data) - ZIP_END_BYTES:
        return 0
    return int(struct.unpack_from("<H", data, at + ZIP_ENTRY_COUNT_AT)[0])


def _read_zip_entries(name: str, archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    entries, found, total = archive.infolist(), [], 0
    # The count at the end of the file can be forged, or be 16 bits of a larger one.
    if len(entries) > MAX_ZIP_ENTRIES:
        raise InvalidTemplateFile(name, _("Too many files. The limit is 20,000."))
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in str(path):
            message = _("Contains a path that leads outside the zip: %(path)s.")
            raise InvalidTemplateFile(name, message % {"path": f"{entry.filename!r:.80}"})
        if entry.is_dir() or not path.name.lower().endswith(EXTENSIONS):
            continue
        # The sizes a zip claims can be forged too, so no more is read than is accepted.
        with archive.open(entry) as file:
            content = file.read(MAX_FILE_BYTES + 1)
        total += len(content)
        if total > MAX_UNPACKED_BYTES:
            raise InvalidTemplateFile(name, _("Unpacks to more than 100 MB."))
        found.append((str(path), content))
    if not found:
        raise InvalidTemplateFile(name, _("Contains no template files."))
    return found


def plan_import(person: Person, files: Sequence[TemplateFile]) -> list[ImportStep]:
    """What importing each file would do. Writes nothing."""
    return [_plan_file(person, file) for file in files]


def _plan_file(person: Person, file: TemplateFile) -> ImportStep:
    template = _find_existing(person, file)
    if template is None:
        return ImportStep(file, "new")
    stored, imported = serialize_template(template), _normalize_row(file)
    if _comparable(stored, file) == _comparable(imported, file):
        return ImportStep(file, "same", template)
    is_newest = file.version == template.latest_version
    return ImportStep(file, "changed" if is_newest else "conflict", template)


def _find_existing(person: Person, file: TemplateFile) -> Template | None:
    """The template with the file's id, else the person's own with its name and folder."""
    try:
        found = list(visible_templates(person).filter(id=uuid.UUID(file.id)))
    except ValueError:
        found = []
    if not found:
        own = Template.objects.filter(person=person, deleted_at=None)
        found = list(own.filter(name=file.details.name, folder=file.details.folder))
    return next((row for row in found if may_change(person, row)), None)


def _normalize_row(file: TemplateFile) -> dict[str, Any]:
    """The file's row as `serialize_template` would write it."""
    row = {**file.row, "document": file.content.shared.text}
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def _comparable(row: dict[str, Any], file: TemplateFile) -> dict[str, Any]:
    """The part of a row that decides whether two templates are the same."""
    ignored = {"version", "schema", "id", SCHEDULES}
    # An unknown connection can't be imported: the stored one is kept, so it isn't a change.
    if not file.content.shared.connection:
        ignored.add("connection")
    return {key: value for key, value in row.items() if key not in ignored}


def import_template(person: Person, step: ImportStep, as_copy: bool = False) -> Template:
    """Store one file as a new template, or as a new version of an existing one.

    A conflict becomes the next version or, with `as_copy`, a template of its own: either way
    nothing that exists is lost.
    """
    file, content = step.file, step.file.content
    note = f"Imported from {file.path}"[:500]
    if step.template is None or as_copy:
        made = create_template(person, file.operation, content, file.details, note)
        _store_secrets(get_version(made), file)
        return made
    if step.kind == "same":
        return step.template
    if not content.shared.connection:
        connection = read_content(get_version(step.template)).shared.connection
        content = Content(replace(content.shared, connection=connection), content.variants)
    saved = save_version(person, step.template, content, step.template.latest_version, note)
    if isinstance(saved, Version):
        _store_secrets(saved, file)
        update_details(step.template, file.details)
    return step.template


def _store_secrets(version: Version, file: TemplateFile) -> None:
    # Without a connection there is no host to bind them to: they can't be sent anywhere yet.
    hosts = host_of(version.connection.base_url) if version.connection else ""
    store_found_secrets(version, file.found, hosts)
