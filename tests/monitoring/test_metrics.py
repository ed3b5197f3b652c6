"""Metrics: who may read them, what they count, and that no label holds what was typed."""

import os
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from playground.drafts.drafts import start_draft
from playground.engine.models import Process
from playground.history.models import Exchange
from playground.history.totals import update_totals
from playground.monitoring import requests as request_metrics
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot
from playground.sending.models import QueuedSend
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange, start_exchange

TOKEN = "a token of many characters"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Labels = tuple[tuple[str, str], ...]

pytestmark = pytest.mark.django_db


@pytest.fixture
def metrics_on(settings) -> None:
    """On, with a token; requests of other tests aren't counted."""
    settings.METRICS = TOKEN
    for metric in (request_metrics.REQUESTS, request_metrics.DURATIONS, request_metrics.EDITED):
        metric.clear()


def read_samples(client: Client | None = None) -> dict[tuple[str, Labels], float]:
    answer = (client or Client()).get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def read_sample(name: str, **labels: str) -> float | None:
    return read_samples().get((name, tuple(sorted(labels.items()))))


def test_metrics_are_off_by_default(as_owner: Client) -> None:
    assert as_owner.get("/metrics").status_code == 404
    assert Client().get("/metrics", headers=BEARER).status_code == 404


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer ", 401),
        ("Bearer schlüssel", 401),
        ("", 401),
    ],
)
@pytest.mark.usefixtures("metrics_on")
def test_metrics_need_the_token_but_no_session_and_no_known_host(header: str, status: int) -> None:
    headers = {"Host": "10.1.2.3:9000", "Authorization": header}
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store"
    assert (answer.get("WWW-Authenticate") == "Bearer") == (status == 401)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.2.3.4", 200),
        ("::ffff:10.2.3.4", 200),
        ("fd00::1", 200),
        ("10.3.0.1", 403),
        ("fd00:1::1", 403),
        ("", 403),
        ("unix:", 403),
    ],
)
def test_metrics_may_be_bound_to_networks(settings, address: str, status: int) -> None:
    from_environment = ["10.2.0.0/16", "fd00::1"]
    settings.METRICS_NETWORKS = [ip_network(each) for each in from_environment]
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == status
    settings.METRICS = TOKEN
    # Both are needed then.
    expected = 401 if status == 200 else 403
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == expected


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_wrote(settings) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.2.0.0/16")]
    forged = {"X-Forwarded-For": "10.2.3.4, 203.0.113.9"}
    own = {"X-Forwarded-For": "203.0.113.9, 10.2.3.4"}
    client = Client(REMOTE_ADDR="10.2.0.1")
    settings.BEHIND_PROXY = True
    assert client.get("/metrics", headers=forged).status_code == 403
    assert client.get("/metrics", headers=own).status_code == 200
    settings.BEHIND_PROXY = False
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics", headers=own).status_code == 403


@pytest.mark.usefixtures("metrics_on")
def test_requests_are_counted_by_view_method_and_class_of_status(editor: Person) -> None:
    client = signed_in(editor)
    draft = start_draft(editor, "launch-workflow", '{"job_name": "A"}')
    client.get(f"/drafts/{draft.id}/")
    client.get("/nowhere/secret-path/?token=secret")
    client.generic("BREW", "/drafts/")
    found = read_samples()
    assert found["playground_requests_total", labels(view="builder", method="GET", status="2xx")]
    assert found["playground_requests_total", labels(view="other", method="GET", status="4xx")]
    assert found["playground_requests_total", labels(view="drafts", method="other", status="4xx")]
    assert found["playground_request_seconds_count", labels(view="builder")] == 1
    text = repr(list(found))
    for typed in ("secret", str(draft.id), "BREW", editor.username):
        assert typed not in text


def labels(**given: str) -> Labels:
    return tuple(sorted(given.items()))


@pytest.mark.usefixtures("metrics_on")
def test_edits_are_counted(editor: Person) -> None:
    client = signed_in(editor)
    draft = start_draft(editor, "launch-workflow", '{"job_name": "A"}')
    address = f"/drafts/{draft.id}/edit/"
    edit = {"revision": draft.revision, "tab": "one", "pointer": "/job_name", "typed": "B"}
    assert client.post(address, edit, content_type="application/json").status_code == 200
    client.post(address, {}, content_type="application/json")
    assert read_sample("playground_edits_total", status="2xx") == 1
    assert read_sample("playground_edits_total", status="4xx") == 1


