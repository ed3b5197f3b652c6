"""OpenAPI documents of real APIs: imported, their largest operations opened and edited.

They aren't part of the project: the environment variable OPENAPI_DOCUMENTS names their folder.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.drafts.drafts import start_draft
from playground.jsontext import pointers, printing
from playground.openapi.bundling import bundle
from playground.openapi.keywords import list_types
from playground.openapi.operations import Operation, get_operation
from playground.openapi.samples import make_fullest, make_smallest
from tests.bench.client import Client
from tests.bench.editing import WARM_UP
from tests.bench.figures import Figure, figure_of, median, percentile
from tests.bench.product import HOME, Served, Visitor, make_visitor

OPENED, EDITS, COPIES = 20, 100, 50
IMPORT_MS, IMPORT_MB, OPEN_MS, OPEN_KB, EDIT_MS = 5000.0, 300.0, 300.0, 100.0, 6.0
# Runs a command; prints its processor time in seconds and its peak memory in kilobytes. Started by
# a small process, as a new one begins with the peak of the one that it was forked from.
RUN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
KINDS = {"string": "text", "integer": "integer", "number": "number"}


def measure_real_documents(served: Served) -> Iterator[Figure]:
    """Each document of the folder in turn, and what 50 more of them cost a page."""
    folder = os.environ.get("OPENAPI_DOCUMENTS", "")
    files = sorted(each for each in Path(folder).glob("*") if is_document(each)) if folder else []
    if not files:
        print("openapi: skipped, as OPENAPI_DOCUMENTS names no folder with documents")
        return
    visitor = make_visitor()
    for file in files:
        data = read_file(file)
        yield from measure_import(file.name, data)
        api = import_document(visitor.person, data).api
        operation = find_largest(api)
        if operation is not None and operation.body_schema is not None:
            yield from measure_operation(served, visitor, file.name, operation)
    yield from measure_copies(served, visitor, read_file(files[0]))


def is_document(file: Path) -> bool:
    return file.name.removesuffix(".gz").endswith((".json", ".yaml", ".yml"))


def read_file(file: Path) -> bytes:
    data = file.read_bytes()
    return gzip.decompress(data) if file.suffix == ".gz" else data


def measure_import(name: str, data: bytes) -> Iterator[Figure]:
    """Run the command in a separate process with its own data; includes its start."""
    size = f"{len(data) / 1e6:.1f} MB"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        path.write_bytes(data)
        environment = {**os.environ, "PLAYGROUND_DATA": str(Path(folder) / "data")}
        command = [sys.executable, "-c", RUN, sys.executable, "manage.py", "import_openapi", path]
        # The first call makes the database.
        for _ in range(2):
            done = subprocess.run(
                command, cwd=HOME, env=environment, capture_output=True, check=True
            )
    cpu, peak = map(float, done.stdout.split()[-2:])
    yield Figure("import, processor time", name, cpu * 1000, "ms", IMPORT_MS, note=size)
    yield Figure("import, peak memory", name, peak / 1024, "MB", IMPORT_MB)


def find_largest(api: ImportedApi) -> Operation | None:
    """The operation whose body reaches most schemas and properties."""
    keys = api.operations.filter(has_body=True).values_list("key", flat=True)
    found = [get_operation(f"{api.pk}:{key}") for key in keys]
    return max(found, key=count_parts, default=None)


def count_parts(operation: Operation) -> tuple[int, int]:
    if operation.body_schema is None:
        return 0, 0
    properties = operation.body_schema.get("properties", {})
    return len(bundle(operation.body_schema).get("$defs", {})), len(properties)


def measure_operation(
    served: Served, visitor: Visitor, name: str, operation: Operation
) -> Iterator[Figure]:
    """Its smallest document as people start it, and one with everything in it."""
    assert operation.body_schema is not None
    about = f"{operation.id.rpartition(':')[2]}, {count_parts(operation)[0]} schemas"
    for title, make in (("smallest", make_smallest), ("fullest", make_fullest)):
        tree = make(operation.body_schema)
        draft = start_draft(visitor.person, operation.id, printing.dump(tree))
        client = Client(served, visitor, draft)
        times, sizes = time_openings(served, client)
        is_usual = title == "smallest"
        target, most = (OPEN_MS, OPEN_KB) if is_usual else (None, None)
        label = f"open, {title} document"
        yield Figure(label, name, median(times), "ms", target, note=f"processor time; {about}")
        yield Figure(f"{label}, HTML", name, max(sizes) / 1024, "KB", most)
        place = find_text(tree) or find_property(operation)
        if place:
            yield from measure_edits_of(served, client, name, title, place)


def time_openings(served: Served, client: Client) -> tuple[list[float], list[int]]:
    """Milliseconds of processor time of ten openings each, and bytes of the pages."""
    times, sizes = [], []
    for _ in range(2):
        before = served.cpu_seconds()
        for _ in range(OPENED // 2):
            response, body = client.get(client.path)
            if response.status != 200:
                raise SystemExit(f"{client.path} answered {response.status}.")
            sizes.append(len(body))
        times.append((served.cpu_seconds() - before) / (OPENED // 2) * 1000)
    return times, sizes


def measure_edits_of(
    served: Served, client: Client, name: str, title: str, place: tuple[str, str]
) -> Iterator[Figure]:
    pointer, kind = place
    for number in range(WARM_UP):
        client.set(pointer, str(number), kind)
    before = served.cpu_seconds()
    times = [client.set(pointer, str(1000 + n), kind)[0] * 1000 for n in range(EDITS)]
    cpu = (served.cpu_seconds() - before) / EDITS * 1000
    yield Figure(
        f"edit, {title} document",
        name,
        cpu,
        "ms",
        EDIT_MS,
        note=f"processor time; answered after {median(times):.1f}, {percentile(times, 95):.1f} ms",
    )


def find_text(tree: Any, pointer: str = "") -> tuple[str, str] | None:
    """The last text of a document, which is far from its start."""
    members: Sequence[tuple[str, Any]] = ()
    if isinstance(tree, dict):
        members = list(tree.items())
    elif isinstance(tree, list):
        members = [(str(index), each) for index, each in enumerate(tree)]
    for key, value in reversed(members):
        below = pointers.child(pointer, key)
        found = (below, "text") if isinstance(value, str) else find_text(value, below)
        if found:
            return found
    return None


def find_property(operation: Operation) -> tuple[str, str] | None:
    """A property that a document may get, and the kind of its field."""
    for key, schema in (operation.body_schema or {}).get("properties", {}).items():
        kinds = [KINDS[each] for each in list_types(schema) or () if each in KINDS]
        if kinds:
            return pointers.child("", key), kinds[0]
    return None


def measure_copies(served: Served, visitor: Visitor, data: bytes) -> Iterator[Figure]:
    """The list of drafts and the builder, with 50 more imported APIs than before."""
    draft = start_draft(visitor.person, "list-scenarios", "{}")
    client = Client(served, visitor, draft)
    paths = {"drafts": "/drafts/", "builder": client.path}
    before = {name: time_page(served, client, path) for name, path in paths.items()}
    for number in range(COPIES):
        import_document(visitor.person, data, name=f"Copy {number}")
    for name, path in paths.items():
        times = [time_page(served, client, path)]
        note = f"{before[name]:.1f} ms before"
        yield figure_of(f"{name} beside {COPIES} more APIs", "", times, before[name] + 1, note)


def time_page(served: Served, client: Client, path: str) -> float:
    """Milliseconds of processor time, the least of three times ten."""
    found = []
    for _ in range(3):
        before = served.cpu_seconds()
        for _ in range(10):
            client.get(path)
        found.append((served.cpu_seconds() - before) * 100)
    return min(found)
