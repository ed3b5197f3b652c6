"""Templates as files made for git: one readable file each, in a stable order, without secrets."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from django.utils.text import slugify

from playground.drafts.credentials import mask_aside, mask_text
from playground.drafts.editing import Edit
from playground.importers.credentials import Collector
from playground.payload_templates.masking import mask_variant
from playground.payload_templates.models import Template
from playground.payload_templates.variants import Variant
from playground.payload_templates.versions import get_version, read_content

# Blocks keep neither carriage returns nor the other breaks that YAML knows.
ODD_SIGNS = re.compile("[\r\x85\u2028\u2029\ufeff]")
FORMAT, SCHEMA = "api-playground-template", 1


class Block(str):
    """A text of several lines that is written as a block."""

    __slots__ = ()


class Dumper(yaml.CSafeDumper):
    """Our order of keys, blocks for documents, no anchors; in C, a hundred times as quick."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class Quoted(str):
    """A text with signs that YAML takes for line breaks: written with escapes."""

    __slots__ = ()


def _represent_quoted(dumper: yaml.CSafeDumper, quoted: Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(quoted), style='"')


def _represent_block(dumper: yaml.CSafeDumper, block: Block) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(block), style="|")


Dumper.add_representer(Block, _represent_block)
Dumper.add_representer(Quoted, _represent_quoted)


def serialize_template(template: Template) -> dict[str, Any]:
    """The newest version as plain values; documents are JSON texts, numbers as typed."""
    version = get_version(template)
    content = read_content(version)
    shared, masks = content.shared, Collector()
    document, aside = mask_text(shared.text, masks), mask_aside(shared.aside, masks)
    row: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "id": str(template.id),
        "version": version.number,
        "name": template.name,
        "description": template.description,
        "tags": template.tag_list,
        "folder": template.folder,
        "operation": template.operation,
        "connection": version.connection.name if version.connection else "",
        "path_values": {name: str(value) for name, value in shared.path_values.items()},
        "document": document,
        "off": dict(aside.off),
        "away": dict(aside.away),
        "notes": dict(aside.notes),
        "variables": dict(aside.variables),
        "variants": [serialize_variant(mask_variant(each, masks)) for each in content.variants],
    }
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def serialize_variant(variant: Variant) -> dict[str, Any]:
    return {"name": variant.name, "edits": [_describe_edit(each) for each in variant.edits]}


def _describe_edit(edit: Edit) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": edit.kind, "pointer": edit.pointer}
    if edit.kind in ("set", "replace") or (edit.value and edit.kind != "connect"):
        row["value"] = edit.value
    return {**row, "order": list(edit.order)} if edit.order else row


def write_yaml(template: Template) -> str:
    return yaml.dump(
        _with_blocks(serialize_template(template)),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def write_json(template: Template) -> str:
    """A document of several lines stands as a list of its lines, so that git sees lines."""
    return (
        json.dumps(_with_lines(serialize_template(template)), ensure_ascii=False, indent=2) + "\n"
    )


def export_file_name(template: Template, ending: str = "yaml") -> str:
    """Named by the template and the first signs of its id: two of one name stay apart."""
    name = slugify(template.name)[:60] or "template"
    return f"{name}-{str(template.id)[:8]}.{ending}"


def export_path(template: Template) -> str:
    folders = [slugify(part) or "folder" for part in template.folder.split("/") if part]
    return "/".join([*folders, export_file_name(template)])


def write_zip(templates: Iterable[Template]) -> bytes:
    """The whole library; the same templates give the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in export_files(templates):
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text.encode())
    return held.getvalue()


def export_files(templates: Iterable[Template]) -> Iterator[tuple[str, str]]:
    for template in templates:
        yield export_path(template), write_yaml(template)


def _with_blocks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_blocks(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_blocks(each) for each in value]
    if not isinstance(value, str):
        return value
    if ODD_SIGNS.search(value):
        return Quoted(value)
    return Block(value) if "\n" in value else value


def _with_lines(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "document": row["document"].split("\n")} if "document" in row else row
