"""The senders of a lane: threads that only use the network."""

import queue
import threading
import time
from dataclasses import dataclass, field

from playground.batches.sending_rows import Finished, Sending, finish_request
from playground.calls.values import Call
from playground.engine.serving import let_pages_go_first
from playground.network import KeptConnection, Limits, Policy, send_call
from playground.sending.completing import Result
from playground.sending.pipeline import perform_call


@dataclass
class Senders:
    """Threads that make calls, each over a connection of its own that it keeps."""

    number: int
    cancel: threading.Event
    under_way: int = 0
    policy: Policy | None = None
    limits: Limits = field(default_factory=Limits)
    _jobs: queue.SimpleQueue[Sending | None] = field(default_factory=queue.SimpleQueue)
    _finished: queue.SimpleQueue[Finished] = field(default_factory=queue.SimpleQueue)

    @property
    def free(self) -> int:
        return self.number - self.under_way

    def start(self) -> None:
        for number in range(self.number):
            name = f"batch-{number + 1}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def put(self, sending: Sending) -> None:
        self.under_way += 1
        self._jobs.put(sending)

    def collect(self, seconds: float, more_seconds: float, most: int) -> list[Finished]:
        """Return what has finished; wait for the first of it, and a little for the others."""
        found: list[Finished] = []
        try:
            found.append(self._finished.get(seconds > 0, seconds or None))
            deadline = time.monotonic() + more_seconds
            while len(found) < min(self.under_way, most):
                left = deadline - time.monotonic()
                found.append(self._finished.get(left > 0, left if left > 0 else None))
        except queue.Empty:
            pass
        self.under_way -= len(found)
        return found

    def stop(self) -> None:
        for _each in range(self.number):
            self._jobs.put(None)

    def _run(self) -> None:
        kept = KeptConnection()

        def send(call: Call, cancel: threading.Event) -> Result:
            assert self.policy is not None
            return send_call(call, self.policy, self.limits, cancel, kept)

        while (sending := self._jobs.get()) is not None:
            assembled = sending.prepared.assembled
            let_pages_go_first()
            result = assembled.failure or perform_call(assembled.call, self.cancel, send)
            self._finished.put(finish_request(sending, result))
        kept.close()
