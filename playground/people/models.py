"""People and what they may do, the links that let them in, and the list of what they did."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    VIEWER = "viewer", _("viewer")
    EDITOR = "editor", _("editor")
    OWNER = "owner", _("owner")

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Person(AbstractUser):
    """Somebody who signs in. The role bounds what they may do, in all rooms."""

    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    @property
    def may_edit(self) -> bool:
        return self.has_role(Role.EDITOR)

    @property
    def is_owner(self) -> bool:
        return self.has_role(Role.OWNER)

    def get_session_auth_hash(self) -> str:
        """Django's, which a session holds too, so that it ends with the password."""
        return _session_hash(self.password, settings.SECRET_KEY)

    def has_role(self, role: Role) -> bool:
        """True for this role and those above it; a deactivated person has none."""
        return self.is_active and Role(self.role).rank >= role.rank


@lru_cache(1024)
def _session_hash(password: str, key: str) -> str:
    """Every request asks for it: it is the same as long as the key is, which it is made with."""
    return AbstractUser.get_session_auth_hash(Person(password=password))


class LinkPurpose(models.TextChoices):
    OWNER = "owner", _("first owner")
    SIGN_IN = "sign-in", _("sign-in")
    INVITE = "invite", _("invite")


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    def open(self) -> "OneTimeLinkQuerySet":
        """Not used yet and not expired."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class OneTimeLink(models.Model):
    """An address that works once. Only a digest is kept: the database lets nobody in."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=LinkPurpose)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    note = models.CharField(max_length=100, blank=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="links")
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OneTimeLinkQuerySet.as_manager()


class SignInAttempt(models.Model):
    """A sign-in that was refused or is being judged. The name is kept as a digest, since people
    type passwords into the wrong field."""

    name_digest = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["name_digest", "at"], name="attempt_by_name"),
            models.Index(fields=["address", "at"], name="attempt_by_address"),
        ]


class AuditEvent(models.Model):
    """One line of the audit list: who did what to what, when (UTC), and how it ended."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    person_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=40)
    target = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=200, default="ok")
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["action", "-at"], name="event_by_action"),
            models.Index(
                fields=["person", "address", "-at"],
                condition=Q(action="sign-in", result="ok"),
                name="event_known_address",
            ),
        ]


class PersonalToken(models.Model):
    """Lets a script act as a person, within its scopes, until it ends. Only a digest is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_list(self) -> list[str]:
        return self.scopes.split()
