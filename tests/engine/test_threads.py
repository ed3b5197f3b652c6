"""Tasks of the pool: found, cancelled from elsewhere, run in a thread of one's own."""

import threading
import time
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from playground.engine import heartbeat, tasks, threads
from playground.engine.models import CancelRequest
from playground.engine.threads import Pool, Task, get_cancel, remove_old_requests
from tests.sending.stand_ins import wait_until

LONG = 60.0


@pytest.fixture
def pool() -> Pool:
    return Pool(workers=1, waiting=1, waiters=1)


def test_a_task_that_runs_in_a_thread_of_ones_own_is_found_and_knows_its_cancel(pool) -> None:
    def work(cancel: threading.Event) -> None:
        assert pool.find(task.id) is task
        assert get_cancel() is cancel
        assert not pool.run(task)  # the message came twice

    task = Task(uuid.uuid4(), work)
    assert pool.run(task)
    assert task.done.is_set()
    assert pool.find(task.id) is None
    assert get_cancel() is not task.cancel


def test_a_task_that_fails_in_a_thread_of_ones_own_is_forgotten_too(pool) -> None:
    def work(cancel: threading.Event) -> None:
        raise LookupError("it failed")

    task = Task(uuid.uuid4(), work)
    with pytest.raises(LookupError, match="it failed"):
        pool.run(task)
    assert pool.find(task.id) is None


def test_work_outside_of_the_pool_is_found_and_cancelled_while_it_is_registered(pool) -> None:
    key, cancel = uuid.uuid4(), threading.Event()
    pool.register(key, cancel)
    task = pool.find(key)
    assert task is not None
    pool.cancel(key)
    assert cancel.is_set()
    assert pool.count_tasks() == 1
    pool.unregister(key)
    assert task.done.is_set()
    assert pool.find(key) is None
    # A stop waits for nothing then.
    assert pool.count_tasks() == 0


@pytest.mark.django_db(transaction=True)
def test_a_task_is_cancelled_from_another_process(pool) -> None:

    def work(cancel: threading.Event) -> None:
        cancel.wait(LONG)

    task = Task(uuid.uuid4(), work)
    other, others = Pool(1, 1, 1), uuid.uuid4()
    assert pool.submit(task)
    other.cancel(task.id)
    other.cancel(task.id)
    other.cancel(others)
    assert not task.cancel.is_set()
    pool.heed_requests()
    assert task.cancel.is_set()
    assert wait_until(task.done.is_set)
    # A request for another process's task is left alone.
    assert [each.work for each in CancelRequest.objects.all()] == [others]


@pytest.mark.django_db
def test_a_pool_without_work_asks_nothing(pool, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        pool.heed_requests()


@pytest.mark.django_db
def test_requests_that_nobody_heeded_are_removed(pool) -> None:
    pool.cancel(uuid.uuid4())
    pool.cancel(uuid.uuid4())
    old = CancelRequest.objects.first()
    CancelRequest.objects.filter(pk=old.pk).update(requested_at=timezone.now() - timedelta(hours=2))
    remove_old_requests()
    assert CancelRequest.objects.count() == 1


def test_waiting_for_another_process_ends_with_its_work_or_with_the_time(pool) -> None:
    answers = iter([False, False, True])
    assert pool.wait_until(lambda: next(answers), LONG)
    began = time.monotonic()
    assert not pool.wait_until(lambda: False, 0.1)
    assert time.monotonic() - began >= 0.1


def test_no_more_wait_than_there_are_slots_for(pool) -> None:
    waits, may_end = threading.Event(), threading.Event()

    def has_ended() -> bool:
        waits.set()
        return may_end.is_set()

    first = threading.Thread(target=pool.wait_until, args=(has_ended, LONG))
    first.start()
    assert waits.wait(LONG)
    assert wait_until(lambda: pool.wait_until(lambda: False, 3600) is False)
    may_end.set()
    first.join(LONG)
    assert not first.is_alive()


def test_the_first_task_starts_what_the_process_needs_besides() -> None:
    started: list[str] = []
    pool = Pool(1, 9, 1, lambda: started.append("engine"))
    done = [Task(uuid.uuid4(), lambda cancel: None) for _ in range(3)]
    assert all(pool.submit(task) for task in done)
    assert all(task.done.wait(LONG) for task in done)
    assert started == ["engine"]


@pytest.fixture
def enqueued(monkeypatch) -> SimpleNamespace:
    """A task that notes its ids in `seen` and then waits for `may_end`, and its pool."""
    own = SimpleNamespace(pool=Pool(1, 9, 1), seen=[], may_end=threading.Event())
    monkeypatch.setattr(tasks, "get_pool", lambda: own.pool)
    monkeypatch.setattr(tasks, "_registry", {})

    def note(work_id: str) -> None:
        own.seen.append(work_id)
        own.may_end.wait(LONG)

    own.note = tasks.task(note)
    return own


@pytest.mark.django_db(transaction=True)
def test_a_task_that_is_enqueued_twice_runs_once_with_its_id(enqueued) -> None:
    work = uuid.uuid4()
    tasks.enqueue(enqueued.note, 7)
    assert wait_until(lambda: enqueued.seen == ["7"])
    # They wait for the only thread.
    tasks.enqueue(enqueued.note, work)
    tasks.enqueue(enqueued.note, work)
    assert enqueued.pool.find(work)
    enqueued.may_end.set()
    assert wait_until(lambda: not enqueued.pool.count_tasks())
    assert enqueued.seen == ["7", str(work)]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_is_enqueued_while_it_runs_runs_again_afterwards(enqueued) -> None:
    work = uuid.uuid4()
    tasks.enqueue(enqueued.note, work)
    assert wait_until(lambda: enqueued.seen == [str(work)])
    # The first may have looked for work before there was any for these.
    tasks.enqueue(enqueued.note, work)
    tasks.enqueue(enqueued.note, work)
    enqueued.may_end.set()
    assert wait_until(lambda: len(enqueued.seen) == 2)
    assert wait_until(lambda: not enqueued.pool.count_tasks())
    assert enqueued.seen == [str(work)] * 2


def test_a_stopping_pool_leaves_the_work_where_it_is(monkeypatch) -> None:
    stopping, seen = Pool(1, 1, 1), []
    stopping.is_stopping = True
    monkeypatch.setattr(tasks, "get_pool", lambda: stopping)
    monkeypatch.setattr(tasks, "_registry", {"note": seen.append})
    tasks._submit("note", "1")
    assert (seen, stopping.find(tasks.find_task_id("note", "1"))) == ([], None)


def test_the_engine_starts_once_per_process(monkeypatch, settings) -> None:
    settings.HEARTBEAT_SECONDS = 10
    monkeypatch.setattr(Recorder, "started", [])
    monkeypatch.setattr(heartbeat, "threading", SimpleNamespace(Thread=Recorder))
    monkeypatch.setattr(heartbeat, "_started", set())
    threads.start_engine("web")
    threads.start_engine("web")
    assert Recorder.started == ["heartbeat", "periodic", "watch"]


class Recorder:
    """A thread that only notes that it was started."""

    started: list[str] = []

    def __init__(self, target: object, name: str, daemon: bool) -> None:
        assert daemon
        self.name = name

    def start(self) -> None:
        self.started.append(self.name)
