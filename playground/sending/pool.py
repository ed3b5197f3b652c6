"""The threads that send: a bounded number of their own, never those that serve pages."""

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.db import connections

logger = logging.getLogger("playground.sending")


@dataclass(frozen=True)
class Task:
    """One piece of work in the pool. `cancel` asks it to stop, `done` says that it ended."""

    id: uuid.UUID
    work: Callable[[threading.Event], None] = field(repr=False)
    cancel: threading.Event = field(default_factory=threading.Event, repr=False)
    done: threading.Event = field(default_factory=threading.Event, repr=False)


class Pool:
    """At most `workers` at once, `waiting` more in line; whoever comes then is told so.

    The threads are daemons: a hanging target does not hold up the end of the process, and
    the next start says *unknown* of what was on its way.
    """

    def __init__(self, workers: int, waiting: int, waiters: int) -> None:
        self.size = workers + waiting
        self._places = threading.Semaphore(self.size)
        self._waiters = threading.Semaphore(waiters)
        self._line: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._tickets: dict[uuid.UUID, Task] = {}
        self._lock = threading.Lock()
        self._workers = workers
        self._threads: list[threading.Thread] = []

    def submit(self, ticket: Task) -> bool:
        """False when every place is taken; the work is then not begun and never will be."""
        if not self._places.acquire(blocking=False):
            return False
        with self._lock:
            self._tickets[ticket.id] = ticket
            if len(self._threads) < self._workers:
                self._add_thread()
        self._line.put(ticket)
        return True

    def find(self, ticket_id: uuid.UUID) -> Task | None:
        """The work of that id, as long as it stands in line or runs in this process."""
        return self._tickets.get(ticket_id)

    def wait(self, ticket_id: uuid.UUID, seconds: float) -> bool:
        """Wait for the end of that work; True when it ended or is not here.

        Only so many wait at the same time that pages still have threads: one more is told
        at once that it has not ended yet.
        """
        ticket = self.find(ticket_id)
        if ticket is None:
            return True
        if not self._waiters.acquire(blocking=False):
            return ticket.done.is_set()
        try:
            return ticket.done.wait(seconds)
        finally:
            self._waiters.release()

    def _add_thread(self) -> None:
        name = f"send-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while True:
            ticket = self._line.get()
            try:
                ticket.work(ticket.cancel)
            except Exception as error:
                # The message of an error may hold what was sent: only its kind is logged.
                logger.error("a send ended in an error of ours: %s", type(error).__name__)
            finally:
                self._leave(ticket)

    def _leave(self, ticket: Task) -> None:
        connections.close_all()
        with self._lock:
            self._tickets.pop(ticket.id, None)
        self._places.release()
        ticket.done.set()


@cache
def get_pool() -> Pool:
    """The pool of this process, made when first needed."""
    waiters = max(1, settings.THREADS // 2)
    return Pool(settings.SEND_WORKERS, settings.SEND_WAITING, waiters)
