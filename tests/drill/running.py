"""All drills, by name, and the run through them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable

import django

django.setup()

from playground.commands.startup import prepare_database  # noqa: E402
from tests.drill import (  # noqa: E402
    batch_kills,
    connections,
    full_disk,
    hanging_targets,
    kills,
    machines,
    moving,
    read_only,
    schedule_kills,
    signing_out,
    surrogates,
)
from tests.drill.report import Report  # noqa: E402

DRILLS: dict[str, Callable[[], Report]] = {
    "connections": connections.run,
    "hanging-targets": hanging_targets.run,
    "surrogates": surrogates.run,
    "signing-out": signing_out.run,
    "full-disk": full_disk.run,
    "read-only": read_only.run_read_only,
    "kills": kills.run,
    "batch-kills": batch_kills.run,
    "schedule-kills": schedule_kills.run,
    "machines-kills": machines.run_kills,
    "machines-outages": machines.run_outages,
    "machines-backup": moving.run_backup,
    "machines-upgrade": moving.run_upgrade,
}


def run_drills(names: Iterable[str]) -> bool:
    """Run each in turn and print its figures; return whether all held."""
    prepare_database()
    held = True
    for name in names:
        begun = time.monotonic()
        try:
            report = DRILLS[name]()
        except (Exception, SystemExit):
            report = Report(wrong=["the drill broke off"])
            traceback.print_exc()
        result = "FAILED" if report.wrong else "skipped" if report.skipped else "held"
        print(f"{name}: {result} ({time.monotonic() - begun:.0f} s) {report.skipped}".rstrip())
        for figure, value in report.figures.items():
            print(f"  {figure:44} {value}")
        for sentence in report.wrong:
            print(f"  WRONG: {sentence}")
        print(end="", flush=True)
        held = held and not report.wrong
    return held
