"""Syncs of a connection: how far one came, what failed, what changed."""

import uuid

from django.conf import settings
from django.db import models

from playground.library.models.connections import Connection


class SyncRun(models.Model):
    """One sync. `step` says what it does at this moment; `done` of `total` are the calls.

    `counts` tells how many workflows and accounts were read, `failures` and `changes` are
    sentences. `holder` names the process that carries it: when that is gone, so is the sync.
    """

    class Outcome(models.TextChoices):
        RUNNING = "running"
        COMPLETE = "complete"
        PARTLY = "partly"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="syncs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    step = models.CharField(max_length=300, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    failures = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    holder = models.CharField(max_length=200, default="")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.started_at}"

    @property
    def under_way(self) -> bool:
        return self.outcome == self.Outcome.RUNNING
