"""What became of launches: on each list, in one request, told once to the person."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from playground.drafts.models import Draft
from playground.history.models import Exchange, SearchText, SentDocument
from playground.pages import failed_inputs, job_states
from playground.pages.job_states import format_duration
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot
from playground.sending.job_results import JobRows
from playground.workspace.models import Connection, JobRecord
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _no_calls(monkeypatch) -> None:
    monkeypatch.setattr(job_states, "look_at_jobs", lambda records, seconds: list(records))


def make_launch(person: Person, connection: Connection, uid: str = "j-1", **record) -> Exchange:
    exchange = make_exchange(person)
    exchange.operation, exchange.job_uid = "launch-workflow", uid
    exchange.connection_id, exchange.connection_name = connection.id, connection.name
    exchange.fingerprint = "f"
    exchange.save()
    now = timezone.now()
    SearchText.objects.update_or_create(exchange=exchange, defaults={"text": "night run"})
    values = {"launched_at": now, "next_poll_at": now, "status": "running", "person": person}
    JobRecord.objects.create(connection=connection, uid=uid, **{**values, **record})
    return exchange


@pytest.mark.parametrize(
    "path", ["/", "/history/", "/jobs/", "/history/{id}/", "/find/?find=Night"]
)
def test_every_place_shows_the_status(as_editor, editor, practice, path) -> None:
    exchange = make_launch(editor, practice, inputs=10, done=4, rows=7)
    page = as_editor.get(path.replace("{id}", str(exchange.id))).content.decode()
    assert "Running" in page
    assert f"launch={exchange.number}&amp;" in page
    assert "4 of 10 inputs" in page or "4 / 10" in page
    JobRecord.objects.update(status="finished", next_poll_at=None, ended_at=timezone.now())
    page = as_editor.get(path.replace("{id}", str(exchange.id))).content.decode()
    assert "Finished" in page
    assert "data-follows" not in page


@pytest.mark.parametrize("path", ["/", "/history/", "/jobs/"])
def test_a_page_asks_the_same_however_many_jobs(
    as_editor, editor, practice, path, django_assert_max_num_queries
) -> None:
    make_launch(editor, practice, "j-first")
    with django_assert_max_num_queries(20) as first:
        as_editor.get(path)
    for number in range(50):
        make_launch(editor, practice, f"j-{number}")
    with django_assert_max_num_queries(len(first)):
        page = as_editor.get(path).content.decode()
    assert page.count("data-follows") == 1


def test_one_request_brings_the_states_of_all(
    as_editor, editor, practice, django_assert_max_num_queries
) -> None:
    launches = [make_launch(editor, practice, f"j-{number}") for number in range(50)]
    JobRecord.objects.filter(uid="j-7").update(status="finished", next_poll_at=None)
    query = "&".join(f"launch={each.number}" for each in launches)
    for place in ("jobs", "home", "history", "reply", "found"):
        with django_assert_max_num_queries(6):
            answer = as_editor.get(f"/jobs/states/?place={place}&{query}", headers=HTMX)
        page = answer.content.decode()
        assert page.count("hx-swap-oob") == 50
        assert page.count("launch=") == 49
        assert f'id="{place}_job_{launches[7].number}"' in page


@pytest.mark.parametrize("query", ["", "?launch=x&place=nowhere", "?launch=" + "9" * 30])
def test_a_request_for_nothing_brings_nothing(as_editor, query) -> None:
    page = as_editor.get(f"/jobs/states/{query}").content.decode()
    assert "hx-get" not in page


def test_nobody_sees_the_jobs_of_others(editor, practice, as_viewer) -> None:
    exchange = make_launch(editor, practice, name="Secret run")
    page = as_viewer.get(f"/jobs/states/?place=jobs&launch={exchange.number}").content.decode()
    assert "Secret run" not in page


def test_a_launch_without_a_record_gets_one_when_somebody_looks(as_editor, editor, practice):
    exchange = make_launch(editor, practice)
    JobRecord.objects.all().delete()
    assert "No status yet" in as_editor.get("/jobs/").content.decode()
    as_editor.get(f"/jobs/states/?place=jobs&launch={exchange.number}")
    record = JobRecord.objects.get()
    assert (record.uid, record.person) == ("j-1", editor)
    assert record.next_poll_at


def test_unknown_words_and_long_names_are_shown_and_bounded(as_editor, editor, practice) -> None:
    make_launch(editor, practice, status="<b>awaiting approval of the board of directors",
                name="שלום " * 60)  # fmt: skip
    page = as_editor.get("/jobs/").content.decode()
    assert "&lt;b&gt;awaiting approval of the board" in page
    assert 'class="badge kind-neutral"' in page
    assert "<bdi>שלום" in page


def test_a_job_that_was_given_up_says_when_it_was_seen_last(as_editor, editor, practice) -> None:
    make_launch(editor, practice, next_poll_at=None)
    page = as_editor.get("/jobs/").content.decode()
    assert f"Last seen {timezone.now():%Y-%m-%d}" in page
    assert "data-follows" not in page


def test_a_paused_job_leads_to_the_accounts(as_editor, editor, practice) -> None:
    exchange = make_launch(editor, practice, status="paused")
    for path in ("/jobs/", "/history/", "/", f"/history/{exchange.id}/"):
        assert f"/connections/{practice.id}/accounts/" in as_editor.get(path).content.decode()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (-1, ""), (0, "0 s"), (59, "59 s"), (61, "1 min"), (3_700, "1 h 1 min"),
     (200_000, "2 days")],
)  # fmt: skip
def test_durations_are_short(seconds, text) -> None:
    assert format_duration(None if seconds is None else timedelta(seconds=seconds)) == text


def test_an_ended_job_has_the_duration_that_was_stored(as_editor, editor, practice) -> None:
    now = timezone.now()
    ended = {"status": "finished", "next_poll_at": None, "ended_at": now, "seconds": 3_900.0}
    exchange = make_launch(editor, practice, **ended)
    assert "1 h 5 min" in as_editor.get("/jobs/").content.decode()
    # Of a job that ended before durations were stored.
    Exchange.objects.filter(pk=exchange.pk).update(started_at=now - timedelta(seconds=8))
    JobRecord.objects.update(seconds=None)
    assert "8 s" in as_editor.get("/jobs/").content.decode()


def read_unfinished(client: Client) -> bool:
    """Whether jobs are unfinished, where there is no news."""
    told = client.post("/jobs/news/").json()
    assert told["news"] == []
    return told["unfinished"]


def test_the_end_of_a_job_is_told_once_and_to_its_person_only(
    as_editor, editor, as_owner, practice
) -> None:
    assert read_unfinished(as_editor) is False
    make_launch(editor, practice, name="Night run")
    assert read_unfinished(as_editor) is True
    JobRecord.objects.update(status="warning", next_poll_at=None, ended_at=timezone.now())
    assert as_owner.post("/jobs/news/").json()["news"] == []
    [news] = as_editor.post("/jobs/news/").json()["news"]
    assert news["text"] == "\u2068Night run\u2069: Finished with a warning: some inputs failed"
    assert (news["kind"], news["address"]) == ("warning", f"/jobs/{practice.id}/j-1/")
    assert read_unfinished(signed_in(editor)) is False


def test_many_ends_at_once_are_counted_and_old_ones_are_no_news(as_editor, editor, practice):
    ended = {"status": "finished", "next_poll_at": None, "name": "n" * 300}
    for number in range(6):
        ago = timedelta(days=1) if number == 5 else timedelta()
        make_launch(editor, practice, f"j-{number}", ended_at=timezone.now() - ago, **ended)
    [news] = as_editor.post("/jobs/news/").json()["news"]
    assert (news["text"], news["address"]) == ("5 jobs ended.", "/jobs/")
    JobRecord.objects.filter(uid="j-1").update(announced_at=None)
    [news] = as_editor.post("/jobs/news/").json()["news"]
    assert len(news["text"]) < 80


def test_a_job_of_a_schedule_is_news_only_if_a_person_started_it(as_editor, editor, practice):
    schedule, now = Schedule.objects.create(name="Nightly"), timezone.now()
    ended = {"status": "finished", "next_poll_at": None, "ended_at": now}
    for number, manual in enumerate((False, True)):
        launch = make_launch(editor, practice, f"j-{number}", name=f"Job {number}", **ended)
        # A record begins with its launch.
        JobRecord.objects.filter(uid=f"j-{number}").update(launched_at=launch.started_at)
        Slot.objects.create(
            schedule=schedule,
            planned_at=now - timedelta(hours=number),
            due_at=now,
            exchange_id=launch.id,
            manual=manual,
        )
    [news] = as_editor.post("/jobs/news/").json()["news"]
    assert news["address"] == f"/jobs/{practice.id}/j-1/"


def test_news_are_never_given_away_by_a_link(as_editor) -> None:
    assert as_editor.get("/jobs/news/").status_code == 405


ROWS = [
    {"input": {"name": "Ada", "n": 1.10}, "status": "finished"},
    {"input": {"name": "Bo"}, "status": "failed", "error_message": "No such person."},
    {"input": {"name": "Cy"}, "status": "failed"},
]
DOCUMENT = """{
  "job_name": "Night run",
  "inputs": [
    {"name": "Ada", "n": 1.10},
    {"name": "Bo"},
    {"name": "{{who}}"}
  ]
}"""


@pytest.fixture
def rerun(as_editor, editor, practice, monkeypatch):
    """Make a launch whose inputs the API lists as given, and press the button."""

    def press(rows, document=DOCUMENT):
        exchange = make_launch(editor, practice, status="warning", next_poll_at=None)
        metadata = json.dumps({"notes": {"/inputs/1/name": "a note", "/inputs/0/name": "gone"}})
        SentDocument.objects.update_or_create(
            exchange=exchange, defaults={"document": document, "metadata": metadata}
        )
        listed = JobRows(tuple(rows), ready=True)
        monkeypatch.setattr(failed_inputs, "read_job_rows", lambda *_: listed)
        page = as_editor.get("/jobs/").content.decode()
        assert f"/history/{exchange.id}/failed-inputs/" in page
        return as_editor.post(f"/history/{exchange.id}/failed-inputs/")

    return press


def test_the_failed_inputs_become_a_draft_as_they_were_typed(rerun) -> None:
    answer = rerun(ROWS)
    draft = Draft.objects.get()
    assert answer.url == f"/drafts/{draft.id}/"
    assert draft.text == DOCUMENT.replace('    {"name": "Ada", "n": 1.10},\n', "")
    assert json.loads(draft.metadata) == {"notes": {"/inputs/0/name": "a note"}}


def test_failed_inputs_are_found_in_another_order(rerun) -> None:
    flat = [{"name": "Bo", "status": "failed"}, {"name": "Ada", "n": 1.1, "status": "ok"}]
    rerun(flat, DOCUMENT.replace(',\n    {"name": "{{who}}"}', ""))
    assert json.loads(Draft.objects.get().text)["inputs"] == [{"name": "Bo"}]


@pytest.mark.parametrize(
    ("rows", "document", "reason"),
    [
        (ROWS[:1], DOCUMENT, "No input of this job failed."),
        ([{"input": {}}], DOCUMENT, "report which inputs failed"),
        ([], DOCUMENT, "report which inputs failed"),
        (ROWS, '{"inputs": {}}', "has no list of inputs"),
        (ROWS, "[]", "has no list of inputs"),
        (ROWS, "", "has no list of inputs"),
        (ROWS[2:], DOCUMENT, "be found among those that were sent"),
    ],
)
def test_where_there_is_nothing_to_run_again_a_sentence_says_why(
    rerun, as_editor, rows, document, reason
) -> None:
    answer = rerun(rows, document)
    assert not Draft.objects.exists()
    assert reason in as_editor.get(answer.url).content.decode().replace("&#x27;", "'")


def test_the_inputs_of_a_request_without_a_job_cannot_be_run_again(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    assert as_editor.post(f"/history/{exchange.id}/failed-inputs/").status_code == 404


def test_viewers_see_no_button(as_viewer, viewer, practice) -> None:
    make_launch(viewer, practice, status="warning", next_poll_at=None)
    assert "failed-inputs" not in as_viewer.get("/jobs/").content.decode()
