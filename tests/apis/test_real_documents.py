"""Documents of real APIs, which aren't part of the project, imported and opened in the builder.

The environment variable OPENAPI_DOCUMENTS names their folder; they are compressed with gzip,
otherwise as published. With OPENAPI_FIGURES, a file, each document adds a line of figures to it.
"""

import gzip
import json
import os
import resource
import time
from pathlib import Path

import pytest

from playground.apis.importing import import_document
from playground.drafts.drafts import start_draft
from playground.openapi.operations import get_operation
from playground.openapi.samples import has_sample, make_fullest, make_smallest
from playground.people.models import Person
from playground.rules.checking import check_document
from playground.rules.problems import ERROR
from tests.conftest import signed_in

FOLDER = Path(os.environ.get("OPENAPI_DOCUMENTS") or "/nonexistent")
FILES = sorted(FOLDER.glob("*.gz"))
FIGURES = os.environ.get("OPENAPI_FIGURES")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILES, reason="OPENAPI_DOCUMENTS names no folder with documents"),
]


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_a_real_document_is_imported_and_each_operation_opens(editor: Person, file: Path) -> None:
    data = gzip.decompress(file.read_bytes())
    begun = time.perf_counter()
    api = import_document(editor, data).api
    took = time.perf_counter() - begun
    client = signed_in(editor)
    sizes, times, blocked, opened = [], [], [], 0
    for key in api.operations.values_list("key", flat=True):
        operation = get_operation(f"{api.id}:{key}")
        if operation.body_schema is None:
            continue
        opened += 1
        made = [
            make(operation.body_schema)
            for make in (make_smallest, make_fullest)
            if has_sample(operation.body_schema)
        ]
        texts = [json.dumps(each, indent=2, ensure_ascii=False) for each in made] or ["{}"]
        # Endlessly recursive schemas have no sample.
        for text in texts if made else ():
            if any(each.severity == ERROR for each in check_document(text, operation.body_schema)):
                blocked.append(key)
        for text in texts[::-1][:1]:
            draft = start_draft(editor, operation.id, text)
            begun = time.perf_counter()
            page = client.get(f"/drafts/{draft.id}/")
            times.append(time.perf_counter() - begun)
            sizes.append(len(page.content))
            assert page.status_code == 200, key
            draft.refresh_from_db()
            assert draft.text == text
    counts = api.report["counts"]
    figures = {
        "document": file.name,
        "seconds": round(took, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **counts,
        "opened": opened,
        "judged_invalid": len(blocked),
        "slowest_page": round(max(times, default=0), 3),
        "largest_page": max(sizes, default=0),
        "invalid": blocked[:10],
    }
    if FIGURES:
        with open(FIGURES, "a", encoding="utf-8") as lines:
            lines.write(json.dumps(figures) + "\n")
    assert not blocked
    assert counts["complete"] >= 0.95 * (counts["operations"] - counts["unsendable"])
