"""The owners' page Status: what it says about an empty, a busy and a broken installation."""

import os
import re
import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from playground.engine.models import Process
from playground.engine.processes import record_beat
from playground.history.models import Exchange
from playground.monitoring.figures import HourCache
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot
from playground.sending.models import QueuedSend
from playground.vault.storage_check import StorageMonitor, try_to_store
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange, start_exchange

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.monitoring.figures.hour_cache", HourCache())
    monkeypatch.setattr("playground.pages.health.monitor", StorageMonitor())
    monkeypatch.setattr("playground.pages.health.files_monitor", StorageMonitor(try_to_store, 0))


def read(client: Client, path: str = "/status/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def find_figure(text: str, name: str) -> str:
    found = re.search(rf"<dt>{name}</dt><dd><strong>([^<]*)</strong>", text)
    assert found, name
    return found[1]


def test_others_are_told_that_it_is_for_owners(as_editor: Client, as_viewer: Client) -> None:
    for client in (as_editor, as_viewer):
        for path in ("/status/", "/status/figures/"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "Only an owner may do this." in answer.content.decode()
        assert 'href="/status/"' not in client.get("/history/").content.decode()


def test_owners_find_it_in_their_menu(as_owner: Client) -> None:
    assert 'href="/status/"' in as_owner.get("/history/").content.decode()


def test_an_empty_installation(as_owner: Client) -> None:
    text = read(as_owner)
    assert "Everything works." in text
    assert text.count("Nothing to show yet.") == 2
    assert find_figure(text, "Sends in 24 hours") == "0"
    assert find_figure(text, "Median reply") == "–"
    assert "No process has reported yet." in text
    assert "Waiting for a worker" not in text


def test_one_send(as_owner: Client) -> None:
    made = make_exchange()
    Exchange.objects.filter(pk=made.pk).update(seconds=0.123)
    text = read(as_owner)
    assert find_figure(text, "Sends in 24 hours") == "1"
    assert "100% accepted" in text
    assert find_figure(text, "Median reply") == "123 ms"
    assert 'class="series outcome-accepted"' in text
    # Outcomes that don't occur aren't in the legend.
    assert "outcome-refused" not in text


def test_the_refreshed_part_is_the_same_without_the_page(as_owner: Client) -> None:
    text = read(as_owner, "/status/figures/")
    assert text.startswith('<div id="figures" hx-get="/status/figures/"')
    assert "<h1>" not in text
    assert "data-follows" in text


def test_processes_say_whether_they_run(as_owner: Client) -> None:
    record_beat("web")
    long_ago = timezone.now() - timedelta(minutes=5)
    name = "far-away-0123abcd-4026531836/77/1"
    Process.objects.create(name=name, kind="worker", started_at=long_ago, seen_at=long_ago)
    before = timezone.now() - timedelta(hours=2)
    Process.objects.create(name="old/78/1", kind="web", started_at=before, seen_at=before)
    text = read(as_owner)
    web, worker = re.findall(r"<tr> <td><span.*?</tr>", text)
    assert "running" in web
    assert "Web" in web
    assert f'<th scope="row">{socket.gethostname()}</th>' in web
    assert f'<td class="figure">{os.getpid()}</td>' in web
    assert "ended" in worker
    assert '<th scope="row">far-away</th>' in worker
    assert '<td class="figure">77</td>' in worker


def test_missing_workers_need_somebody(as_owner: Client, settings) -> None:
    settings.BROKER_URL = "amqp://user:secret@127.0.0.1:1/"
    now = timezone.now()
    QueuedSend.objects.create(
        exchange=start_exchange(process=""),
        parts={},
        queued_at=now - timedelta(minutes=3),
        due_at=now,
    )
    text = read(as_owner)
    assert 'class="message kind-error"' in text
    assert "No worker is running, so nothing is sent." in text
    assert find_figure(text, "Waiting for a worker") == "1"
    assert "oldest 3 minutes" in text
    assert find_figure(text, "Under way") == "0"
    assert "secret" not in text
    # With workers that don't keep up it is a warning.
    Process.objects.create(name="w/1/1", kind="worker", started_at=now, seen_at=now)
    text = read(as_owner)
    assert "kind-error" not in text
    assert "A send has waited 3 minutes for a worker. Start more workers." in text


def test_schedules_are_summed_up(as_owner: Client) -> None:
    assert "Active schedules" not in read(as_owner)
    now = timezone.now()
    schedule = Schedule.objects.create(name="Night run")
    text = read(as_owner)
    assert find_figure(text, "Active schedules") == "1"
    assert "Everything works." in text
    for place, state in enumerate(("waiting", "missed", "failed", "refused")):
        at = now - timedelta(minutes=3, seconds=place)
        Slot.objects.create(schedule=schedule, planned_at=at, due_at=at, state=state)
    for number in range(2):
        Schedule.objects.create(name=f"{number}", state="paused", paused_automatically=True)
    text = read(as_owner)
    assert '<strong>1</strong> <span class="muted">2 paused</span>' in text
    assert find_figure(text, "Runs waiting") == "1"
    assert "oldest 3 minutes" in text
    assert find_figure(text, "Runs failed in 24 hours") == "2"
    assert "1 missed" in text
    assert "A run of a schedule has been due for 3 minutes and hasn&#x27;t started." in text
    assert "2 schedules are paused because they failed or couldn&#x27;t run." in text
    assert '<a href="/schedules/?state=paused">' in text


def test_files_that_cannot_be_stored_need_somebody(
    as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied: /some/folder")

    monkeypatch.setattr("playground.vault.storage_check.probe_files", fail)
    text = read(as_owner)
    assert "Files can&#x27;t be stored" in text
    assert "Everything works." not in text
    assert "/some/folder" not in text


def test_little_room_for_files_is_a_warning(as_owner: Client, settings) -> None:
    settings.MAX_FILES_BYTES = 0
    assert "Raise PLAYGROUND_MAX_FILES_BYTES" in read(as_owner)


def test_versions_name_the_database(as_owner: Client) -> None:
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    assert f"<dt>{name}</dt>" in read(as_owner)


def test_a_refresh_takes_as_many_queries_however_much_was_sent(
    owner: Person, django_assert_max_num_queries
) -> None:
    client = signed_in(owner)
    for hours in range(20):
        made = make_exchange()
        began = timezone.now() - timedelta(hours=hours)
        Exchange.objects.filter(pk=made.pk).update(started_at=began)
    read(client)
    with django_assert_max_num_queries(20):
        read(client, "/status/figures/")
