"""The format of template files: read one file and check it against its schema.

`exports` writes what this module reads. Keys and their meaning never change: old files must
still import. A change of meaning needs a new number in `SCHEMA`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml
from django.utils.translation import gettext as _

from playground.drafts.credentials import mask_state
from playground.drafts.metadata import Metadata, check_variable
from playground.drafts.states import LEAVE_OUT, SEND, State
from playground.importers.credentials import Collector
from playground.importers.values import FoundSecret
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.openapi.operations import operation_exists
from playground.payload_templates.secrets import mask_variant, secret_names_in
from playground.payload_templates.templates import (
    TemplateInput,
    validate_template_input,
)
from playground.payload_templates.variants import (
    MAX_NAME_LENGTH,
    Variant,
    read_variants,
    write_variants,
)
from playground.payload_templates.versions import Content
from playground.workspace.models import Connection

FORMAT, SCHEMA = "api-playground-template", 1
MAX_FILE_BYTES = 10_000_000
MAX_YAML_EVENTS, MAX_YAML_DEPTH = 50_000, 20
TEXT_KEYS = ("id", "name", "description", "folder", "operation", "connection", "media_type", "body")
TABLE_KEYS = ("path_values", "off", "away", "notes", "variables")
# The part of the file that the package `schedules` reads and writes.
SCHEDULES = "schedules"
KNOWN_KEYS = {"format", "schema", "version", "tags", "document", "variants", SCHEDULES}
KNOWN_KEYS |= {*TEXT_KEYS, *TABLE_KEYS}
# Edits of these kinds have a name in place of a JSON Pointer.
NAMED_KINDS = ("path", "leave-out", "media-type", "body", "variable", "connect")


class InvalidTemplateFile(ValueError):
    """A file can't be imported; the message says which and why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)


@dataclass(frozen=True)
class TemplateFile:
    """One file that was read and found valid.

    `version` is the number it was exported at, 0 where the file doesn't say. Credentials are
    replaced by references in `content` and collected in `found`.
    """

    path: str
    source: str
    row: dict[str, Any]
    details: TemplateInput
    operation: str
    content: Content
    version: int = 0
    id: str = ""
    found: tuple[FoundSecret, ...] = field(default=(), repr=False)

    @property
    def secret_names(self) -> list[str]:
        """The names of the credentials in the file that will be stored as secrets."""
        return list(dict.fromkeys(each.name for each in self.found))

    @property
    def missing_connection(self) -> str:
        """The connection that the file names and that doesn't exist here, or an empty text."""
        return "" if self.content.shared.connection else str(self.row.get("connection", ""))


def read_template_file(path: str, data: bytes) -> TemplateFile:
    """Read one YAML or JSON file. Raises InvalidTemplateFile."""
    if len(data) > MAX_FILE_BYTES:
        raise InvalidTemplateFile(path, _("Too large. The limit is 10 MB."))
    try:
        # Editors on Windows begin files with a byte order mark.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidTemplateFile(path, _("Not UTF-8 text.")) from None
    try:
        # JSON is nearly a subset of YAML, but tabs and some escapes differ: read as JSON.
        row = json.loads(text) if text.lstrip()[:1] == "{" else _load_yaml(path, text)
        # JSON's \ud800 is half of a surrogate pair: no database and no file can store it.
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = _("Contains half a character (a lone surrogate), which can't be stored.")
        raise InvalidTemplateFile(path, message) from None
    except InvalidTemplateFile:
        raise
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InvalidTemplateFile(path, _("Not valid YAML or JSON.")) from None
    return _read_row(path, text, row)


def _load_yaml(path: str, text: str) -> Any:
    """Parse YAML with every scalar as text, so that `1.10` or `no` keep their spelling."""
    depth = 0
    # The events are counted before anything is built: anchors can expand a few bytes into
    # gigabytes ("billion laughs"), and deep nesting exhausts the stack of the C loader.
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CBaseLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidTemplateFile(path, _("YAML anchors aren't supported."))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if count > MAX_YAML_EVENTS or depth > MAX_YAML_DEPTH:
            raise InvalidTemplateFile(path, _("Too many parts."))
    return yaml.load(text, Loader=yaml.CBaseLoader)


def _read_row(path: str, source: str, row: Any) -> TemplateFile:
    """Check the file against the schema. Raises InvalidTemplateFile."""
    if message := _validate_keys(row):
        raise InvalidTemplateFile(path, message)
    content, found = _extract_secrets(_read_content(path, row))
    details = TemplateInput(
        # A file written by hand can leave its name out: the file's own name is used.
        row.get("name", "").strip() or PurePosixPath(path).stem,
        row.get("description", ""),
        tuple(row.get("tags", [])),
        row.get("folder", ""),
    )
    operation, number = row.get("operation", ""), str(row.get("version", "0"))
    if message := validate_template_input(details):
        raise InvalidTemplateFile(path, message)
    if not operation_exists(operation):
        message = _("Unknown operation: %(name)s.") % {"name": repr(operation)[:60]}
        raise InvalidTemplateFile(path, message)
    # Only used to detect conflicts: a version that can't be read counts as unknown.
    version = int(number) if number.isdecimal() and len(number) < 9 else 0
    return TemplateFile(
        path, source, row, details, operation, content, version, row.get("id", ""), found
    )


