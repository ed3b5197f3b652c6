"""`manage.py seed_practice`: creates what is missing of the practice data."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.practice import fill_practice
from playground.commands.startup import migrate


class Command(BaseCommand):
    help = "Create missing practice data; existing data stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        # For installations that are built before they are started, as in a container.
        migrate()
        created = fill_practice()
        message = f"Objects created: {created}." if created else "The practice data is complete."
        self.stdout.write(message)
