"""Removes attached files that nothing refers to any more."""

from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import migrate
from playground.workspace.files import delete_unused_files


class Command(BaseCommand):
    help = "Remove attached files that no draft, template or exchange refers to. A start does too."

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        self.stdout.write(f"{delete_unused_files()} files removed.")
