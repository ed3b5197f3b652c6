"""What a schedule of batches keeps of the batch it was made from: all but its rows.

The file of rows is shared with that batch: it is kept as long as one of them needs it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from playground.batches.models import Batch
from playground.batches.options import get_options
from playground.payload_templates.models import Template, Version
from playground.people.models import Person
from playground.workspace.models import Connection

FIELDS = (
    "name",
    "operation",
    "text",
    "metadata",
    "path_values",
    "connection_name",
    "file_name",
    "source",
    "columns",
    "mapping",
)


def write_batch(batch: Batch) -> str:
    """A batch without its rows, as a JSON text."""
    content = {name: getattr(batch, name) for name in FIELDS} | asdict(get_options(batch))
    for name in ("template_id", "version_id", "draft_id", "connection_id"):
        value = getattr(batch, name)
        content[name] = str(value) if value else None
    # Only to say how much will be sent.
    content["row_count"] = batch.row_count
    return json.dumps(content)


def read_batch(text: str, person: Person | None) -> Batch:
    """A batch of this person with the same content, which isn't stored; without its file."""
    content: Mapping[str, Any] = json.loads(text or "{}")
    kept = {name: content[name] for name in content if not name.endswith("_id")}
    batch = Batch(person=person, draft_id=content.get("draft_id"), **kept)
    batch.template = find_one(Template, content.get("template_id"))
    batch.version = find_one(Version, content.get("version_id"))
    batch.connection = find_one(Connection, content.get("connection_id"))
    return batch


def find_one(model: Any, key: str | None) -> Any:
    """The row with this ID; None if it was deleted, or there was none."""
    return model.objects.filter(pk=key).first() if key else None
