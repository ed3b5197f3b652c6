"""Outcomes over time, for a chart: a limited number of buckets that widen as time goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_BUCKETS = 120
# The order of the numbers in a bucket.
OUTCOMES = ("accepted", "refused", "not-sent", "unknown")
Bucket = list[int]


@dataclass
class Timeline:
    """Each bucket counts what ended within `width` seconds; the first begins at `start` (UTC)."""

    start: int = 0
    width: int = 1
    buckets: list[Bucket] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Timeline":
        """The timeline that `write` returned; an empty one of an empty mapping."""
        return cls(**stored)

    def write(self) -> dict[str, Any]:
        return {"start": self.start, "width": self.width, "buckets": self.buckets}

    def add(self, second: int, ended: Mapping[str, int]) -> None:
        """Count what has ended at a time, in seconds since 1970."""
        if not self.buckets:
            self.start = second
        # Before the start if the clock was set back.
        place = max(0, (second - self.start) // self.width)
        while place >= MOST_BUCKETS:
            self._halve()
            place = (second - self.start) // self.width
        while len(self.buckets) <= place:
            self.buckets.append([0] * len(OUTCOMES))
        for number, outcome in enumerate(OUTCOMES):
            self.buckets[place][number] += ended.get(outcome, 0)

    def rate(self, now: int, seconds: int = 10) -> float:
        """Return how many requests a second ended within the last seconds."""
        if not self.buckets:
            return 0.0
        first = max(0, (now - seconds - self.start) // self.width)
        begun = self.start + first * self.width
        return sum(map(sum, self.buckets[first:])) / max(1, now - begun)

    def _halve(self) -> None:
        pairs = zip(self.buckets[::2], [*self.buckets[1::2], [0] * len(OUTCOMES)], strict=False)
        self.buckets = [[a + b for a, b in zip(one, two, strict=True)] for one, two in pairs]
        self.width *= 2
