"""Encryption at rest: what is sealed here can be read only with this installation's key.

A sealed text is a mark, a nonce and AES-GCM's ciphertext, under a key derived from one of the
settings' Fernet keys. What the first versions kept are Fernet tokens; they are read as before.
A Fernet token spells its bytes in base64, which at every keystroke costs more than the cipher.
"""

import base64
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

MARK = b"\x02"  # no Fernet token begins with it
NONCE_BYTES = 12


class WrongKey(Exception):
    """What is kept was sealed with another key than the ones in use."""

    def __init__(self) -> None:
        super().__init__(
            "The encryption key does not fit the data: put back the file secrets.key, "
            "or list the former key last in PLAYGROUND_SECRET_KEYS."
        )


@cache
def _ciphers(keys: tuple[str, ...]) -> list[AESGCM]:
    """One for each of the settings' keys, the newest first."""
    return [AESGCM(_derive(base64.urlsafe_b64decode(key))) for key in keys]


def _derive(key: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"playground sealed text").derive(key)


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> bytes:
    """Encrypt with the newest key. Lone surrogates survive the trip."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _ciphers(tuple(settings.SECRET_KEYS))[0]
    return MARK + nonce + cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), None)


def unseal(sealed: bytes) -> str:
    """Decrypt with whichever key fits; WrongKey when none does."""
    sealed, keys = bytes(sealed), tuple(settings.SECRET_KEYS)
    data = _open(sealed, keys) if sealed.startswith(MARK) else _open_token(sealed, keys)
    return data.decode("utf-8", "surrogatepass")


def reseal(sealed: bytes) -> bytes:
    """The same secret under the newest key, for rotation."""
    return seal(unseal(sealed))


def _open(sealed: bytes, keys: tuple[str, ...]) -> bytes:
    start = len(MARK) + NONCE_BYTES
    nonce, rest = sealed[len(MARK) : start], sealed[start:]
    for cipher in _ciphers(keys):
        try:
            return cipher.decrypt(nonce, rest, None)
        except (InvalidTag, ValueError):
            continue
    raise WrongKey


def _open_token(token: bytes, keys: tuple[str, ...]) -> bytes:
    try:
        return _fernet(keys).decrypt(token)
    except InvalidToken:
        raise WrongKey from None


class SealedTextField(models.Field):  # type: ignore[type-arg]
    """Text that stands encrypted in the database and plain in Python.

    `sealed` is how rotation and the start-up check find such fields in every room.
    """

    sealed = True

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value, expression, connection):  # type: ignore[no-untyped-def]
        return None if value is None else unseal(value)

    def get_db_prep_value(self, value, connection, prepared=False):  # type: ignore[no-untyped-def]
        return None if value is None else connection.Database.Binary(seal(value))
