"""The Celery adapter without a broker: what a worker runs, and what publishing costs."""

import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from playground.calls.values import Outcome
from playground.engine import celery_adapter, tasks
from playground.engine.celery_adapter import Publisher, choose_transport, run
from playground.history.models import Exchange
from tests.commands.installation import prepare
from tests.commands.test_serve import environment
from tests.engine.workers import HOME
from tests.sending.stand_ins import wait_until


@pytest.mark.django_db(transaction=True)
def test_the_task_of_a_worker_sends(messages, send, standin) -> None:
    exchange = send()
    run("run_send", str(exchange.id))
    assert Exchange.objects.get().outcome == Outcome.ACCEPTED
    run("run_send", str(exchange.id))
    assert len(standin.seen) == 1


@pytest.mark.django_db
def test_a_task_of_another_version_is_skipped(caplog) -> None:
    run("brand_new", "1")
    assert "There is no task brand_new in this version" in caplog.text


@pytest.mark.django_db
def test_an_error_is_logged_without_its_message(monkeypatch, caplog) -> None:
    def fail(work_id: str) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(tasks, "_registry", {"fail": fail})
    run("fail", "1")
    assert "The task fail failed: ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_publishing_never_waits_and_one_outage_is_logged_once(monkeypatch, caplog) -> None:
    tried, may_answer, is_up = [], threading.Event(), threading.Event()

    def apply_async(arguments: tuple[str, str], **_: object) -> None:
        may_answer.wait(20)
        tried.append(arguments)
        if not is_up.is_set():
            raise ConnectionError("amqp://user:password@broker/")

    monkeypatch.setattr(celery_adapter.run, "apply_async", apply_async)
    publisher = Publisher()
    for number in range(3):
        publisher.put("run_send", str(number))
    assert tried == []
    may_answer.set()
    assert wait_until(lambda: len(tried) == 3)
    is_up.set()
    publisher.put("run_send", "3")
    assert wait_until(lambda: "The message broker answers again" in caplog.text)
    assert caplog.text.count("The message broker can't be reached (ConnectionError).") == 1
    assert "password" not in caplog.text


def test_surplus_messages_are_dropped(monkeypatch) -> None:
    monkeypatch.setattr(celery_adapter, "MOST_UNPUBLISHED", 2)
    taken, may_answer = [], threading.Event()

    def apply_async(arguments: tuple[str, str], **_: object) -> None:
        taken.append(arguments)
        may_answer.wait(20)

    monkeypatch.setattr(celery_adapter.run, "apply_async", apply_async)
    publisher = Publisher()
    publisher.put("run_send", "first")
    assert wait_until(lambda: len(taken) == 1)
    for number in range(9):
        publisher.put("run_send", str(number))
    may_answer.set()
    assert wait_until(lambda: len(taken) == 3)
    assert taken == [("run_send", "first"), ("run_send", "0"), ("run_send", "1")]


def test_a_worker_without_a_broker_says_what_to_set() -> None:
    command = [sys.executable, "-m", "celery", "-A", "playground", "worker"]
    run = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=120)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("Set PLAYGROUND_BROKER_URL")


def test_a_worker_that_could_send_nothing_says_why(tmp_path: Path) -> None:
    def start(**settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "celery", "-A", "playground", "worker"]
        env = environment(tmp_path, BROKER_URL="redis://127.0.0.1:1/0", **settings)
        return subprocess.run(
            command, cwd=HOME, env=env, capture_output=True, text=True, timeout=120
        )

    early = start()
    assert early.returncode == 1
    assert early.stderr.splitlines()[-1].endswith("migrations are missing. Run: manage.py prepare")
    prepare(tmp_path, "http://127.0.0.1:1")
    other_keys = start(SECRET_KEYS=Fernet.generate_key().decode())
    assert other_keys.returncode == 1
    assert "key" in other_keys.stderr.splitlines()[-1]
    assert "Traceback" not in early.stderr + other_keys.stderr


@pytest.mark.parametrize(
    ("url", "option", "is_encrypted"),
    [
        ("amqp://b//", {"confirm_publish": True}, False),
        ("amqps://b//", {"confirm_publish": True}, True),
        ("redis://b/0", {"visibility_timeout": 7320}, False),
        ("rediss://b/0", {"visibility_timeout": 7320}, True),
    ],
)
def test_each_kind_of_broker_has_its_options(url, option, is_encrypted) -> None:
    chosen = choose_transport(url)
    assert option.items() <= chosen["broker_transport_options"].items()
    tls = chosen["broker_use_ssl"]
    assert bool(tls) is is_encrypted
    # The host name is checked too, which py-amqp does not do by itself.
    assert not tls or ssl.CERT_REQUIRED in tls.values()
