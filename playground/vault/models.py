"""Secrets in the database, and the row that shows whether it can be written."""

import uuid

from django.conf import settings
from django.db import models

from playground.vault.encryption import SealedTextField


class Secret(models.Model):
    """A value that people can write but not read, and that is sent to its hosts only.

    It belongs to a connection (as the `field` of its credential), to a draft into which somebody
    pasted it, or to a version of a template or a schedule that was saved from such a draft. `hosts`
    has
    `host` or `host:port`, separated by spaces; empty means that it may not be sent yet. A
    `public` one, such as the sandbox's key, is shown unmasked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    field = models.CharField(max_length=100, default="")
    value = SealedTextField()
    hosts = models.TextField(default="")
    public = models.BooleanField(default=False)
    connection = models.ForeignKey(
        "workspace.Connection", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    draft = models.ForeignKey(
        "drafts.Draft", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    version = models.ForeignKey(
        "payload_templates.Version", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    schedule_version = models.ForeignKey(
        "schedules.ScheduleVersion", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="secret_per_connection"),
            models.UniqueConstraint(fields=["draft", "name"], name="secret_per_draft"),
            models.UniqueConstraint(fields=["version", "name"], name="secret_per_version"),
            models.UniqueConstraint(
                fields=["schedule_version", "name"], name="secret_per_schedule_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """A token fetched for a connection, and fetched again before it expires.

    `field` is the credential's field that it fills. A fetch first claims the row until
    `claimed_until`. `failed_at` and `failure` are from the last failed attempt.
    """

    connection = models.ForeignKey(
        "workspace.Connection", models.CASCADE, related_name="access_tokens"
    )
    field = models.CharField(max_length=100)
    value = SealedTextField(default="")
    hosts = models.TextField(default="")
    expires_at = models.DateTimeField()
    renew_at = models.DateTimeField()
    claimed_until = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "field"], name="token_per_connection")
        ]

    def __str__(self) -> str:
        return self.field


class StorageCheck(models.Model):
    """The only row: written by health checks."""

    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.checked_at)
