"""Celery: tasks go to workers through a message broker.

Imported only where PLAYGROUND_BROKER_URL is set; a process without it needs no Celery. A message
holds the name of a task and the id of its work, no content and no secret. Brokers lose and double
messages, so nothing here relies on one: the database says what is to be done.
"""

import logging
import os
import queue
import ssl
import threading
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, signals
from django.conf import settings

from playground.engine.models import Process
from playground.engine.tasks import make_task
from playground.engine.threads import get_pool, start_engine

logger = logging.getLogger("playground.engine")

CONNECT_SECONDS, PUBLISH_SECONDS = 3.0, 10.0
# Longer than any task takes, a sync of a large workspace too.
LONGEST_TASK = 3660
# Beyond this many unpublished messages more are dropped: recovery makes new ones.
MOST_UNPUBLISHED = 1000


def choose_transport(url: str) -> dict[str, Any]:
    """Return Celery's settings that depend on the kind of broker."""
    parts = urlsplit(url)
    if parts.scheme.startswith("redis"):
        # Redis delivers again what wasn't acknowledged by then, however long a task takes.
        options: dict[str, Any] = {"visibility_timeout": 2 * LONGEST_TASK}
        options |= {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": PUBLISH_SECONDS}
        tls = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_ca_certs": settings.CA_FILE or None}
    else:
        # Without confirms a message may be lost in a broker that has just been restarted.
        options = {"confirm_publish": True}
        tls = {
            "cert_reqs": ssl.CERT_REQUIRED,
            "ca_certs": settings.CA_FILE or None,
            "server_hostname": parts.hostname,
        }
    is_encrypted = parts.scheme in ("amqps", "rediss")
    return {"broker_transport_options": options, "broker_use_ssl": tls if is_encrypted else False}


app = Celery("playground", set_as_current=bool(settings.BROKER_URL))
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_timeout=CONNECT_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    **choose_transport(settings.BROKER_URL),
    task_default_queue="playground",
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # A task is acknowledged when it has ended, so the broker redelivers it if its worker dies.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=LONGEST_TASK,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0},
    worker_prefetch_multiplier=1,
    worker_concurrency=settings.WORKER_PROCESSES,
    # The settings configure the log.
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)


@app.task(name="playground.run")  # type: ignore[untyped-decorator]
def run(name: str, work_id: str) -> None:
    """Run a task in a worker."""
    try:
        task = make_task(name, work_id)
    except KeyError:
        # Of a newer version, whose own workers get it when its work is found unclaimed.
        logger.warning("There is no task %s in this version", name)
        return
    try:
        get_pool().run(task)
    except Exception as error:
        # Celery would log the message of the error, which may quote what was sent.
        logger.error("The task %s failed: %s", name, type(error).__name__)


def publish(name: str, work_id: str) -> None:
    """Send a message to the workers; returns at once and never fails."""
    # By its pid: a process forked from this one needs a thread of its own.
    _get_publisher(os.getpid()).put(name, work_id)


def probe_broker() -> tuple[str, str]:
    """Return the broker's URL without its password, and why it can't be used; empty if it can."""
    with app.connection_for_write() as connection:
        url = connection.as_uri()
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
        except Exception as error:  # each transport has errors of its own
            # Its text may hold the URL with the password.
            return url, type(error.__cause__ or error).__name__
    return url, ""


@signals.celeryd_init.connect  # type: ignore[untyped-decorator]
def require_broker(**_: object) -> None:
    """Stop a worker that has nowhere to get tasks from; Celery would try a default address."""
    if not settings.BROKER_URL:
        raise SystemExit("Set PLAYGROUND_BROKER_URL, for the servers and for the workers.")


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def start_worker_engine(**_: object) -> None:
    """Start the heartbeat in the process that executes tasks, not in its parent."""
    start_engine(Process.Kind.WORKER)


class Publisher:
    """Sends messages in a thread of its own: no page waits for a broker that doesn't answer."""

    def __init__(self) -> None:
        self._messages: queue.Queue[tuple[str, str]] = queue.Queue(MOST_UNPUBLISHED)
        self._failed = False
        threading.Thread(target=self._run, name="publisher", daemon=True).start()

    def put(self, name: str, work_id: str) -> None:
        try:
            self._messages.put_nowait((name, work_id))
        except queue.Full:
            logger.debug("Too many messages wait for the broker: one is dropped")

    def _run(self) -> None:
        while True:
            name, work_id = self._messages.get()
            try:
                run.apply_async((name, work_id), confirm_timeout=PUBLISH_SECONDS)
            except Exception as error:
                # Whatever it is: the work is in the database, and recovery publishes it again.
                self._note_failure(error)
            else:
                if self._failed:
                    logger.warning("The message broker answers again")
                self._failed = False

    def _note_failure(self, error: Exception) -> None:
        # Once per outage, and without the message: it may hold the broker's URL with a password.
        if not self._failed:
            logger.error(
                "The message broker can't be reached (%s). Work waits in the database.",
                type(error).__name__,
            )
        self._failed = True


@cache
def _get_publisher(pid: int) -> Publisher:
    return Publisher()
