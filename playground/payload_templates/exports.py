"""Write templates as files made for git: readable, in a stable order, without secrets."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml
from django.utils.text import slugify

from playground.drafts.credentials import find_shown_credentials, mask_credentials, mask_metadata
from playground.drafts.states import LEAVE_OUT, Edit
from playground.importers.credentials import Collector
from playground.payload_templates.models import Template
from playground.payload_templates.secrets import mask_variant
from playground.payload_templates.template_files import FORMAT, SCHEMA
from playground.payload_templates.variants import Variant
from playground.payload_templates.versions import get_version, read_content

# YAML's block style normalizes these line breaks (YAML 1.2, section 5.4), and PyYAML drops the
# byte order mark: a text that contains one is written in double quotes, with escapes.
NOT_IN_BLOCKS = re.compile("[\r\x85\u2028\u2029\ufeff]")
# The earliest time a zip can hold. A fixed one gives the same bytes for the same templates.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


# What other packages add to the file of a template, by key.
Parts = Callable[[Template], dict[str, Any]]


def add_nothing(template: Template) -> dict[str, Any]:
    return {}


class _Block(str):
    """A text of several lines, written as a literal block."""

    __slots__ = ()


class _Quoted(str):
    """A text written in double quotes."""

    __slots__ = ()


# The dumper in C is a hundred times as fast as the one in Python.
class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        # Anchors for repeated values would be refused by our own import.
        return True


def _represent_block(dumper: yaml.CSafeDumper, text: _Block) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


def _represent_quoted(dumper: yaml.CSafeDumper, text: _Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(_Block, _represent_block)
_Dumper.add_representer(_Quoted, _represent_quoted)


def serialize_template(template: Template) -> dict[str, Any]:
    """The newest version as plain values: documents as JSON text, empty keys left out."""
    version = get_version(template)
    content = read_content(version)
    # One collector for all parts, so that a credential has the same name wherever it occurs.
    masks = Collector()
    document = mask_credentials(content.shared.text, masks)
    metadata = mask_metadata(content.shared.metadata, masks)
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
        # By name: ids differ between installations.
        "connection": version.connection.name if version.connection else "",
        "path_values": {name: str(value) for name, value in content.shared.path_values.items()},
        "media_type": content.shared.metadata.media_type,
        "body": LEAVE_OUT if content.shared.metadata.is_body_left_out else "",
        "document": document,
        "off": dict(metadata.off),
        "away": dict(metadata.away),
        "notes": dict(metadata.notes),
        "variables": dict(metadata.variables),
        "variants": [_serialize_variant(mask_variant(each, masks)) for each in content.variants],
    }
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def _serialize_variant(variant: Variant) -> dict[str, Any]:
    return {"name": variant.name, "edits": [serialize_edit(each) for each in variant.edits]}


def serialize_edit(edit: Edit) -> dict[str, Any]:
    """An edit as it is written to files."""
    row: dict[str, Any] = {"kind": edit.kind, "pointer": edit.pointer}
    # The value of `connect` is the id of a connection, which means nothing elsewhere.
    if edit.kind in ("set", "replace") or (edit.value and edit.kind != "connect"):
        row["value"] = edit.value
    return {**row, "order": list(edit.order)} if edit.order else row


def find_exported_credentials(template: Template) -> list[str]:
    """The places in its newest version, including variants, that contain credentials."""
    content = read_content(get_version(template))
    found = find_shown_credentials(content.shared)
    for variant in content.variants:
        state = content.state(variant.name)
        found += [
            f"{variant.name}: {place}"
            for place in find_shown_credentials(state)
            if place not in found
        ]
    return found


def write_yaml(template: Template, parts: Parts = add_nothing) -> str:
    return yaml.dump(
        _style_texts(serialize_template(template) | parts(template)),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def write_json(template: Template, parts: Parts = add_nothing) -> str:
    """The template as JSON, its document as a list of lines, so that git compares lines."""
    row = serialize_template(template) | parts(template)
    if "document" in row:
        row["document"] = row["document"].split("\n")
    return json.dumps(row, ensure_ascii=False, indent=2) + "\n"


def write_templates_zip(templates: Iterable[Template], parts: Parts = add_nothing) -> bytes:
    """A zip of all templates; the same templates give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in export_files(templates, parts):
            archive.writestr(zipfile.ZipInfo(path, ZIP_TIME), text.encode())
    return buffer.getvalue()


def export_files(
    templates: Iterable[Template], parts: Parts = add_nothing
) -> Iterator[tuple[str, str]]:
    """Path and YAML text of each template's file."""
    # One at a time: documents can be large.
    for template in templates:
        folders = [slugify(part) or "folder" for part in template.folder.split("/") if part]
        yield "/".join([*folders, export_file_name(template)]), write_yaml(template, parts)


def export_file_name(template: Template, extension: str = "yaml") -> str:
    """The template's name and the beginning of its id, since names can repeat."""
    name = slugify(template.name)[:60] or "template"
    return f"{name}-{str(template.id)[:8]}.{extension}"


def _style_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _style_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_style_texts(each) for each in value]
    if not isinstance(value, str):
        return value
    if NOT_IN_BLOCKS.search(value):
        return _Quoted(value)
    return _Block(value) if "\n" in value else value
