"""The result of a drill: figures, and the faults found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Report:
    """`skipped` says why a drill can't run here."""

    figures: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    skipped: str = ""

    def expect(self, held: bool, otherwise: str) -> None:
        if not held:
            self.wrong.append(otherwise)

    def add_times(self, name: str, seconds: Sequence[float]) -> None:
        """Median, 95th percentile and maximum, in milliseconds."""
        ordered = sorted(seconds) or [0.0]
        at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]]
        median, high, slowest = (f"{value * 1000:.1f}" for value in at)
        self.figures[name] = (
            f"median {median} ms, p95 {high} ms, slowest {slowest} ms ({len(seconds)} times)"
        )
