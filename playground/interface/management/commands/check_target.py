"""Says whether a call may go to an address, by the same judgement as Send."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.network import BadEntry, Refusal, judge_target
from playground.sending.doors import current_limits, current_policy


class Command(BaseCommand):
    help = (
        "Prints `allowed`, the address exactly as it would be dialled and the IP addresses "
        "behind it, or `refused` and why. Exit status 0 or 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: object, **options: str) -> None:
        try:
            policy = current_policy()
        except BadEntry as error:
            raise CommandError(str(error)) from None
        judged = judge_target(options["url"], policy, current_limits())
        if isinstance(judged, Refusal):
            self.stdout.write(f"refused: {judged.sentence}")
            sys.exit(1)
        addresses = " ".join(map(str, judged.addresses))
        self.stdout.write(f"allowed: {judged.target.url} {addresses}")
