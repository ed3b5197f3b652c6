"""The periodic work: what it does, and that it is registered under its interval."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.calls.values import Outcome
from playground.engine import periodic
from playground.engine.models import CancelRequest, PeriodicRun, Process
from playground.history.models import Exchange
from playground.workspace.models import SyncRun
from tests.history.exchanges import make_exchange, start_exchange
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_history_is_purged_once_an_hour(editor, settings) -> None:
    settings.HISTORY_NUMBER = 2
    long_ago = timezone.now() - timedelta(days=2)
    Process.objects.create(name="x/1/1", kind="web", started_at=long_ago, seen_at=long_ago)
    CancelRequest.objects.create(work=uuid.uuid4(), requested_at=long_ago)
    for _ in range(3):
        make_exchange(editor)
    assert "clean_up" in periodic.run_due_tasks()
    assert Exchange.objects.count() == 2
    assert not Process.objects.exists()
    assert not CancelRequest.objects.exists()
    make_exchange(editor)
    assert "clean_up" not in periodic.run_due_tasks()
    assert Exchange.objects.count() == 3
    due = PeriodicRun.objects.get(name="clean_up").due_at - timezone.now()
    assert timedelta(minutes=55) < due <= timedelta(hours=1, seconds=1)


def test_what_was_left_is_recovered_every_fifteen_seconds(editor, elsewhere, misbehaving) -> None:
    start_exchange(editor, deadline=timezone.now() - timedelta(seconds=1))
    Exchange.objects.update(process="elsewhere/1/1")
    run = SyncRun.objects.create(connection=elsewhere)
    SyncRun.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    assert "recover" in periodic.run_due_tasks()
    assert Exchange.objects.get().outcome == Outcome.UNKNOWN
    assert wait_until(lambda: SyncRun.objects.get(pk=run.pk).outcome == "failed")
    due = PeriodicRun.objects.get(name="recover").due_at - timezone.now()
    assert due <= timedelta(seconds=16)
