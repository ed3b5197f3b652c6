"""`manage.py send_test_mail`: whether e-mails arrive."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from playground.people.mail import MailFailed, is_mail_on, send_test_mail


class Command(BaseCommand):
    help = "Send a test e-mail with the PLAYGROUND_SMTP_ settings, and say what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS", help="where it goes")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"]
        if not is_mail_on():
            raise CommandError("PLAYGROUND_SMTP_HOST isn't set: no e-mails are sent.")
        try:
            validate_email(address)
            send_test_mail(address)
        except ValidationError:
            raise CommandError(f"{address} isn't an e-mail address.") from None
        except MailFailed as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(f"The mail server took an e-mail to {address}.")
