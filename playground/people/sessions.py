"""Who is signed in, found in the fewest steps: every request asks for it, every keystroke too."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from playground.people.models import Person
from playground.people.rows import Rows

_sessions = Rows(Session, "session_key", only=["session_data", "expire_date"])
# Without the moments, which no page asks of who is signed in; asked all the same, they come.
_MOMENTS = {"last_login", "date_joined"}
_names = [field.attname for field in Person._meta.concrete_fields]
_people = Rows(Person, "id", only=[name for name in _names if name not in _MOMENTS])


class SessionStore(DatabaseSessions):
    """Django's sessions in the database; signing out in one process counts in all."""

    def load(self) -> dict[str, Any]:
        for data, expires_at in _sessions.values(self.session_key):
            if expires_at > timezone.now():
                return dict(_decode(data, settings.SECRET_KEY))
        self._session_key = None
        return {}


@lru_cache(1024)
def _decode(data: str, key: str) -> dict[str, Any]:
    """What a session's text says: the same as long as the key is, which signs it. Sessions hold
    bare values only, so that whoever got them cannot change them here."""
    return SessionStore().decode(data)


class PeopleBackend(ModelBackend):
    """Django's own sign-in with name and password."""

    def get_user(self, user_id: int) -> Person | None:
        person = _people.first(user_id)
        return person if person and self.user_can_authenticate(person) else None
