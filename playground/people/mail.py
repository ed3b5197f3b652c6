"""E-mails to people, by the SMTP server of the settings.

It is reached directly, as the database is: the administrator has chosen it, and nobody else can.
"""

import smtplib
import ssl
import unicodedata

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from playground.people.origin import get_public_origin

LONGEST_SUBJECT = 150
TIMEOUT_SECONDS = 10


class MailFailed(Exception):
    """An e-mail could not be handed over; the text is a sentence for people, without secrets.

    `is_final` if trying again would not help.
    """

    def __init__(self, message: str, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


def is_mail_on() -> bool:
    """Whether the settings name a mail server."""
    return bool(settings.EMAIL_HOST)


def send_mail_to(address: str, subject: str, text: str) -> None:
    """Hand one e-mail over to the mail server. Raises MailFailed.

    Never call it in a transaction: a server may take its time.
    """
    headers = {
        # So that holiday notes and other programs don't answer.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    connection = get_connection(timeout=TIMEOUT_SECONDS)
    message = EmailMessage(
        write_line(subject), text, to=[address], headers=headers, connection=connection
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _explain_failure(error) from None


def probe_mail_server() -> None:
    """Connect and sign in, without sending anything. Raises MailFailed."""
    connection = get_connection(timeout=TIMEOUT_SECONDS)
    try:
        connection.open()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _explain_failure(error) from None
    finally:
        connection.close()


def send_test_mail(address: str) -> None:
    """Send an e-mail that shows whether e-mails arrive. Raises MailFailed."""
    text = _("E-mails from API Playground arrive at this address.")
    link = f"{get_public_origin()}{reverse('profile')}"
    send_mail_to(address, _("API Playground: test"), f"{text}\n\n{link}\n")


def write_line(text: str) -> str:
    """A text as one line without control characters, safe in a header."""
    line = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return Truncator(" ".join(line.split())).chars(LONGEST_SUBJECT)


def _explain_failure(error: Exception) -> MailFailed:
    """What went wrong. The server's own words are left out: they may quote what was sent."""
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailFailed(_("The mail server %s refused the user or the password.") % place)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        text = _("The mail server refused the address (%s).") % ", ".join(map(str, codes))
        return MailFailed(text, is_final=all(500 <= code < 600 for code in codes))
    if isinstance(error, smtplib.SMTPSenderRefused):
        text = _("The mail server refused the sender in PLAYGROUND_SMTP_FROM (%s).")
        return MailFailed(text % error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        text = _("The mail server %s doesn't offer what PLAYGROUND_SMTP_TLS and _USER need.")
        return MailFailed(text % place)
    if isinstance(error, smtplib.SMTPDataError):
        text = _("The mail server refused the message (%s).")
        return MailFailed(text % error.smtp_code, is_final=500 <= error.smtp_code < 600)
    if isinstance(error, ssl.SSLError):
        text = _("The connection to the mail server %s isn't secure. Check PLAYGROUND_SMTP_TLS.")
        return MailFailed(text % place)
    if isinstance(error, ValueError):
        return MailFailed(_("The e-mail can't be written to this address."), is_final=True)
    return MailFailed(_("The mail server %s can't be reached.") % place)
