"""The lists of jobs and repeats."""

import pytest
from django.utils import timezone

from playground.history.models import Exchange
from playground.workspace.models import JobRecord, Repeat
from tests.history.exchanges import make_exchange

pytestmark = pytest.mark.django_db


def test_repeats_are_listed_and_duplicates_are_marked(as_viewer, practice) -> None:
    for _ in range(2):
        Repeat.objects.create(connection=practice, job_name="Night run", unit="hour", every="3")
    page = as_viewer.get("/repeats/").content.decode()
    assert page.count("Duplicate") == 2
    assert "3 hours<" in page
    Repeat.objects.update(unit="hour", every="1")
    assert "1 hour<" in as_viewer.get("/repeats/").content.decode()
    Repeat.objects.update(unit="a new word")
    assert "1 a new word<" in as_viewer.get("/repeats/").content.decode()


def test_a_job_is_listed_with_its_last_known_status(as_editor, editor, practice) -> None:
    exchange = make_exchange(editor)
    Exchange.objects.filter(pk=exchange.pk).update(
        operation="launch-workflow", job_uid="j-7", connection_id=practice.id, name="Night run"
    )
    JobRecord.objects.create(
        connection=practice, uid="j-7", status="warning", error_message="Bad input", inputs=3
    )
    page = as_editor.get("/jobs/").content.decode()
    assert "Finished with a warning" in page
    assert "Bad input" in page
    assert "data-follows" not in page
    JobRecord.objects.update(status="a new word", next_poll_at=timezone.now())
    assert "a new word" in (page := as_editor.get("/jobs/").content.decode())
    assert "data-follows" in page
