"""The threads of tasks: a bounded number of their own, never those that serve pages."""

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.db.models.functions import Now
from django.dispatch import receiver

from playground.calls.values import Failure
from playground.engine.heartbeat import start_heartbeat
from playground.engine.models import CancelRequest, Process
from playground.engine.serving import switch_often

logger = logging.getLogger("playground.engine")
# How long cancelled tasks may take to record that they were cancelled.
CANCEL_SECONDS = 3.0
# Server threads that never wait for a send. With fewer waiting, there are more polls, each of
# which costs half as much as a send.
FREE_THREADS = 2
# Pauses between two looks at work in another process.
FIRST_PAUSE, LONGEST_PAUSE = 0.03, 0.25
OLD_REQUEST = timedelta(hours=1)
_cancel: ContextVar[threading.Event | None] = ContextVar("cancel", default=None)


@dataclass(frozen=True)
class Task:
    """One piece of work. `cancel` asks it to stop, `done` is set when it has ended."""

    id: uuid.UUID
    work: Callable[[threading.Event], None] = field(repr=False)
    cancel: threading.Event = field(default_factory=threading.Event, repr=False)
    begun: threading.Event = field(default_factory=threading.Event, repr=False)
    done: threading.Event = field(default_factory=threading.Event, repr=False)


