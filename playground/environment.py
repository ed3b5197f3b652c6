"""Read settings from environment variables; an invalid value stops the start.

Guessing what was meant could open what the administrator wanted closed.
"""

import math
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet

PREFIX = "PLAYGROUND_"
DATABASE_FORMS = "must be postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:////PATH."


class Misconfigured(SystemExit):
    """An invalid setting; `problem` continues a sentence that starts with its name.

    Python prints a SystemExit without a traceback, even while Django reads its settings.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{PREFIX}{name} {problem}")


# Every reader is called `read_…` on purpose: a test compares the calls in the settings with the
# table in the README.
def read_text(name: str, default: str = "") -> str:
    return os.environ.get(PREFIX + name, default)


def read_list(name: str, default: str = "") -> list[str]:
    """Words separated by commas or spaces."""
    # Both separators are common in files that set environment variables.
    return read_text(name, default).replace(",", " ").split()


def read_flag(name: str, default: bool = False) -> bool:
    value = read_text(name, "yes" if default else "no").strip().lower()
    if value in ("1", "yes", "true", "on"):
        return True
    if value in ("0", "no", "false", "off", ""):
        return False
    raise Misconfigured(name, f"must be yes or no, not {value!r}.")


def read_number(name: str, default: float, minimum: float = 0, maximum: float = math.inf) -> float:
    value = read_text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        raise Misconfigured(name, f"must be a number, not {value!r}.") from None
    # `float` also reads "nan" and "inf".
    if not math.isfinite(number) or not minimum <= number <= maximum:
        is_bounded = math.isfinite(maximum)
        bounds = f"between {minimum} and {maximum}" if is_bounded else f"at least {minimum}"
        raise Misconfigured(name, f"must be {bounds}, not {value}.")
    return number


def read_integer(name: str, default: int, minimum: int = 0, maximum: float = math.inf) -> int:
    number = read_number(name, default, minimum, maximum)
    if number != int(number):
        raise Misconfigured(name, f"must be a whole number, not {number}.")
    return int(number)


def read_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = read_text(name, default).strip().lower()
    if value not in choices:
        raise Misconfigured(name, f"must be {' or '.join(choices)}, not {value!r}.")
    return value


def read_folder(name: str, default: Path) -> Path:
    """A folder, created if it is missing, readable by its owner only."""
    folder = Path(read_text(name) or default).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Misconfigured(
            name, f"names {folder}, which can't be created: {error.strerror}."
        ) from None
    return folder


def read_key(path: Path, make: Callable[[], str]) -> str:
    """The key in a file of its own, created once for this installation."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    try:
        # O_EXCL lets only one of several starting processes create it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process started at the same time was quicker
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(make())
    return path.read_text().strip()


def read_secret_keys(name: str, path: Path) -> list[str]:
    """Fernet keys, newest first: from the setting, else from a file."""
    given = read_list(name)
    keys = given or read_key(path, lambda: Fernet.generate_key().decode()).split()
    if not keys:
        raise Misconfigured(name, f"isn't set, and the key file {path} is empty.")
    for position, key in enumerate(keys, start=1):
        if not is_secret_key(key):
            # By its number: a garbled key is still most of a secret.
            where = f"has a bad key: key {position}" if given else f"isn't set, and key {position}"
            origin = "" if given else f" in the file {path}"
            form = "isn't a Fernet key (44 characters of URL-safe base64)."
            raise Misconfigured(name, f"{where}{origin} {form}")
    return keys


def is_secret_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def read_database(name: str, default: Path) -> dict[str, Any]:
    """Django's settings of a database given as a URL: SQLite or PostgreSQL.

    Connections stay open between requests: opening one costs more than an edit.
    """
    url = read_text(name)
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": default, "CONN_MAX_AGE": None}
    # The URL may hold a password, so no message repeats it.
    try:
        database = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except (ValueError, KeyError):
        raise Misconfigured(name, DATABASE_FORMS) from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return database
    if database["ENGINE"] != "django.db.backends.postgresql" or not database["NAME"]:
        raise Misconfigured(name, DATABASE_FORMS)
    if find_spec("psycopg") is None:
        raise Misconfigured(
            name, "needs the PostgreSQL driver: pip install -r requirements-postgresql.txt"
        )
    return database


def read_origins(name: str) -> list[str]:
    """URLs such as https://playground.example.com, without a path."""
    origins = [origin.rstrip("/") for origin in read_list(name)]
    for origin in origins:
        parts = urlsplit(origin)
        # A path would be ignored by Django's check of the Origin header.
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise Misconfigured(
                name, f"must be like https://name or http://name:port, not {origin!r}."
            )
    return origins


def list_hosts(origins: list[str]) -> list[str]:
    """The host names in these origins."""
    return [urlsplit(origin).hostname or "" for origin in origins]
