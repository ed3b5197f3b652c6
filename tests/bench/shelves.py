"""Full shelves: history with 100,000 exchanges, 10,000 templates, a large file, a large reply."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext

from playground.drafts.drafts import start_draft
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.workspace.files import store_file
from playground.workspace.models import Connection
from tests.bench.browser import start_browser
from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.editing import timed_get
from tests.bench.figures import Figure, median, percentile
from tests.bench.product import Served, Visitor, make_draft, make_visitor
from tests.history.exchanges import end_exchange, fill_history, start_exchange

EXCHANGES, TEMPLATES, TIMES = 100_000, 10_000, 40
FILE_BYTES, REPLY_BYTES = 7_000_000, 5_000_000


def measure_history(served: Served) -> Iterator[Figure]:
    """The newest page of 100,000 exchanges, and a search among them."""
    visitor = make_visitor()
    if Exchange.objects.count() < EXCHANGES:  # or an earlier run has filled it
        fill_history(visitor.person, EXCHANGES)
    yield from measure_page(served, visitor, "history page", "/history/", 100.0, 10)
    for name, text in (("", "job-77"), (", nothing found", "no+such+thing")):
        path = f"/history/?text={text}"
        yield from measure_page(served, visitor, f"history, searched{name}", path, 100.0)


def measure_templates(served: Served) -> Iterator[Figure]:
    """The list of 10,000 templates, and a search among them."""
    visitor = make_visitor()
    Template.objects.all().delete()  # of an earlier run
    Template.objects.bulk_create(
        Template(
            person=visitor.person,
            name=f"Template {number}",
            operation="launch-workflow",
            folder=f"Folder {number % 40}",
            tags=f"|tag-{number % 25}|",
        )
        for number in range(TEMPLATES)
    )
    yield from measure_page(served, visitor, "list of templates", "/templates/", 150.0)
    yield from measure_page(served, visitor, "templates, searched", "/templates/?find=777", 150.0)


def measure_page(
    served: Served,
    visitor: Visitor,
    name: str,
    path: str,
    target: float,
    queries: int | None = None,
) -> Iterator[Figure]:
    """Milliseconds of a page on a kept connection, and how many queries it takes."""
    client = Client(served, visitor, make_draft(visitor, SMALL))
    times = [timed_get(client, path) for _ in range(TIMES + 3)][3:]
    high = percentile(times, 95)
    yield Figure(name, "", median(times), "ms", target, high, target)
    inside = TestClient()
    inside.cookies[settings.SESSION_COOKIE_NAME] = visitor.session
    with CaptureQueriesContext(connection) as seen:
        inside.get(path, headers={"host": "127.0.0.1"})
    yield Figure(f"queries of it ({path})", "", len(seen), "", queries)


def measure_attachment(served: Served) -> Iterator[Figure]:
    """An edit beside an attachment of 7 MB, against the same without it."""
    visitor = make_visitor()
    pieces = [b"x" * FILE_BYTES]
    kept = store_file(pieces, "large.bin", "application/octet-stream", visitor.person)
    without, beside = (time_scenario(served, visitor, attach) for attach in ([], [kept.id]))
    alone, high = median(without), percentile(beside, 95)
    note = f"{median(beside) / alone:.2f} × the same without it ({alone:.1f} ms)"
    yield Figure("edit beside 7 MB", "", median(beside), "ms", 1.3 * alone, high, note=note)


def time_scenario(served: Served, visitor: Visitor, files: list[str]) -> list[float]:
    attach = [{"name": "large.bin", "data": f"{{{{file:{each}}}}}"} for each in files]
    document = {"scenario_id": 7, "email": "ada@example.com", "content": {"a": "b"}}
    text = json.dumps({**document, "attach": attach} if attach else document, indent=2)
    altcraft = Connection.objects.get(practice=True, api="altcraft")
    draft = start_draft(visitor.person, "start-scenario", text, connection=altcraft)
    client = Client(served, visitor, draft)
    return [client.set("/content/a", f"typed {n}")[0] * 1000 for n in range(120)][20:]


def measure_reply(served: Served) -> Iterator[Figure]:
    """A reply of 5 MB, opened in a browser: until its first lines can be read."""
    rows = [{"id": n, "name": f"Person {n}", "words": "x" * 60} for n in range(REPLY_BYTES // 110)]
    with start_browser(served) as bench:
        exchange = end_exchange(start_exchange(bench.visitor.person), json.dumps(rows).encode())
        times = [bench.time_until(f"/history/{exchange.id}/", ".line") for _ in range(5)]
    size = f"{len(json.dumps(rows)) / 1e6:.1f} MB"
    yield Figure("open a large reply", "", median(times), "ms", 500.0, max(times), note=size)
