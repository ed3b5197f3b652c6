"""Sends that go to workers, with the messages in a list instead of a broker."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from playground.calls.values import Outcome
from playground.engine import tasks
from playground.engine.threads import Pool
from playground.history.models import Exchange
from playground.sending.submission import submit_draft
from tests.sending.conftest import (  # noqa: F401
    draft_to,
    elsewhere,
    misbehaving,
    standin,
)


@dataclass
class Messages:
    """What was published; `deliver` plays the worker that takes it all, in a pool of its own."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    pool: Pool = field(default_factory=lambda: Pool(1, 1, 1))

    def publish(self, name: str, work_id: str) -> None:
        self.sent.append((name, work_id))

    def deliver(self) -> None:
        taken, self.sent = self.sent, []
        for name, work_id in taken:
            self.pool.run(tasks.make_task(name, work_id))


@pytest.fixture
def messages(settings, monkeypatch: pytest.MonkeyPatch) -> Messages:
    settings.BROKER_URL = "redis://127.0.0.1/0"
    found = Messages()
    monkeypatch.setattr(tasks, "_load_publish", lambda: found.publish)
    return found


@pytest.fixture
def send(editor, draft_to) -> Callable[[], Exchange]:  # noqa: F811
    """Press Send once for a draft of its own that goes to the stand-in server."""

    def press() -> Exchange:
        sent = submit_draft(editor, draft_to(), uuid.uuid4())
        assert isinstance(sent, Exchange), sent
        assert sent.outcome == Outcome.SENDING, sent.message
        return sent

    return press


def run_in_threads(work: Callable[[], object], count: int) -> None:
    """Do the same in many threads at once."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
