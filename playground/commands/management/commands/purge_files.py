"""Removes attached files that nothing refers to any more."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import migrate
from playground.workspace.file_cleanup import sweep_files


class Command(BaseCommand):
    help = "Remove attached files that no draft, template or exchange refers to. A start does too."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        self.stdout.write(f"{sweep_files()} files removed.")
