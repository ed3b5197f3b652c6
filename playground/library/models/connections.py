"""Where calls go and with which credential."""

import uuid

from django.conf import settings
from django.db import models

from playground.library.vault import SealedTextField


class Connection(models.Model):
    """One API at one address, with its credential, for the whole team.

    `base_url` may begin with `sandbox:`, which stands for this installation's own
    practice server wherever it listens. `settings` holds what is no secret
    (Captain Data's workspace UID, how the credential is spelt); `variables` is a JSON
    object as text, so that its numbers keep their digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    api = models.CharField(max_length=60)
    base_url = models.CharField(max_length=2000)
    settings = models.JSONField(default=dict)
    variables = models.TextField(default="{}")
    colour = models.CharField(max_length=20, default="grey")
    protected = models.BooleanField(default=False)
    follow_redirects = models.BooleanField(default=False)
    practice = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    synced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Secret(models.Model):
    """A value that goes in and never comes out, except on the wire to its hosts.

    It belongs to a connection (its credential, `part` says which piece), to one draft into
    which somebody pasted it, or to a version of a template that was saved from such a draft.
    `hosts` is a list of `host` or `host:port` separated by blanks; empty means nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    part = models.CharField(max_length=100, default="")
    value = SealedTextField()
    hosts = models.TextField(default="")
    public = models.BooleanField(default=False)
    connection = models.ForeignKey(
        Connection, models.CASCADE, null=True, related_name="secrets", blank=True
    )
    draft = models.ForeignKey(
        "library.Draft", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    version = models.ForeignKey(
        "library.Version", models.CASCADE, null=True, related_name="secrets", blank=True
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="secret_per_connection"),
            models.UniqueConstraint(fields=["draft", "name"], name="secret_per_draft"),
            models.UniqueConstraint(fields=["version", "name"], name="secret_per_version"),
        ]

    def __str__(self) -> str:
        return self.name
