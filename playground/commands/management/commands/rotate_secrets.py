"""`manage.py rotate_secrets`: re-encrypts everything with the newest key."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands.startup import migrate
from playground.people.audit import record_event
from playground.vault.encryption import CannotUnseal
from playground.vault.rotation import delete_former_keys, make_key, rotate_files, rotate_secrets


class Command(BaseCommand):
    help = "Re-encrypt all stored values with the newest key. Stop the server first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="create a new key first")
        parser.add_argument(
            "--forget", action="store_true", help="remove the old keys from the file afterwards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        path = Path(settings.DATA) / "secrets.key"
        if options["new_key"] or options["forget"]:
            self._require_file(path)
        if options["new_key"]:
            make_key(path)
            self.stdout.write(f"Added a new key to {path}.")
        try:
            count, files = rotate_secrets(), rotate_files()
        except CannotUnseal as error:
            raise CommandError(str(error)) from None
        # Without a person: running commands doesn't need an account.
        record_event(None, "secrets-rotated", f"{count} values, {files} files")
        self.stdout.write(f"Re-encrypted {count} values and {files} files with the newest key.")
        # Last: the old keys are needed until everything is re-encrypted.
        if options["forget"]:
            self.stdout.write(f"Old keys removed: {delete_former_keys(path)}.")

    def _require_file(self, path: Path) -> None:
        if not path.exists():
            raise CommandError(
                "The keys come from PLAYGROUND_SECRET_KEYS, not from a file. Put the new key "
                "first in that setting, then run this command without --new-key and --forget."
            )
