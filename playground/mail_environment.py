"""Read the settings of the mail server from environment variables."""

import re
from email.utils import parseaddr
from pathlib import Path

from playground.environment import Misconfigured, read_text

USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def read_first_line(name: str) -> str:
    """The first line of the file that is named, such as a password; empty if none is."""
    path = read_text(name)
    try:
        return Path(path).read_text().partition("\n")[0].strip() if path else ""
    except (OSError, UnicodeError):
        raise Misconfigured(name, f"names {path}, which can't be read.") from None


def read_sender(name: str, default: str, is_needed: bool) -> str:
    """An address such as me@example.com, or a name with one in angle brackets."""
    sender = read_text(name).strip() or default
    if not sender and not is_needed:
        return ""
    if not (sender.isprintable() and ADDRESS.fullmatch(parseaddr(sender)[1])):
        raise Misconfigured(name, f"must be an address such as me@example.com, not {sender!r}.")
    return sender
