"""Who is signed in, found in the fewest steps: every request asks for it, every keystroke too."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from playground.people.models import Person
from playground.people.rows import Rows

_sessions = Rows(Session, "session_key")
_people = Rows(Person, "id")


class SessionStore(DatabaseSessions):
    """Django's sessions in the database; signing out in one process counts in all."""

    def _get_session_from_db(self) -> Session | None:
        found = _sessions.first(self.session_key)
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found


class PeopleBackend(ModelBackend):
    """Django's own sign-in with name and password."""

    def get_user(self, user_id: int) -> Person | None:
        person = _people.first(user_id)
        return person if person and self.user_can_authenticate(person) else None
