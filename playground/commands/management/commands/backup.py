"""`manage.py backup FILE`: everything in one archive, while people work."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands.archived_keys import read_passphrase
from playground.commands.backup import TableCounts, write_backup
from playground.commands.data_state import check_applied, check_database_file
from playground.vault.rotation import check_key
from playground.vault.storage_check import list_applied, list_missing
from playground.vault.storage_errors import find_database_file


class Command(BaseCommand):
    help = "Write everything to one file: rows, attachments, checksums. The server may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a zip archive that only you can read")
        parser.add_argument("--force", action="store_true", help="replace an existing file")
        parser.add_argument(
            "--with-keys", action="store_true", help="add the keys, encrypted with a passphrase"
        )
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            help="its first line is the passphrase; else PLAYGROUND_BACKUP_PASSPHRASE is used",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["file"].expanduser().resolve()
        if target.exists() and not target.is_file():
            raise CommandError(f"{target} isn't a file. Name a file for the backup.")
        check_data()
        with_keys, file = options["with_keys"], options["passphrase_file"]
        passphrase = read_passphrase(file, is_new=True) if with_keys else ""
        try:
            manifest = write_backup(target, options["force"], passphrase, TableCounts(self.stdout))
        except KeyboardInterrupt:
            raise CommandError("Interrupted: no backup was written.") from None
        for digest in manifest.missing_files:
            self.stderr.write(f"The bytes of an attachment can't be read: {digest}. See its page.")
        self.stdout.write(f"Wrote {target} ({target.stat().st_size:,} bytes).")
        if not with_keys:
            self.stdout.write("The keys aren't in it. Keep a copy of secrets.key apart from it.")


def check_data() -> None:
    """Raise CommandError if there is no database, or not one that this process can read."""
    check_database_file()
    path = find_database_file()
    # Connecting would create it.
    if path is not None and not path.exists():
        raise CommandError(f"There is nothing to back up: the database {path} is missing.")
    check_applied()
    # The tables of an earlier version may lack the columns that are looked at.
    if not list_missing(list_applied()) and (message := check_key()):
        raise CommandError(message)
