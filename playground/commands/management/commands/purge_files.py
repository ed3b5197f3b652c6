"""`manage.py purge_files`: removes attached files that nothing refers to."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import migrate
from playground.workspace.files import delete_unused_files


class Command(BaseCommand):
    # Every start does the same; this is for servers that run for months.
    help = "Remove attached files that no draft, template or exchange refers to."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        self.stdout.write(f"Files removed: {delete_unused_files()}.")
