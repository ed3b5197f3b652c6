"""Workflows and accounts, as the API described them."""

from django.db import models

from playground.library.models.connections import Connection


class Workflow(models.Model):
    """One workflow of a connection.

    `details` is the API's own answer, unaltered, as JSON text; `edited` is a definition
    of the same shape made or corrected by hand, which wins while it stands.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="workflows")
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    details = models.TextField(default="")
    edited = models.TextField(default="")
    synced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "uid"], name="workflow_per_connection")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> str:
        """The JSON text to go by."""
        return self.edited or self.details


class Account(models.Model):
    """An integration account of a connection; never its cookies."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="accounts")
    integration = models.CharField(max_length=200)
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    valid = models.BooleanField(null=True)
    limits = models.TextField(default="[]")
    synced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "integration", "uid"], name="account_per_connection"
            )
        ]

    def __str__(self) -> str:
        return self.name
