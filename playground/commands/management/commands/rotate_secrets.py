"""Re-encrypts every secret, draft and file with the newest key."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands.startup import migrate
from playground.people.audit import record_event
from playground.vault.encryption import WrongKey
from playground.vault.rotation import forget_former_keys, make_key, rotate_files, rotate_secrets


class Command(BaseCommand):
    help = "Re-encrypt what is kept with the newest key. Stop the server first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="make a new key first")
        parser.add_argument(
            "--forget", action="store_true", help="afterwards remove the former keys from the file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        path = Path(settings.DATA) / "secrets.key"
        if options["new_key"] or options["forget"]:
            self._require_file(path)
        if options["new_key"]:
            make_key(path)
            self.stdout.write(f"A new key stands first in {path}.")
        try:
            count, files = rotate_secrets(), rotate_files()
        except WrongKey as error:
            raise CommandError(str(error)) from None
        record_event(None, "secrets-rotated", f"{count} values, {files} files")
        self.stdout.write(f"{count} values are under the newest key, {files} files too.")
        if options["forget"]:
            self.stdout.write(f"{forget_former_keys(path)} former keys removed.")

    def _require_file(self, path: Path) -> None:
        if not path.exists():
            raise CommandError(
                "The keys come from PLAYGROUND_SECRET_KEYS, not from a file: put the new key "
                "first there, then run this command without --new-key and --forget."
            )
