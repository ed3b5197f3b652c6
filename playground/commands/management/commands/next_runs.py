"""`manage.py next_runs RULE`: when a rule runs in a time zone, one JSON object per run."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from playground.timing.errors import InvalidTiming
from playground.timing.phrases import read_phrase
from playground.timing.runs import EARLIEST, LATEST, MOST_RUNS, require_runs
from playground.timing.zones import get_zone


class Command(BaseCommand):
    help = (
        "Print the next runs of a rule as JSON, one per line. The rule is a phrase such as "
        "'every 15 minutes', a cron expression or a local time. The exit status is 1 if it "
        "can't run."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", help="'weekdays at 8:30', '30 2 * * *' or 2026-03-29T02:30")
        parser.add_argument("--zone", default="UTC", help="a time zone such as Europe/Berlin")
        parser.add_argument(
            "--from", dest="start", help="the instant to begin at, in UTC; default: now"
        )
        # Read here, as argparse has an exit status of its own.
        parser.add_argument("--count", default="5", help="how many runs to print")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            zone = get_zone(options["zone"])
            start, count = _read_instant(options["start"]), _read_count(options["count"])
            rule = read_phrase(options["rule"], zone, start)
            runs = require_runs(rule, zone, start, count)
        except InvalidTiming as error:
            self.stderr.write(str(error))
            sys.exit(1)
        for run in runs:
            self.stdout.write(json.dumps(run.as_dict(), ensure_ascii=False))


def _read_instant(typed: str | None) -> datetime:
    if typed is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        found = datetime.fromisoformat(typed.strip())
        instant = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{typed[:40]} isn't an instant. Write it as 2026-03-29T00:00:00Z."
        raise InvalidTiming(message) from None
    if not EARLIEST <= instant <= LATEST:
        raise InvalidTiming(f"--from must be between {EARLIEST.year} and {LATEST.year}.")
    return instant


def _read_count(typed: object) -> int:
    text = str(typed).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_RUNS):
        raise InvalidTiming(f"--count must be a number from 1 to {MOST_RUNS}.")
    return int(text)
