"""`manage.py restore FILE`: brings a backup back into an empty installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands.archive import Archive, ArchiveError
from playground.commands.backup import TableCounts
from playground.commands.restoring import check_state, restore_archive


class Command(BaseCommand):
    help = "Restore what `backup` wrote into an empty installation, on either database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--verify", action="store_true", help="only check that the backup is whole"
        )
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            help="its first line is the passphrase; else PLAYGROUND_BACKUP_PASSPHRASE is used",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Archive(options["file"]) as archive:
                self._restore(archive, options["verify"], options["passphrase_file"])
        except ArchiveError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. Start it again; if it then says that the database isn't empty, all "
                "rows are there, and the next start of the server upgrades them."
            ) from None

    def _restore(self, archive: Archive, only_verify: bool, passphrase_file: Path | None) -> None:
        manifest = archive.manifest
        origin = f"version {manifest.version}, {manifest.database}, {manifest.created_at}"
        if only_verify:
            check_state(archive)
            archive.verify()
            rows, files = sum(manifest.tables.values()), len(manifest.files)
            self.stdout.write(f"The backup is whole: {rows:,} rows, {files:,} files ({origin}).")
            return
        self.stdout.write(f"Restoring the backup of {origin}.")
        restore_archive(archive, passphrase_file, TableCounts(self.stdout))
        self.stdout.write("Restored. Start the server; everybody signs in again.")