@pytest.mark.usefixtures("metrics_on")
def test_sends_are_counted_by_operation_and_outcome_with_their_durations() -> None:
    make_exchange()
    slow = make_exchange()
    Exchange.objects.filter(pk=slow.pk).update(seconds=3.0)
    lost, gone = make_exchange(), make_exchange(operation="removed-operation")
    Exchange.objects.filter(pk=lost.pk).update(outcome="not-sent", seconds=0)
    Exchange.objects.filter(pk=gone.pk).update(outcome="unknown")
    for key in ("addPet", "listPets"):
        make_exchange(operation=f"pets:{key}")
    start_exchange()
    found = read_samples()
    own = "launch-workflow"
    name = "playground_sends_total"
    assert found[name, labels(operation=own, outcome="accepted")] == 2
    assert found[name, labels(operation=own, outcome="not-sent")] == 1
    assert found[name, labels(operation="other", outcome="unknown")] == 1
    assert "removed-operation" not in repr(list(found))
    # A document may have thousands of operations.
    assert found[name, labels(operation="imported", outcome="accepted")] == 2
    assert "pets:" not in repr(list(found))
    assert found["playground_send_seconds_bucket", labels(operation=own, le="2.5")] == 1
    assert found["playground_send_seconds_bucket", labels(operation=own, le="5.0")] == 2
    assert found["playground_send_seconds_bucket", labels(operation=own, le="+Inf")] == 2
    assert found["playground_send_seconds_count", labels(operation=own)] == 2
    assert found["playground_send_seconds_sum", labels(operation=own)] == pytest.approx(3.0)
    assert found["playground_sends_under_way", ()] == 1


@pytest.mark.usefixtures("metrics_on")
def test_queue_and_processes_come_from_the_database() -> None:
    now = timezone.now()
    for place, seconds in enumerate((5, 90)):
        at = now - timedelta(seconds=seconds)
        QueuedSend.objects.create(exchange=start_exchange(), parts={}, queued_at=at, due_at=now)
        for kind in ("web", "worker"):
            name = f"host/{kind}/{place}"
            Process.objects.create(name=name, kind=kind, started_at=at, seen_at=at)
    found = read_samples()
    assert found["playground_queue_sends", ()] == 2
    assert 90 <= found["playground_queue_oldest_seconds", ()] < 300
    assert found["playground_processes", labels(kind="web")] == 1
    assert found["playground_processes", labels(kind="worker")] == 1
    assert found["playground_processes", labels(kind="command")] == 0
    assert found["playground_database_up", ()] == 1


@pytest.mark.usefixtures("metrics_on")
def test_schedules_come_from_the_database() -> None:
    now = timezone.now()
    Schedule.objects.create(name="Secret name", state="paused", paused_automatically=True)
    schedule = Schedule.objects.create(name="Another name")
    for place, state in enumerate(("waiting", "missed", "failed", "failed", "accepted")):
        at = now - timedelta(seconds=90 + place)
        Slot.objects.create(schedule=schedule, planned_at=at, due_at=at, state=state)
    found = read_samples()
    assert found["playground_schedules", labels(state="active")] == 1
    assert found["playground_schedules_paused_automatically", ()] == 1
    assert found["playground_schedule_runs_waiting", ()] == 1
    assert 90 <= found["playground_schedule_runs_oldest_seconds", ()] < 300
    assert found["playground_schedule_runs_under_way", ()] == 0
    assert found["playground_schedule_runs_troubled", labels(outcome="missed")] == 1
    assert found["playground_schedule_runs_troubled", labels(outcome="failed")] == 2
    assert found["playground_schedule_runs_troubled", labels(outcome="refused")] == 0
    assert "Secret" not in repr(found)


@pytest.mark.usefixtures("metrics_on")
def test_without_a_database_the_rest_is_still_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("the text of the library")

    monkeypatch.setattr("playground.monitoring.metrics.read_totals", fail)
    found = read_samples()
    assert found["playground_database_up", ()] == 0
    assert ("playground_queue_sends", ()) not in found
    assert found["playground_pool_size", ()] > 0


@pytest.mark.usefixtures("metrics_on")
def test_a_scrape_of_a_long_history_takes_as_many_queries(django_assert_num_queries) -> None:
    make_exchange()
    with django_assert_num_queries(11):
        read_samples()
    for number in range(20):
        make_exchange(operation=f"operation-{number}")
    update_totals(timezone.now() + timedelta(minutes=2))
    with django_assert_num_queries(11):
        read_samples()


def test_processes_that_share_a_folder_are_counted_together(tmp_path) -> None:
    script = (
        "import django, sys; django.setup()\n"
        "from playground.monitoring import requests\n"
        "from prometheus_client import generate_latest\n"
        "requests.EDITED.labels('2xx').inc()\n"
        "sys.stdout.write(generate_latest(requests.get_registry()).decode())\n"
    )
    environment = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "playground.settings",
    }
    run = [sys.executable, "-c", script]
    first = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    second = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert 'playground_edits_total{status="2xx"} 1.0' in first.stdout
    assert 'playground_edits_total{status="2xx"} 2.0' in second.stdout
