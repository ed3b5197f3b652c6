"""What callers send is kept encrypted: a launch may carry somebody's real values."""

import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(value: Any) -> bytes:
    """A JSON value, encrypted with the newest key of the installation."""
    return _make_cipher().encrypt(json.dumps(value, ensure_ascii=False).encode())


def unseal(sealed: bytes | memoryview) -> Any:
    return json.loads(_make_cipher().decrypt(bytes(sealed)))


def _make_cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRET_KEYS])