def _validate_keys(row: Any) -> str:
    """A message if the row's keys or their types aren't valid, otherwise an empty text."""
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        return _("Not an API Playground template.")
    if str(row.get("schema")) != str(SCHEMA):
        return _("Schema %(schema)s isn't supported.") % {"schema": f"{row.get('schema')!s:.20}"}
    if unknown := sorted(set(map(str, row)) - KNOWN_KEYS):
        return _("Unknown key: %(key)s.") % {"key": unknown[0][:40]}
    for key in TEXT_KEYS:
        if not isinstance(row.get(key, ""), str):
            return _("%(key)s must be text.") % {"key": key}
    for key in TABLE_KEYS:
        if not _maps_text_to_text(row.get(key, {})):
            return _("%(key)s must map names to text.") % {"key": key}
    if row.get("body", SEND) not in (SEND, LEAVE_OUT):
        return _("body must be %(values)s.") % {"values": f"{SEND} or {LEAVE_OUT}"}
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return _("tags must be a list of texts.")
    for key in ("connection", "path_values"):
        # PostgreSQL can neither store it nor search for it.
        if "\\u0000" in json.dumps(row.get(key, "")):
            return _("%(key)s can't contain the NUL character.") % {"key": key}
    return ""


def _extract_secrets(content: Content) -> tuple[Content, tuple[FoundSecret, ...]]:
    """The content with references in place of its credentials, and those credentials."""
    shared, variants = content.shared, write_variants(content.variants)
    known = secret_names_in(shared.text, shared.metadata.write(), variants)
    # Names that the content refers to already are taken: a new secret must not replace one.
    collector = Collector(names={f"known {name}": name for name in known})
    masked = mask_state(shared, collector)
    masked_variants = tuple(mask_variant(each, collector) for each in content.variants)
    return Content(masked, masked_variants), tuple(collector.found)


def _read_content(path: str, row: dict[str, Any]) -> Content:
    document, off, away = row.get("document", ""), row.get("off", {}), row.get("away", {})
    # JSON files hold the document as a list of lines, which git can compare one by one.
    if isinstance(document, list) and all(isinstance(line, str) for line in document):
        document = "\n".join(document)
    notes = row.get("notes", {})
    try:
        if not isinstance(document, str):
            raise ValueError("the document must be text")
        for text in (document, *off.values(), *away.values()):
            parse(text)
        for pointer in (*off, *away, *notes):
            pointers.split(pointer)
        variables = _read_variables(row)
        variants = read_variants(json.dumps(row.get("variants", [])))
        for variant in variants:
            if not isinstance(variant.name, str) or not 0 < len(variant.name) <= MAX_NAME_LENGTH:
                raise ValueError("a variant must have a name")
            check_variant_edits(variant)
        if len({variant.name for variant in variants}) < len(variants):
            raise ValueError("two variants have the same name")
    except JSONSyntaxError as error:
        raise InvalidTemplateFile(path, error.message) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidTemplateFile(path, _("The document or its variants aren't valid.")) from None
    # An unknown connection isn't an error: the person chooses one before sending.
    named = Connection.objects.filter(name=row.get("connection") or None).first()
    is_left_out = row.get("body", SEND) == LEAVE_OUT
    metadata = Metadata(off, notes, {}, away, variables, row.get("media_type", ""), is_left_out)
    connection = str(named.id) if named else ""
    return Content(State(document, metadata, row.get("path_values", {}), connection), variants)


def check_variant_edits(variant: Variant) -> None:
    """Raise JSONSyntaxError or ValueError for an edit that can't be performed."""
    for edit in variant.edits:
        if edit.kind in ("set", "replace"):
            parse(edit.value)
        if edit.kind not in NAMED_KINDS:
            pointers.split(edit.pointer)


def _read_variables(row: dict[str, Any]) -> dict[str, str]:
    """The payload's own variables as JSON text by name. Raises JSONSyntaxError, ValueError."""
    metadata = Metadata()
    for name, value in row.get("variables", {}).items():
        parse(value)
        if check_variable(metadata, name, value):
            raise ValueError("a variable's name or value isn't valid")
        metadata = metadata.put("variables", name, value)
    return dict(metadata.variables)


def _maps_text_to_text(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(each, str) for key, each in value.items()
    )
