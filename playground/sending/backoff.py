"""How long an API that is asked too often wants to be left alone."""

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from playground.calls.values import Reply
from playground.sending.api_calls import CallResult

# The longest wait for one answer, and how often the same call is made.
LONGEST = 60.0
TRIES = 4
LIMITED = (429, 503)


def call_with_backoff(
    ask: Callable[[], CallResult], cancel: threading.Event, tell: Callable[[float], None]
) -> CallResult:
    """The answer of a call that only reads, asked again after the wait an API wishes for.

    Waits a minute at most in all; then the refusal stands. `tell` hears each wait, seconds.
    """
    left = LONGEST
    answer = ask()
    for turn in range(1, TRIES):
        seconds = wished_wait(answer, turn)
        if seconds is None or seconds > left or cancel.is_set():
            return answer
        left -= seconds
        tell(seconds)
        if cancel.wait(seconds):
            return answer
        answer = ask()
    return answer


def wished_wait(answer: CallResult, turn: int) -> float | None:
    """Seconds to wait before asking again; None when the answer asks for no wait."""
    reply = answer.result
    if not isinstance(reply, Reply) or reply.status not in LIMITED:
        return None
    said = next((value for name, value in reply.headers if name.lower() == "retry-after"), "")
    if not said and reply.status != 429:
        return None
    return _read_wait(said.strip()) if said else float(2 ** (turn - 1))


def _read_wait(said: str) -> float:
    """Seconds, or a date; what nobody can read counts as two seconds."""
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said)
    return max(0.0, seconds) if math.isfinite(seconds) else 2.0


def _until(date: str) -> float:
    try:
        when = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return 2.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (when - datetime.now(UTC)).total_seconds()
