"""Syncs as rows: starting one, finding it, and taking up what was lost."""

import threading
import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from playground.engine.processes import has_ended, identify_process
from playground.engine.tasks import enqueue, task
from playground.engine.threads import get_cancel, get_pool
from playground.people.models import Person
from playground.sending.sync import Watch, carry_out, end_run
from playground.workspace.models import Connection, SyncRun

MOST_RUNS = 10
# Longer than any sync: then its process must have died on another host.
LONGEST_SYNC = timedelta(hours=1)
# A task that wasn't taken up by then is enqueued again.
LOST = timedelta(seconds=15)
STOPPED = "API Playground stopped before the sync ended."


def start_sync(
    connection: Connection, person: Person | None, key: uuid.UUID | None = None
) -> SyncRun:
    """Start a sync in the background, or return the one that is under way.

    With a key, which is then its ID, it is started only once.
    """
    # In one transaction, so that two clicks start one sync.
    with transaction.atomic():
        # Waits for another one: PostgreSQL would let both see that no sync is under way.
        Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).first()
        current = find_sync(connection)
        if current is not None and (current.under_way or current.pk == key):
            return current
        run = _create_run(connection, person, process="", key=key)
        enqueue(run_sync, run.id)
    return run


@task
def run_sync(run_id: str) -> None:
    """Carry out a sync that nobody has begun yet."""
    waiting = SyncRun.objects.filter(pk=run_id, process="", outcome=SyncRun.Outcome.RUNNING)
    # The condition is part of the UPDATE: a task may come twice.
    if waiting.update(process=identify_process()):
        carry_out(SyncRun.objects.get(pk=run_id), get_cancel())


def find_sync(connection: Connection) -> SyncRun | None:
    """Return the newest sync; one whose process died shows as failed."""
    run = connection.syncs.first()
    if run is not None and run.under_way and _is_lost(run):
        run.outcome = SyncRun.Outcome.FAILED
        run.failures = [*run.failures, STOPPED]
    return run


def wait_for_sync(run: SyncRun, seconds: float) -> bool:
    """Wait for the end of a sync, in this process or another; return whether it has ended."""
    pool = get_pool()
    if pool.find(run.id) is not None:
        return pool.wait(run.id, seconds)
    running = SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.RUNNING)
    return pool.wait_until(lambda: not running.exists(), seconds)


def recover_syncs() -> None:
    """Enqueue again what never began, and end what a process that died has left."""
    for run in SyncRun.objects.filter(outcome=SyncRun.Outcome.RUNNING):
        if _is_lost(run):
            end_run(run, SyncRun.Outcome.FAILED, STOPPED)
        elif not run.process and timezone.now() - run.started_at > LOST:
            enqueue(run_sync, run.id)


def sync_now(connection: Connection, watch: Watch) -> SyncRun:
    """Sync in this thread, for a command; `watch` is called after every step."""
    run = _create_run(connection, None, process=identify_process())
    carry_out(run, threading.Event(), watch)
    return run


def _is_lost(run: SyncRun) -> bool:
    # In either direction, as the clock may have been set back.
    return abs(timezone.now() - run.started_at) > LONGEST_SYNC or has_ended(run.process)


def _create_run(
    connection: Connection, person: Person | None, process: str, key: uuid.UUID | None = None
) -> SyncRun:
    old = connection.syncs.values_list("pk", flat=True)[MOST_RUNS:]
    SyncRun.objects.filter(pk__in=list(old)).delete()
    return SyncRun.objects.create(
        pk=key or uuid.uuid4(),
        connection=connection,
        person=person,
        process=process,
        step="Waiting to start",
    )
