"""E-mails over SMTP: what arrives, what a failure is called, and headers that stay theirs."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from playground.people.mail import (
    MailFailed,
    is_mail_on,
    probe_mail_server,
    send_mail_to,
    write_line,
)
from tests.mail_server import MailServer, run_mail_server


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with run_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "p4ssword"
        settings.DEFAULT_FROM_EMAIL = "Playground <playground@example.com>"
        yield server


def test_an_email_arrives_as_it_was_written(mail_server: MailServer) -> None:
    send_mail_to("zoë@example.com", "Nächtlicher Lauf · failed", "Über\n.\nlast line\n")
    [message] = mail_server.messages
    assert message["Subject"] == "Nächtlicher Lauf · failed"
    assert message["From"] == "Playground <playground@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().split("\r\n")[:3] == ["Über", ".", "last line"]
    assert any(each.startswith("AUTH") for each in mail_server.commands)


def test_a_subject_cannot_become_other_headers(mail_server: MailServer) -> None:
    send_mail_to("ada@example.com", "Night\r\nBcc: all@example.com\n\nrun\x00\u2028more", "Text")
    [message] = mail_server.messages
    assert message["Subject"] == "Night Bcc: all@example.com run more"
    assert message["Bcc"] is None
    assert len(mail_server.recipients) == 1
    assert len(write_line("x" * 1000)) == 150


@pytest.mark.parametrize(
    "address", ["ada@example.com\nBcc: all@example.com", "ada@example.com, all@example.com", "ada@"]
)
def test_an_address_is_one_address(mail_server: MailServer, address: str) -> None:
    with pytest.raises(MailFailed) as caught:
        send_mail_to(address, "Subject", "Text")
    assert caught.value.is_final
    assert mail_server.messages == []


@pytest.mark.parametrize(
    ("command", "answer", "message", "is_final"),
    [
        ("AUTH", "535 p4ssword is wrong", "refused the user or the password.", False),
        ("MAIL", "553 who are you", "refused the sender in PLAYGROUND_SMTP_FROM (553).", False),
        ("RCPT", "550 nobody", "refused the address (550).", True),
        ("RCPT", "450 later", "refused the address (450).", False),
        ("DATA", "554 spam", "refused the message (554).", True),
    ],
)
def test_a_failure_is_a_sentence_without_what_the_server_said(
    mail_server: MailServer, command: str, answer: str, message: str, is_final: bool
) -> None:
    mail_server.refused[command] = answer
    with pytest.raises(MailFailed) as caught:
        send_mail_to("ada@example.com", "Subject", "Text")
    assert str(caught.value).endswith(message)
    assert "p4ssword" not in str(caught.value)
    assert caught.value.is_final == is_final


def test_a_server_that_is_not_there_or_offers_no_encryption_is_named(
    mail_server: MailServer, settings: Any
) -> None:
    probe_mail_server()
    assert mail_server.messages == []
    settings.EMAIL_USE_TLS = True
    with pytest.raises(MailFailed, match=r"doesn't offer what PLAYGROUND_SMTP_TLS"):
        probe_mail_server()
    with socket.socket() as taken:
        # Bound, but nobody listens.
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        with pytest.raises(MailFailed, match=r"The mail server 127\.0\.0\.1:\d+ can't be reached"):
            probe_mail_server()


def test_the_command_sends_a_test_or_says_why_not(
    mail_server: MailServer, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("send_test_mail", "ada@example.com")
    assert "took an e-mail to ada@example.com" in capsys.readouterr().out
    assert mail_server.messages[0]["To"] == "ada@example.com"
    with pytest.raises(CommandError, match="isn't an e-mail address"):
        call_command("send_test_mail", "ada")
    mail_server.refused["RCPT"] = "550 no"
    with pytest.raises(CommandError, match="refused the address"):
        call_command("send_test_mail", "ada@example.com")
    settings.EMAIL_HOST = ""
    assert not is_mail_on()
    with pytest.raises(CommandError, match="PLAYGROUND_SMTP_HOST isn't set"):
        call_command("send_test_mail", "ada@example.com")
