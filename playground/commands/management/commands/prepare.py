"""`manage.py prepare`: everything that `serve` does before it serves, for other servers."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands import startup
from playground.people.tokens import has_owner


class Command(BaseCommand):
    help = (
        "Checks settings and keys, migrates the database and collects static files. Run it "
        "before gunicorn and workers start; `serve` does the same by itself."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        startup.prepare()
        self.stdout.write("The database and the files are ready.")
        if not has_owner():
            self.stdout.write("Nobody owns this installation yet. Run: manage.py sign_in_link")
