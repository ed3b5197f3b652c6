"""Read settings from environment variables; an invalid value stops the start.

Guessing what was meant could open what the administrator wanted closed.
"""

import math
import os
import re
import secrets
import time
from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet

PREFIX = "PLAYGROUND_"
# Like Django's own check of a signing key, which asks for 50 characters; random keys need fewer.
SHORTEST_SIGNING_KEY = 32
SHORTEST_TOKEN = 16
FEWEST_CHARACTERS = 5
# How often to reread a key file that another process is writing, and the seconds in between.
KEY_TRIES = 20
KEY_PAUSE = 0.05
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss")
BROKER_FORMS = "must be amqp://USER:PASSWORD@HOST:PORT/VHOST or redis://HOST:PORT/NUMBER."
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}")
# psycopg's IsolationLevel, which can't be imported where the driver isn't installed.
REPEATABLE_READ = 3
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
    except FileExistsError:
        raise Misconfigured(name, f"names {folder}, which isn't a folder.") from None
    except OSError as error:
        raise Misconfigured(
            name, f"names {folder}, which can't be created: {error.strerror}."
        ) from None
    return folder


def read_key(name: str, path: Path, make: Callable[[], str]) -> str:
    """The key in a file of its own, created once for this installation; never empty."""
    try:
        return _read_or_create(path, make)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't text"
        raise Misconfigured(
            name,
            f"isn't set, and the key file {path} can't be used: {reason}. Free some space, "
            "give this user access to it, or restore it from a backup.",
        ) from None


def _read_or_create(path: Path, make: Callable[[], str]) -> str:
    try:
        # O_EXCL lets only one of several starting processes create it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # Another process that starts at the same time may still be writing it.
        for _ in range(KEY_TRIES):
            if key := path.read_text().strip():
                return key
            time.sleep(KEY_PAUSE)
        return ""
    try:
        with os.fdopen(handle, "w") as file:
            file.write(make())
    except OSError:
        path.unlink()  # an empty key would stop every later start
        raise
    return path.read_text().strip()


def read_signing_key(name: str, path: Path) -> str:
    """The key that signs sessions: from the setting, else from a file."""
    given = read_text(name).strip()
    key = given or read_key(name, path, lambda: secrets.token_urlsafe(48))
    if len(key) >= SHORTEST_SIGNING_KEY and len(set(key)) >= FEWEST_CHARACTERS:
        return key
    form = f"{SHORTEST_SIGNING_KEY} random characters or more"
    if given:
        raise Misconfigured(name, f"is too short or too simple to be secret: set {form}.")
    raise Misconfigured(
        name,
        f"isn't set, and the key file {path} is empty, too short or too simple. Restore it from "
        "a backup, or delete it: then a new key is made, and everybody signs in again.",
    )


def read_secret_keys(name: str, path: Path) -> list[str]:
    """Fernet keys, newest first: from the setting, else from a file."""
    given = read_list(name)
    keys = given or read_key(name, path, lambda: Fernet.generate_key().decode()).split()
    if not keys:
        raise Misconfigured(
            name,
            f"isn't set, and the key file {path} is empty. Restore it from a backup: without it, "
            "secrets and documents can't be read.",
        )
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


def read_broker(name: str) -> str:
    """The URL of a message broker: RabbitMQ or Redis; empty for none."""
    url = read_text(name).strip()
    if not url:
        return ""
    # The URL may hold a password, so no message repeats it.
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in BROKER_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise Misconfigured(name, BROKER_FORMS)
    if find_spec("celery") is None:
        raise Misconfigured(name, "needs Celery: pip install -r requirements-celery.txt")
    return url


def read_file_storage(name: str) -> dict[str, Any]:
    """Django's settings of where attached files are: the folder MEDIA_ROOT, or a bucket."""
    url = read_text(name)
    if not url:
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"allow_overwrite": True, **modes},
        }
    parts = urlsplit(url)
    # Keys don't belong in it, and no message repeats them.
    if parts.scheme != "s3" or not BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise Misconfigured(name, "must be s3://BUCKET or s3://BUCKET/PREFIX, without keys.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise Misconfigured(name, "needs the S3 client: pip install -r requirements-s3.txt")
    return {
        "BACKEND": "playground.vault.bucket_storage.BucketStorage",
        "OPTIONS": {"bucket_name": parts.netloc, "location": parts.path.strip("/")},
    }


def list_snapshot_options(database: dict[str, Any]) -> dict[str, Any]:
    """Options of a connection whose transactions see the database as it was when they began."""
    if database["ENGINE"].endswith("sqlite3"):
        return {"transaction_mode": "DEFERRED"}
    return {"isolation_level": REPEATABLE_READ}


def read_token(name: str) -> str:
    """A token that machines authenticate with; empty for none."""
    token = read_text(name).strip()
    if token and len(token) < SHORTEST_TOKEN:
        raise Misconfigured(name, f"is too short: set {SHORTEST_TOKEN} random characters or more.")
    return token


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Networks such as 10.2.0.0/16, or single addresses."""
    networks = []
    for text in read_list(name):
        try:
            networks.append(ip_network(text))
        except ValueError:
            form = "must be addresses or networks such as 10.2.0.0/16"
            raise Misconfigured(name, f"{form}, not {text!r}.") from None
    return networks


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
