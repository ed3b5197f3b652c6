"""Template files read and held against their schema."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from playground.drafts.credentials import mask_state
from playground.drafts.editing import State
from playground.drafts.metadata import Aside
from playground.drafts.variables import judge_variable
from playground.importers.credentials import Collector
from playground.importers.values import FoundSecret
from playground.jsontext import pointers
from playground.jsontext.parsing import NotJson, read
from playground.openapi.operations import UnknownOperation, find_operation
from playground.payload_templates.archives import MOST_BYTES, InvalidTemplateFile, unpack
from playground.payload_templates.exports import FORMAT, SCHEMA
from playground.payload_templates.masking import mask_variant
from playground.payload_templates.secrets import secret_names_in
from playground.payload_templates.templates import TemplateInput, validate_template_input
from playground.payload_templates.variants import (
    MAX_NAME_LENGTH,
    Variant,
    read_variants,
    write_variants,
)
from playground.payload_templates.versions import Content
from playground.workspace.models import Connection

MOST_EVENTS = 50_000
TEXTS = ("id", "name", "description", "folder", "operation", "connection")
KEYS = {"format", "schema", "version", "tags", "path_values", "document", "off", "away", "notes"}
KEYS |= {"variants", "variables", *TEXTS}
# Kinds of edits whose pointer is a name.
NAMED = ("path", "variable", "connect")


@dataclass(frozen=True)
class TemplateFile:
    """One file that was understood. `version` is the number it was exported at; credentials
    that stood in it are taken out of the content, into `found`."""

    path: str
    source: str
    row: dict[str, Any]
    wanted: TemplateInput
    operation: str
    content: Content
    version: int = 0
    id: str = ""
    found: tuple[FoundSecret, ...] = field(default=(), repr=False)

    @property
    def secret_names(self) -> list[str]:
        """What the credentials are called that stood in the file and go to the secrets."""
        return list(dict.fromkeys(each.name for each in self.found))

    @property
    def lost_connection(self) -> str:
        """The connection that the file names and nobody has here."""
        return "" if self.content.shared.connection else str(self.row.get("connection", ""))


def read_upload(name: str, data: bytes) -> list[TemplateFile]:
    """The templates of one file or one zip. Raises Refused."""
    if name.lower().endswith(".zip") or data[:4] == b"PK\x03\x04":
        return [read_template_file(path, inner) for path, inner in unpack(data)]
    return [read_template_file(name, data)]


def read_template_file(path: str, data: bytes) -> TemplateFile:
    """One YAML or JSON file. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise InvalidTemplateFile(
            f"{path} is too large: a template has at most {MOST_BYTES // 1_000_000} MB."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidTemplateFile(f"{path} is no UTF-8 text.") from None
    try:
        row = json.loads(text) if text.lstrip()[:1] == "{" else _read_yaml(text)
        _insist_on_whole_characters(row)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = (
            str(error)
            if isinstance(error, InvalidTemplateFile)
            else "is no YAML or JSON that is read here"
        )
        raise InvalidTemplateFile(f"{path} {reason}.") from None
    return _judge(path, text, row)


def _insist_on_whole_characters(row: Any) -> None:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidTemplateFile(
            "holds half a character (a lone surrogate), which cannot be kept"
        ) from None


def _read_yaml(text: str) -> Any:
    """Without anchors, so that nothing grows; every scalar is a text."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CBaseLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidTemplateFile("repeats parts by anchors, which are not read here")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if count > MOST_EVENTS or depth > 20:
            raise InvalidTemplateFile("is made of too many parts")
    return yaml.load(text, Loader=yaml.CBaseLoader)


def _judge(path: str, source: str, row: Any) -> TemplateFile:
    """Hold the file against its schema."""
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise InvalidTemplateFile(f"{path} is no template of API Playground.")
    if str(row.get("schema")) != str(SCHEMA):
        raise InvalidTemplateFile(
            f"{path} has the schema {row.get('schema')!s:.20}; here {SCHEMA} is read."
        )
    if strange := sorted(set(map(str, row)) - KEYS):
        raise InvalidTemplateFile(f"{path} has the key {strange[0]:.40}, which no template has.")
    for key in TEXTS:
        if not isinstance(row.get(key, ""), str):
            raise InvalidTemplateFile(f"{path}: {key} is a text.")
    for key in ("path_values", "off", "away", "notes", "variables"):
        if not _is_texts(row.get(key, {})):
            raise InvalidTemplateFile(f"{path}: {key} holds texts by name.")
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidTemplateFile(f"{path}: tags is a list of texts.")
    number = str(row.get("version", "0"))
    content, found = _take_out(_read_content(path, row))
    wanted = TemplateInput(
        row.get("name", "").strip()[:200] or PurePosixPath(path).stem[:200],
        row.get("description", ""),
        tuple(tags),
        row.get("folder", ""),
    )
    if sentence := validate_template_input(wanted):
        raise InvalidTemplateFile(f"{path}: {sentence}")
    return TemplateFile(
        path,
        source,
        row,
        wanted,
        _read_operation(path, row.get("operation", "")),
        content,
        int(number) if number.isdecimal() and len(number) < 9 else 0,
        row.get("id", ""),
        found,
    )


def _take_out(content: Content) -> tuple[Content, tuple[FoundSecret, ...]]:
    """The content with references for its credentials, named unlike those it has already."""
    shared, variants = content.shared, write_variants(content.variants)
    known = secret_names_in(shared.text, shared.aside.write(), variants)
    collector = Collector(names={f"known {name}": name for name in known})
    masked = mask_state(shared, collector)
    varied = tuple(mask_variant(each, collector) for each in content.variants)
    return Content(masked, varied), tuple(collector.found)


def _read_operation(path: str, name: str) -> str:
    try:
        return find_operation(name).id
    except UnknownOperation:
        raise InvalidTemplateFile(
            f"{path}: this playground knows no operation {name!r:.60}."
        ) from None


def _read_content(path: str, row: dict[str, Any]) -> Content:
    document = row.get("document", "")
    if isinstance(document, list) and all(isinstance(line, str) for line in document):
        document = "\n".join(document)
    try:
        if not isinstance(document, str):
            raise ValueError("the document is a text")
        read(document)
        for kept in (*row.get("off", {}).values(), *row.get("away", {}).values()):
            read(kept)
        variables = _read_variables(row)
        for place in (*row.get("off", {}), *row.get("away", {}), *row.get("notes", {})):
            pointers.split(place)
        variants = read_variants(json.dumps(row.get("variants", [])))
        for variant in variants:
            _judge_variant(variant)
        if len({variant.name for variant in variants}) < len(variants):
            raise ValueError("two variants have the same name")
    except NotJson as error:
        raise InvalidTemplateFile(f"{path}: {error.sentence}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidTemplateFile(
            f"{path}: its document or its variants are not made as a template's."
        ) from None
    named = Connection.objects.filter(name=row.get("connection") or None).first()
    aside = Aside(row.get("off", {}), row.get("notes", {}), {}, row.get("away", {}), variables)
    connection = str(named.id) if named else ""
    return Content(State(document, aside, row.get("path_values", {}), connection), variants)


def _judge_variant(variant: Variant) -> None:
    """Raises NotJson, ValueError."""
    if not isinstance(variant.name, str) or not 0 < len(variant.name) <= MAX_NAME_LENGTH:
        raise ValueError("a variant has a name")
    for edit in variant.edits:
        if edit.kind in ("set", "replace"):
            read(edit.value)
        if edit.kind not in NAMED:
            pointers.split(edit.pointer)


def _read_variables(row: dict[str, Any]) -> dict[str, str]:
    """The payload's own variables; raises NotJson, or ValueError for a name that is none."""
    aside = Aside()
    for name, value in row.get("variables", {}).items():
        read(value)
        if judge_variable(aside, name, value):
            raise ValueError("a variable has a name")
        aside = aside.put("variables", name, value)
    return dict(aside.variables)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(each, str) for key, each in value.items()
    )
