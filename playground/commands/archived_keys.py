"""The keys of an installation in a backup, encrypted with a passphrase."""

from __future__ import annotations

import getpass
import json
import os
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.core.management import CommandError

from playground.commands.archive import write_whole

# 128 MB and under a second for each guess, as OWASP's Password Storage Cheat Sheet recommends.
SCRYPT_COST, SCRYPT_BLOCK, SCRYPT_LANES = 2**17, 8, 1
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
# So that what is decrypted can only be the keys of a backup.
PURPOSE = b"playground backup keys 1"
SHORTEST_PASSPHRASE = 10


class WrongPassphrase(ValueError):
    """The passphrase is another one, or the encrypted keys were changed."""


@dataclass(frozen=True)
class InstallationKeys:
    """What encrypts the data, newest first, and what signs sessions and fingerprints of sends."""

    secret_keys: list[str]
    signing_key: str


def encrypt_keys(keys: InstallationKeys, passphrase: str) -> bytes:
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plain = json.dumps(asdict(keys)).encode()
    sealed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, plain, PURPOSE)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({name: b64encode(part).decode() for name, part in parts.items()}).encode()


def decrypt_keys(data: bytes, passphrase: str) -> InstallationKeys:
    """Raises WrongPassphrase."""
    try:
        parts = {name: b64decode(part) for name, part in json.loads(data).items()}
        cipher = AESGCM(_derive(passphrase, parts["salt"]))
        plain = cipher.decrypt(parts["nonce"], parts["sealed"], PURPOSE)
    except (InvalidTag, ValueError, KeyError, TypeError, AttributeError):
        raise WrongPassphrase from None
    return InstallationKeys(**json.loads(plain))


def _derive(passphrase: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt, KEY_BYTES, n=SCRYPT_COST, r=SCRYPT_BLOCK, p=SCRYPT_LANES)
    return kdf.derive(passphrase.encode())


def read_passphrase(file: Path | None, is_new: bool = False) -> str:
    """From the file, the setting or the terminal, where a new one is asked for twice."""
    given = _read_file(file) if file else settings.BACKUP_PASSPHRASE
    if not given:
        if not sys.stdin.isatty():
            raise CommandError(
                "A passphrase is needed. Set PLAYGROUND_BACKUP_PASSPHRASE, or name a file with "
                "--passphrase-file."
            )
        given = getpass.getpass("Passphrase of the backup: ")
        if is_new and getpass.getpass("The same again: ") != given:
            raise CommandError("The passphrases differ. Nothing was written.")
    if is_new and len(given) < SHORTEST_PASSPHRASE:
        raise CommandError(f"The passphrase needs {SHORTEST_PASSPHRASE} characters or more.")
    return given


def _read_file(path: Path) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"The passphrase file {path} can't be read: {error.strerror}.") from None
    except UnicodeError:
        raise CommandError(f"The passphrase file {path} isn't text.") from None
    if not lines or not lines[0]:
        raise CommandError(f"The passphrase file {path} has no passphrase in its first line.")
    return lines[0]


def use_keys(keys: InstallationKeys) -> None:
    """Write the keys to the data folder and use them from now on.

    Keys that this installation has already stay behind them. Raises CommandError where the keys
    come from a setting, which only the administrator can change.
    """
    for name in ("SECRET_KEYS", "SIGNING_KEY"):
        if os.environ.get(f"PLAYGROUND_{name}"):
            raise CommandError(
                f"The backup has keys of its own, but PLAYGROUND_{name} is set. Remove that "
                "setting while you restore, or set it to the keys of the old installation."
            )
    own = [key for key in settings.SECRET_KEYS if key not in keys.secret_keys]
    merged = [*keys.secret_keys, *own]
    _write_private(Path(settings.DATA) / "secrets.key", "\n".join(merged) + "\n")
    _write_private(Path(settings.DATA) / "signing.key", keys.signing_key + "\n")
    settings.SECRET_KEYS = merged


def _write_private(path: Path, text: str) -> None:
    with write_whole(path, force=True) as out:
        out.write(text.encode())
