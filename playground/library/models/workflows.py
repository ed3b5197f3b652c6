"""Workflows and accounts, as the API described them."""

from django.db import models

from playground.library.models.connections import Connection


class Workflow(models.Model):
    """One workflow of a connection.

    `details` is the API's own answer, unaltered, as JSON text; `edited` is a definition
    of the same shape made or corrected by hand, which wins while it stands. `edited_over`
    is what the API said when that was done; `gone_at` when a sync no longer listed it.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="workflows")
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    details = models.TextField(default="")
    edited = models.TextField(default="")
    edited_over = models.TextField(default="")
    edited_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
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

    @property
    def api_differs(self) -> bool:
        """The API said something new after the definition was edited by hand."""
        return bool(self.edited and self.details) and self.details != self.edited_over


class WorkflowChange(models.Model):
    """One change of a definition: what it was, what it is, and the difference in words."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="changes")
    by_hand = models.BooleanField(default=False)
    before = models.TextField()
    after = models.TextField()
    sentences = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.workflow_id} {self.made_at}"


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
