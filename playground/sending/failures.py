"""Failures that arise before the network is reached, or after this process lost a send."""

from playground.calls.values import Failure


def pool_full(size: int) -> Failure:
    sentence = f"Not sent: {size} sends are under way already. Press Send again in a moment."
    return Failure("pool-full", sentence, left=False, params={"size": str(size)})


def cancelled_in_line() -> Failure:
    sentence = "Not sent: cancelled before the first byte left."
    return Failure("cancelled", sentence, left=False)


def lost() -> Failure:
    """The process ended while this was on its way."""
    sentence = "Unknown: API Playground stopped before an answer came."
    return Failure("abandoned", sentence, left=True)


def broken(kind: str) -> Failure:
    """An error of ours on the way; nobody knows how far the request came."""
    sentence = "Unknown: API Playground failed while sending this. The log names the error."
    return Failure("broken", sentence, left=True, params={"kind": kind})