class Pool:
    """Runs at most `workers` tasks at once and queues `waiting` more; others are rejected.

    concurrent.futures has neither a bounded queue nor daemon threads. Daemons matter: a target
    that hangs must not hold up the end of the process. What was under way then is ended as
    *unknown* by recovery.
    """

    def __init__(
        self,
        workers: int,
        waiting: int,
        waiters: int,
        when_first_used: Callable[[], object] = lambda: None,
    ) -> None:
        self._when_first_used = when_first_used
        self.size = workers + waiting
        self._free = threading.Semaphore(self.size)
        self._wait_slots = threading.Semaphore(waiters)
        self._queue: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._tasks: dict[uuid.UUID, Task] = {}
        self._successors: dict[uuid.UUID, Task] = {}
        self._lock = threading.Lock()
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self.is_stopping = False

    def submit(self, task: Task) -> bool:
        """Queue the task; return False if the pool is full or stopping: it will never run."""
        if self.is_stopping or not self._free.acquire(blocking=False):
            return False
        if not self._threads:
            self._when_first_used()
        with self._lock:
            self._tasks[task.id] = task
            if len(self._threads) < self._workers:
                name = f"send-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
        self._queue.put(task)
        return True

    def submit_once(self, task: Task) -> None:
        """Submit the task unless one with its id is queued. If one runs, this one runs after it.

        The running one may have looked for work before this one's was stored.
        """
        with self._lock:
            known = self._tasks.get(task.id)
            if known is not None and known.begun.is_set():
                self._successors[task.id] = task
        if known is None:
            self.submit(task)

    def run(self, task: Task) -> bool:
        """Run the task in this thread, as one that others can find and cancel.

        Returns False if it runs already: the message that asks for it came twice.
        """
        self._when_first_used()
        with self._lock:
            if task.id in self._tasks:
                return False
            self._tasks[task.id] = task
        try:
            self._perform(task)
        finally:
            with self._lock:
                self._tasks.pop(task.id, None)
            task.done.set()
        return True

    def register(self, task_id: uuid.UUID, cancel: threading.Event) -> None:
        """Let others find and cancel work that a thread outside of this pool does."""
        self._when_first_used()
        with self._lock:
            self._tasks[task_id] = Task(task_id, lambda _: None, cancel)

    def unregister(self, task_id: uuid.UUID) -> None:
        """Note that registered work has ended."""
        with self._lock:
            task = self._tasks.pop(task_id, None)
        if task is not None:
            task.done.set()

    def count_tasks(self) -> int:
        """Return how many tasks are queued or running in this process."""
        return len(self._tasks)

    def find(self, task_id: uuid.UUID) -> Task | None:
        """Return the task while it is queued or running in this process."""
        return self._tasks.get(task_id)

    def wait(self, task_id: uuid.UUID, seconds: float) -> bool:
        """Wait for the end of a task; return True if it has ended or isn't in this process."""
        task = self.find(task_id)
        if task is None:
            return True
        # Each waiting request holds a thread of the server. Some threads must stay free for
        # pages: requests beyond the number of waiters don't wait, the page polls.
        if not self._wait_slots.acquire(blocking=False):
            return task.done.is_set()
        try:
            return task.done.wait(seconds)
        finally:
            self._wait_slots.release()

    def wait_until(self, has_ended: Callable[[], bool], seconds: float) -> bool:
        """Wait for work of another process, asking `has_ended` ever less often."""
        if has_ended():
            return True
        if seconds <= 0 or not self._wait_slots.acquire(blocking=False):
            return False
        deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
        try:
            while (left := deadline - time.monotonic()) > 0:
                time.sleep(min(pause, left))
                if has_ended():
                    return True
                pause = min(pause * 1.5, LONGEST_PAUSE)
            return False
        finally:
            self._wait_slots.release()

    def cancel(self, task_id: uuid.UUID) -> None:
        """Ask a task to stop, in this process at once, in another within a second."""
        task = self.find(task_id)
        if task is not None:
            task.cancel.set()
        else:
            CancelRequest.objects.get_or_create(work=task_id, defaults={"requested_at": Now()})

    def heed_requests(self) -> None:
        """Cancel what other processes asked this one to cancel."""
        own = list(self._tasks)
        if not own:
            return
        for request in CancelRequest.objects.filter(work__in=own):
            if task := self.find(request.work):
                task.cancel.set()
            request.delete()

    def describe_full(self) -> Failure:
        """Return the failure of a send that `submit` rejected."""
        if self.is_stopping:
            message = "Not sent: API Playground is stopping. Send again once it has restarted."
            return Failure("stopping", message, left=False)
        message = f"Not sent: {self.size} sends are already under way. Send again in a moment."
        return Failure("pool-full", message, left=False, params={"size": str(self.size)})

    def stop(self, seconds: float) -> None:
        """Reject new tasks, wait for the rest to finish, and cancel those that don't in time."""
        self.is_stopping = True
        if self._wait_until_empty(seconds):
            return
        with self._lock:
            left = list(self._tasks.values())
        for task in left:
            task.cancel.set()
        self._wait_until_empty(CANCEL_SECONDS)

    def _wait_until_empty(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._tasks and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._tasks

    def _run(self) -> None:
        while True:
            task = self._queue.get()
            try:
                self._perform(task)
            except Exception as error:
                # Only the type: the message of an error may quote what was sent.
                logger.error("A task of the pool failed: %s", type(error).__name__)
            finally:
                self._finish(task)

    def _perform(self, task: Task) -> None:
        task.begun.set()
        # As Django does around a request: unusable connections are reopened, the others are
        # kept, because opening one costs more than the writes of a send.
        close_old_connections()
        token = _cancel.set(task.cancel)
        try:
            task.work(task.cancel)
        finally:
            _cancel.reset(token)
            close_old_connections()

    def _finish(self, task: Task) -> None:
        with self._lock:
            self._tasks.pop(task.id, None)
            successor = self._successors.pop(task.id, None)
        self._free.release()
        task.done.set()
        if successor is not None:
            self.submit(successor)


def get_cancel() -> threading.Event:
    """Return the event that asks the task of this thread to stop."""
    return _cancel.get() or threading.Event()


def remove_old_requests() -> None:
    """Remove requests to cancel what had ended before anybody looked."""
    CancelRequest.objects.filter(requested_at__lt=Now() - OLD_REQUEST).delete()


@cache
def get_pool() -> Pool:
    """Return the pool of this process, created when first needed."""
    waiters = max(1, settings.THREADS - FREE_THREADS)
    return Pool(settings.SEND_WORKERS, settings.SEND_WAITING, waiters, start_engine)


def start_engine(kind: str = Process.Kind.COMMAND, origin: str = "") -> None:
    """Start the heartbeat and the periodic work of this process.

    Servers and workers call this; in any other process the first task does. `origin` is the
    address at which this machine reaches a server.
    """
    if kind == Process.Kind.WEB:
        switch_often()
    start_heartbeat(kind, origin, get_pool().heed_requests)


@receiver(request_started)
def start_web_engine(**_: object) -> None:
    """Start it at the first request in a server that isn't ours, such as gunicorn."""
    request_started.disconnect(start_web_engine)
    start_engine(Process.Kind.WEB, settings.SANDBOX_ORIGIN)
