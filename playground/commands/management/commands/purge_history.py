"""`manage.py purge_history`: removes exchanges beyond the limits of the settings."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import migrate
from playground.history.retention import purge_history


class Command(BaseCommand):
    # Sends do this from time to time as well; a nightly cron job does it when nobody waits.
    help = "Remove exchanges beyond PLAYGROUND_HISTORY_DAYS and PLAYGROUND_HISTORY_NUMBER."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        self.stdout.write(f"Exchanges removed: {purge_history()}.")
