"""A sync begins once, however often its task comes, and ends if its process dies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from playground.engine.processes import identify_process
from playground.engine.threads import get_pool
from playground.sending.sync_runs import recover_syncs, run_sync, wait_for_sync
from playground.workspace.models import SyncRun
from tests.sending.test_sync import LONG, details, serve, step

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sync_whose_task_was_lost_is_begun_by_recovery(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    run = SyncRun.objects.create(connection=elsewhere)
    recover_syncs()
    assert get_pool().find(run.id) is None  # its task may still come
    SyncRun.objects.update(started_at=timezone.now() - timedelta(seconds=20))
    recover_syncs()
    assert wait_for_sync(run, LONG)
    run.refresh_from_db()
    assert (run.outcome, run.process) == ("complete", identify_process())


def test_a_task_that_comes_twice_syncs_once(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    run = SyncRun.objects.create(connection=elsewhere)
    run_sync(str(run.id))
    calls = len(misbehaving.seen)
    run_sync(str(run.id))
    SyncRun.objects.update(outcome="running", process="elsewhere/1/1")
    run_sync(str(run.id))
    assert calls == len(misbehaving.seen) > 0


def test_recovery_ends_the_sync_of_a_process_that_died(elsewhere) -> None:
    place = identify_process().partition("/")[0]
    run = SyncRun.objects.create(connection=elsewhere, process=f"{place}/{2**22}/1")
    recover_syncs()
    run.refresh_from_db()
    assert run.outcome == "failed"
    assert run.failures == ["API Playground stopped before the sync ended."]
    assert run.ended_at is not None
