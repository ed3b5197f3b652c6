"""Encryption at rest: sealed texts can be read only with this installation's key.

A sealed text is a byte for the version, a nonce and the ciphertext of AES-GCM, under a key derived
from one of the settings' Fernet keys. The first versions stored Fernet tokens, which can still be
read.
"""

import base64
import json
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

# The version of the format. Fernet tokens are base64 and never start with this byte. They were
# replaced because each edit encrypts a whole document, and base64 took longer than the cipher.
MARK = b"\x02"
# Bytes up to this one are reserved for later versions; no Fernet token starts with one of them.
LAST_VERSION = 0x1F
# The size that NIST SP 800-38D recommends for GCM. Nonces are random, which is safe for 2**32
# texts under one key (section 8.3); rotation brings a new key.
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """Something stored can't be decrypted; the text is a message for administrators."""


class NewerFormat(CannotUnseal):
    """Something stored was sealed by a later version of API Playground."""

    def __init__(self) -> None:
        super().__init__(
            "The data comes from a newer version of API Playground. Start that version, or "
            "restore a backup made before the upgrade."
        )


class WrongKey(CannotUnseal):
    """Something stored was sealed with another key than the ones in use."""

    def __init__(self) -> None:
        super().__init__(
            "The encryption key doesn't match the data. Restore the file secrets.key, or list "
            "the former key last in PLAYGROUND_SECRET_KEYS."
        )


@cache
def _ciphers(keys: tuple[str, ...]) -> list[AESGCM]:
    """One cipher for each of the settings' keys, the newest first."""
    return [AESGCM(_derive(base64.urlsafe_b64decode(key))) for key in keys]


def _derive(key: bytes) -> bytes:
    # A key must be used with one cipher only, and Fernet may have used this one.
    return HKDF(SHA256(), 32, salt=None, info=b"playground sealed text").derive(key)


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> bytes:
    """Encrypt with the newest key."""
    # A document may have lone surrogates, because JSON escapes allow them.
    return seal_bytes(text.encode("utf-8", "surrogatepass"))


def seal_bytes(data: bytes) -> bytes:
    """Encrypt with the newest key."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _ciphers(tuple(settings.SECRET_KEYS))[0]
    return MARK + nonce + cipher.encrypt(nonce, data, None)


def unseal(sealed: bytes) -> str:
    """Decrypt with whichever key matches. Raises WrongKey or NewerFormat."""
    return unseal_bytes(sealed).decode("utf-8", "surrogatepass")


def unseal_bytes(sealed: bytes) -> bytes:
    """Decrypt with whichever key matches. Raises WrongKey or NewerFormat."""
    sealed, keys = bytes(sealed), tuple(settings.SECRET_KEYS)
    if sealed.startswith(MARK):
        return _open(sealed, keys)
    if sealed and MARK[0] < sealed[0] <= LAST_VERSION:
        raise NewerFormat
    return _open_token(sealed, keys)


def reseal(sealed: bytes) -> bytes:
    """The same content under the newest key."""
    return seal_bytes(unseal_bytes(sealed))


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


class SealedField(models.Field):  # type: ignore[type-arg]
    """A value that is encrypted in the database and plain in Python."""

    # Key rotation and the start-up check find sealed fields in all packages by this attribute.
    sealed = True
    # Whether `{{file:ID}}` in it means that the file is in use.
    has_references = False

    def pack(self, value: Any) -> bytes:
        raise NotImplementedError

    def unpack(self, data: bytes) -> Any:
        raise NotImplementedError

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value, expression, connection):  # type: ignore[no-untyped-def]
        return None if value is None else self.unpack(unseal_bytes(value))

    def get_db_prep_value(self, value, connection, prepared=False):  # type: ignore[no-untyped-def]
        if value is None:
            return None
        return connection.Database.Binary(seal_bytes(self.pack(value)))


class SealedBytesField(SealedField):
    def pack(self, value: bytes) -> bytes:
        return bytes(value)

    def unpack(self, data: bytes) -> bytes:
        return data


class SealedMessageField(SealedField):
    """Text that refers to nothing, such as a message that quotes a reply."""

    def pack(self, value: str) -> bytes:
        return value.encode("utf-8", "surrogatepass")

    def unpack(self, data: bytes) -> str:
        return data.decode("utf-8", "surrogatepass")


class SealedTextField(SealedMessageField):
    """A document, or other text that may hold references."""

    has_references = True


class SealedJSONField(SealedField):
    """Lists and dicts, as in Django's JSONField."""

    def pack(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def unpack(self, data: bytes) -> Any:
        return json.loads(data)
