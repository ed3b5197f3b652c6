"""`manage.py check_installation`: what is misconfigured or broken, and what to do."""

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.installation import Level, check_installation


class Command(BaseCommand):
    help = (
        "Check settings, keys, database, files, broker, workers and clock. Each line says what "
        "was found and what to do. The exit status is 1 if there is a problem, else 0."
    )
    # They are part of the lines, and must not end the command.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[Level] = Counter()
        for finding in check_installation():
            counts[finding.level] += 1
            self.stdout.write(f"{finding.level.value:8} {finding.part}: {finding.message}")
            # Some of them take seconds.
            self.stdout.flush()
        problems, warnings = counts[Level.PROBLEM], counts[Level.WARNING]
        self.stdout.write(f"Problems: {problems}. Warnings: {warnings}.")
        if problems:
            sys.exit(1)
