"""Sends of a dead process end as unknown; those of a running one stay."""

import os
import signal
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.sending.recovery import end_abandoned, show_if_abandoned
from tests.history.exchanges import start_exchange

pytestmark = pytest.mark.django_db(transaction=True)
HOME = Path(__file__).resolve().parent.parent.parent

# A process of its own that sends this draft over the test's database.
SENDER = """
import sys, uuid, django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.SECRET_KEYS = sys.argv[2].split()
settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
from playground.drafts.models import Draft
from playground.sending.submission import submit_draft, wait_for_exchange
draft = Draft.objects.get(pk=sys.argv[3])
wait_for_exchange(submit_draft(draft.person, draft, uuid.UUID(sys.argv[4])), 60)
"""


def test_the_send_of_a_killed_process_ends_as_unknown(draft_to, standin, settings) -> None:
    standin.hold()
    draft, press = draft_to(), str(uuid.uuid4())
    database, keys = str(connection.settings_dict["NAME"]), " ".join(settings.SECRET_KEYS)
    arguments = [sys.executable, "-c", SENDER, database, keys, str(draft.pk), press]
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "playground.settings"}
    with subprocess.Popen(arguments, cwd=HOME, env=own) as sender:
        try:
            assert standin.wait_for_call(30)
            assert end_abandoned() == 0  # it lives: nobody else may end what it carries
        finally:
            sender.send_signal(signal.SIGKILL)
    standin.release()
    assert end_abandoned() == 1
    exchange = Exchange.objects.get(submission=press)
    assert exchange.outcome == Outcome.UNKNOWN
    assert exchange.message.startswith("Unknown: API Playground stopped")
    assert "before sending again" in exchange.message
    assert len(standin.seen) == 1


def test_a_send_of_this_process_stays(editor) -> None:
    start_exchange(editor)
    assert end_abandoned() == 0


def test_a_send_of_another_host_ends_at_its_deadline(editor) -> None:
    exchange = start_exchange(editor, deadline=timezone.now() - timedelta(seconds=1))
    Exchange.objects.update(process="elsewhere/1/1")
    assert end_abandoned() == 1
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.UNKNOWN


def test_viewing_an_abandoned_send_writes_nothing(editor) -> None:
    exchange = start_exchange(editor, deadline=timezone.now() - timedelta(seconds=1))
    assert show_if_abandoned(exchange).outcome == Outcome.UNKNOWN
    assert Exchange.objects.get().outcome == Outcome.SENDING


def test_an_exchange_of_a_removed_operation_ends_too(editor) -> None:
    start_exchange(editor, operation="no-more", deadline=timezone.now() - timedelta(seconds=1))
    assert end_abandoned() == 1
    assert Exchange.objects.get().message.startswith("Unknown: ")
