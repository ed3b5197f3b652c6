"""`manage.py check_target URL`: whether a call may go there."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.network import GuardRefusal, check_target
from playground.sending.policy import current_limits, current_policy, validate_network_settings


class Command(BaseCommand):
    help = (
        "Print `allowed`, the URL exactly as it would be dialled and its IP addresses, or "
        "`refused` and the reason. The exit status is 0 or 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: object, **options: str) -> None:
        if message := validate_network_settings():
            raise CommandError(message)
        # No request is sent, but the name is looked up.
        judged = check_target(options["url"], current_policy(), current_limits())
        if isinstance(judged, GuardRefusal):
            self.stdout.write(f"refused: {judged.message}")
            self.stderr.write(judged.remedy)
            sys.exit(1)
        addresses = " ".join(map(str, judged.addresses))
        self.stdout.write(f"allowed: {judged.target.url} {addresses}")
