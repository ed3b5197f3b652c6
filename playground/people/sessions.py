"""Sessions stored under digests of their keys, so a copy of the database signs nobody in.

Django's own backend stores the key that the cookie holds. Everything here is a documented
override of a session backend.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


def hash_session_key(key: str) -> str:
    """The digest under which a session is stored: 40 characters, the width of Django's column."""
    # Not salted or slow: unlike a password, a random key can't be guessed.
    return hashlib.blake2b(key.encode(), digest_size=20).hexdigest()


class SessionStore(db.SessionStore):
    """Set as `SESSION_ENGINE`; Django looks for a class of this name."""

    def load(self) -> dict[str, Any]:
        key, now = hash_session_key(self.session_key or ""), timezone.now()
        try:
            session = self.model.objects.get(session_key=key, expire_date__gt=now)
        except self.model.DoesNotExist:
            # A made-up key must not become the key of a new session.
            self.flush()
            return {}
        return self.decode(session.session_data)

    def exists(self, session_key: str) -> bool:
        return super().exists(hash_session_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session = super().create_model_instance(data)
        session.session_key = hash_session_key(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(hash_session_key(key))
