"""Values are shown as people read them: sizes, the times of jobs, sends that share a name."""

import re

import pytest
from django.template.loader import render_to_string

from playground.history.models import Exchange
from playground.pages.templatetags.markup import job_time, size_text
from playground.people.models import Person
from playground.sending.jobs import Job
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange


@pytest.mark.parametrize(
    ("spelled", "shown"),
    [
        ("2026-11-30T01:02:03.123456", "2026-11-30 01:02:03"),
        ("2026-11-30T01:02:03", "2026-11-30 01:02:03"),
        ("2026-11-30T01:02:03.5+02:00", "2026-11-30 01:02:03+02:00"),
        ("2026-11-30T01:02:03Z", "2026-11-30 01:02:03Z"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_times_of_jobs_have_no_fraction_of_a_second(spelled: str, shown: str) -> None:
    assert job_time(spelled) == shown


def test_sizes_have_a_unit() -> None:
    assert [size_text(each) for each in (0, 1, 999, 5_242_880)] == [
        "0 bytes",
        "1 byte",
        "999 bytes",
        "5.2 MB",
    ]


@pytest.mark.django_db
def test_the_size_of_a_reply_is_readable(editor: Person) -> None:
    exchange = make_exchange(editor)
    Exchange.objects.filter(pk=exchange.pk).update(reply_size=5_242_880)
    page = signed_in(editor).get(f"/history/{exchange.id}/").content.decode()
    assert "5.2 MB" in page
    assert "5242880" not in page


@pytest.mark.django_db
def test_sends_to_compare_begin_with_the_time_that_tells_them_apart(editor: Person) -> None:
    make_exchange(editor, name="A name so long that the rest of a choice is cut")
    page = signed_in(editor).get("/compare/").content.decode()
    choices = re.findall(r"<option[^>]*>([^<]*A name so long[^<]*)<", page)
    assert choices
    assert all(re.match(r"\d{1,2} \w{3} \d\d:\d\d:\d\d · A name", each) for each in choices)


@pytest.mark.parametrize(("status", "spins"), [("running", True), ("paused", False)])
def test_only_a_job_that_moves_has_a_spinner(status: str, spins: bool) -> None:
    connection = Connection(name="Practice")
    context = {
        "job": Job("j-1", status=status),
        "connection": connection,
        "follows": True,
        "user": Person(),
    }
    assert ("icon spin" in render_to_string("job/_state.html", context)) is spins
