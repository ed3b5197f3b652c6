"""Encryption at rest: what is sealed here can be read only with this installation's key."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongKey(Exception):
    """What is kept was sealed with another key than the ones in use."""

    def __init__(self) -> None:
        super().__init__(
            "The encryption key does not fit the data: put back the file secrets.key, "
            "or list the former key last in PLAYGROUND_SECRET_KEYS."
        )


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> bytes:
    """Encrypt with the newest key. Lone surrogates survive the trip."""
    return _keys(tuple(settings.SECRET_KEYS)).encrypt(text.encode("utf-8", "surrogatepass"))


def unseal(sealed: bytes) -> str:
    """Decrypt with whichever key fits; WrongKey when none does."""
    try:
        data = _keys(tuple(settings.SECRET_KEYS)).decrypt(bytes(sealed))
    except InvalidToken:
        raise WrongKey from None
    return data.decode("utf-8", "surrogatepass")


def reseal(sealed: bytes) -> bytes:
    """The same secret under the newest key, for rotation."""
    try:
        return _keys(tuple(settings.SECRET_KEYS)).rotate(bytes(sealed))
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
