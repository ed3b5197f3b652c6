"""People and their roles, one-time links and tokens, sign-in attempts, the audit log."""

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

    @property
    def summary(self) -> str:
        """What people with this role may do, in one sentence."""
        return str(_SUMMARIES[self.value])


_SUMMARIES = {
    "viewer": _(
        "Sees workflows, connections without their credentials, templates that are shared with "
        "the team and sends that are shared; can't edit or send."
    ),
    "editor": _("Also builds payloads, sends them, and saves and shares templates."),
    "owner": _(
        "Also manages connections and their credentials, people and roles, and sees everybody's "
        "sends and the audit log."
    ),
}


class Person(AbstractUser):
    """Somebody who signs in. Their role decides what they may do."""

    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    # Whether notifications are also sent to `email`.
    wants_mail = models.BooleanField(default=False)

    @property
    def may_edit(self) -> bool:
        return self.has_role(Role.EDITOR)

    @property
    def is_owner(self) -> bool:
        return self.has_role(Role.OWNER)

    def has_role(self, role: Role) -> bool:
        """Whether the person has this role or a higher one; deactivated people have none."""
        return self.is_active and Role(self.role).rank >= role.rank


class LinkPurpose(models.TextChoices):
    OWNER = "owner", _("first owner")
    SIGN_IN = "sign-in", _("sign-in")
    INVITE = "invite", _("invite")


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    def usable(self) -> "OneTimeLinkQuerySet":
        """Links that are neither used nor expired."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class OneTimeLink(models.Model):
    """A link that works once; only the digest of its token is stored."""

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
    """A sign-in that was refused or is being checked.

    The name is stored as a digest, because people type passwords into the wrong field.
    """

    name_digest = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["name_digest", "at"], name="attempt_by_name"),
            models.Index(fields=["address", "at"], name="attempt_by_address"),
        ]


class SignInLock(models.Model):
    """One row, locked while the attempts are counted."""


class RequestCount(models.Model):
    """How many requests of one key a rate limit has counted until `ends_at`."""

    key = models.CharField(max_length=100)
    ends_at = models.DateTimeField(db_index=True)
    requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "ends_at"], name="count_per_window")]


class AuditEvent(models.Model):
    """One line of the audit log: who did what to what, when (UTC), and how it ended."""

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
            # Each sign-in looks for earlier ones, among events that are mostly something else.
            models.Index(
                fields=["person", "address", "-at"],
                condition=Q(action="sign-in", result="ok"),
                name="event_known_address",
            ),
        ]


class PersonalToken(models.Model):
    """Lets a script act as a person, within scopes, until it expires or is revoked.

    Only the digest is stored. `scopes` are separated by spaces.
    """

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
