"""Names of 300 characters and from right to left stay within their pages, at every width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.batches.models import Batch
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.workspace.models import Account, Connection, JobRecord, Repeat, Workflow
from tests.browser.addresses import make_pages
from tests.browser.test_layout import BUILDERS, FAULTS

WIDTHS = (390, 1024, 1440)
ARABIC = "تشغيل ليلي " * 18
NAMES = {"one word": "n" * 300, "words": "Night run " * 30, "right to left": ARABIC}
NAMED = {
    Draft: "name",
    Template: "name",
    Exchange: "name",
    JobRecord: "name",
    Repeat: "job_name",
    Workflow: "name",
    Account: "name",
    Connection: "name",
    Batch: "name",
}


@pytest.mark.parametrize("kind", NAMES)
def test_pages_keep_their_shape(
    kind: str, server: str, owner: Person, open_as: Callable[..., Page]
) -> None:
    page = open_as(owner, None)
    groups = make_pages(owner)
    pages = groups["work"] | groups["templates"] | groups["batches"] | groups["round"]
    for model, field in NAMED.items():
        longest = model._meta.get_field(field).max_length or 300
        for number, row in enumerate(model.objects.all()):
            # Names of connections are unique.
            name = f"{number} {NAMES[kind]}"[:longest].strip()
            model.objects.filter(pk=row.pk).update(**{field: name})
    name = NAMES[kind]
    Batch.objects.update(reason=f"Stopped: {name}", file_name=name[:200], columns=[name, "b"])
    found = []
    for name, address in pages.items():
        page.goto(server + address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        if name in BUILDERS:
            expect(page.locator("#main[data-ready=all]")).to_be_attached()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{name} at {width}: {each}" for each in page.evaluate(FAULTS)]
    assert not found, "\n".join(found)
