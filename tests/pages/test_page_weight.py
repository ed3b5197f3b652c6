"""The builder is usable soon: few bytes of script and few elements before the first key."""

import gzip
from html.parser import HTMLParser

import pytest
from django.test import Client

from playground.commands.practice import fill_practice
from playground.commands.static_files import write_bundle
from playground.people.models import Person
from playground.settings import HOME
from tests.bench.documents import INPUTS1000, SMALL, STEPS50, Sample
from tests.pages.test_query_counts import make_draft

STATIC = HOME / "static"
FIRST = ("js/theme.js", "js/splits.js", "js/times.js", "js/page.js", "js/builder/builder.js")


class Counter(HTMLParser):
    """Counts the elements that a browser draws: those outside templates."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.count += self.depth == 0
        self.depth += tag == "template"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "template"


def weigh(name: str) -> int:
    bundle = write_bundle(name, lambda each: (STATIC / each).read_text())
    return len(gzip.compress(bundle.encode(), mtime=0))


def test_the_first_key_needs_at_most_thirty_kilobytes_of_script() -> None:
    # Each response has headers of 0.8 KB as well.
    assert sum(weigh(name) + 800 for name in FIRST) <= 30 * 1024


@pytest.mark.django_db
@pytest.mark.parametrize(("sample", "most"), [(SMALL, 840), (STEPS50, 2200), (INPUTS1000, 1900)])
def test_the_builder_draws_few_elements(
    as_editor: Client, editor: Person, sample: Sample, most: int
) -> None:
    fill_practice()
    page = as_editor.get(f"/drafts/{make_draft(editor, sample).id}/").content.decode()
    counter = Counter()
    counter.feed(page)
    assert counter.count <= most


@pytest.mark.django_db
def test_menus_and_htmx_come_after_the_first_frame(as_editor: Client, editor: Person) -> None:
    fill_practice()
    address = f"/drafts/{make_draft(editor, SMALL).id}/"
    page = as_editor.get(address).content.decode()
    # They are inert until then. A request couldn't fetch them after signing out.
    assert '<template id="late_menus"><div class="menu" id="field_menu"' in page
    assert '<template id="late_files"><script src="' in page
    assert page.count("/htmx-2.min") == 1


@pytest.mark.django_db
def test_every_step_has_its_tools_and_its_summary(as_editor: Client, editor: Person) -> None:
    fill_practice()
    draft = make_draft(editor, STEPS50)
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert page.count('data-step="up" aria-label="Move this step up"') == STEPS50.steps
    assert page.count('<span class="step-facts">no account') == STEPS50.steps
    alone = as_editor.get(f"/drafts/{draft.id}/part/", {"part": "step", "pointer": "/steps/7"})
    assert alone.content.decode().count('data-step="remove"') == 1
