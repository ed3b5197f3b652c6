"""Addresses to print: where the playground is, and the links that let somebody in."""

from pathlib import Path

from django.conf import settings
from django.urls import reverse

from playground.interface.starting import spell_origin

ADDRESS_FILE = "address"


def remember_origin(origin: str) -> None:
    """Keeps the address of the running server for commands in another terminal."""
    (Path(settings.DATA) / ADDRESS_FILE).write_text(origin)


def forget_origin() -> None:
    (Path(settings.DATA) / ADDRESS_FILE).unlink(missing_ok=True)


def public_origin() -> str:
    """The address people type: as set, else that of the running server, else what it will be."""
    if settings.ORIGINS:
        return str(settings.ORIGINS[0])
    try:
        return (Path(settings.DATA) / ADDRESS_FILE).read_text()
    except OSError:
        return spell_origin(settings.HOST, settings.PORT)


def link_address(token: str) -> str:
    return public_origin() + reverse("link", args=[token])
