"""System checks of settings that are valid each, but don't go together.

`manage.py check --deploy` and `manage.py check_installation` run them. They look at nothing but
the settings: no database, no network.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

TAG = "installation"
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def check_hosts(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Where it listens, and which names people may reach it by."""
    return list(_check_hosts())


def _check_hosts() -> Iterator[CheckMessage]:
    has_name = any(host not in LOOPBACK for host in settings.ALLOWED_HOSTS)
    if settings.BEHIND_PROXY and not settings.ORIGINS:
        yield Error(
            "PLAYGROUND_BEHIND_PROXY is set, but PLAYGROUND_ORIGINS isn't.",
            hint="Set PLAYGROUND_ORIGINS to the address people type, such as https://name.",
            id="playground.E001",
        )
    if not _is_local(settings.HOST):
        if not has_name:
            yield Error(
                f"PLAYGROUND_HOST is {settings.HOST}, but only this machine's own names are "
                "answered: everybody else gets an error.",
                hint="Set PLAYGROUND_ORIGINS to the address people type.",
                id="playground.E002",
            )
        if not settings.BEHIND_PROXY:
            yield Warning(
                f"PLAYGROUND_HOST is {settings.HOST} without a reverse proxy: passwords cross "
                "the network unencrypted.",
                hint="Put a proxy with https in front and set PLAYGROUND_BEHIND_PROXY=yes.",
                id="playground.W001",
            )
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "PLAYGROUND_HOSTS allows every host name.",
            hint="List the names that people use.",
            id="playground.W002",
        )


def check_https(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Cookies, the proxy and Django's debug pages against the origins."""
    return list(_check_https())


def _check_https() -> Iterator[CheckMessage]:
    schemes = {urlsplit(origin).scheme for origin in settings.ORIGINS}
    if settings.HTTPS and "https" not in schemes:
        yield Error(
            "PLAYGROUND_HTTPS is set, but no address in PLAYGROUND_ORIGINS begins with https: "
            "nobody can sign in over http.",
            hint="Add the https address to PLAYGROUND_ORIGINS, or unset PLAYGROUND_HTTPS.",
            id="playground.E003",
        )
    if "https" in schemes and not settings.HTTPS:
        yield Warning(
            "PLAYGROUND_HTTPS is no, although PLAYGROUND_ORIGINS has an https address: cookies "
            "are sent over http too.",
            hint="Unset PLAYGROUND_HTTPS.",
            id="playground.W003",
        )
    if settings.HTTPS and "http" in schemes:
        yield Warning(
            "PLAYGROUND_ORIGINS mixes http and https addresses: nobody can sign in over http.",
            hint="Remove the http addresses; let the proxy redirect them.",
            id="playground.W004",
        )
    if "https" in schemes and not settings.BEHIND_PROXY:
        yield Warning(
            "PLAYGROUND_ORIGINS has an https address, but PLAYGROUND_BEHIND_PROXY is no: all "
            "visitors seem to have the proxy's address and share its limits.",
            hint="Set PLAYGROUND_BEHIND_PROXY=yes if the proxy overwrites X-Forwarded-For.",
            id="playground.W005",
        )
    if settings.DEBUG:
        is_public = not _is_local(settings.HOST) or any(
            not _is_local(urlsplit(origin).hostname or "") for origin in settings.ORIGINS
        )
        kind = Error if is_public else Warning
        yield kind(
            "PLAYGROUND_DEBUG is set: error pages show code, settings and data.",
            hint="Unset PLAYGROUND_DEBUG.",
            id="playground.E004" if is_public else "playground.W006",
        )


def check_workers(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """What workers on other machines need."""
    return list(_check_workers())


def _check_workers() -> Iterator[CheckMessage]:
    if not settings.BROKER_URL:
        return
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "PLAYGROUND_BROKER_URL is set, but the database is SQLite: only workers on this "
            "machine can use it.",
            hint="Set PLAYGROUND_DATABASE_URL to a PostgreSQL database for workers elsewhere.",
            id="playground.W007",
        )
    elif not settings.FILES_URL:
        yield Warning(
            "PLAYGROUND_BROKER_URL is set, but attached files are in the data folder: workers on "
            "other machines can't send them.",
            hint="Set PLAYGROUND_FILES_URL to a bucket, or run all workers on this machine.",
            id="playground.W008",
        )


def check_mail(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """What crosses the network on its way to the mail server."""
    is_open = settings.EMAIL_HOST and settings.EMAIL_HOST_USER and settings.SMTP_TLS == "none"
    if not is_open or _is_local(settings.EMAIL_HOST):
        return []
    return [
        Warning(
            "PLAYGROUND_SMTP_TLS is none: the password of the mail server crosses the network "
            "unencrypted.",
            hint="Set it to starttls or tls.",
            id="playground.W009",
        )
    ]


CHECKS: dict[Callable[..., list[CheckMessage]], str] = {
    check_hosts: "Addresses",
    check_https: "HTTPS",
    check_workers: "Machines",
    check_mail: "Mail server",
}


def _is_local(host: str) -> bool:
    return host in LOOPBACK or host.startswith("127.")
