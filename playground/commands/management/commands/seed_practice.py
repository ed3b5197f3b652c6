"""Fills in the practice connections, workflows and accounts."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.practice import fill_practice
from playground.commands.startup import migrate


class Command(BaseCommand):
    help = "Fill in the practice data; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        made = fill_practice()
        self.stdout.write(f"{made} things made." if made else "The practice data is complete.")
