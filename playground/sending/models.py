"""Sends that wait for a worker."""

from django.db import models

from playground.history.models import Exchange
from playground.vault.encryption import SealedJSONField


class QueuedSend(models.Model):
    """A send that hasn't begun: the process that deletes the row sends it or ends it as not sent.

    `parts` holds what neither the exchange nor its document has unmasked: path values, query
    values and headers. It has no credentials, which a worker adds itself. Times are the
    database's; at `due_at` recovery enqueues the send again.
    """

    exchange = models.OneToOneField(
        Exchange, models.CASCADE, primary_key=True, related_name="queued_send"
    )
    parts = SealedJSONField()
    draft_id = models.UUIDField(null=True)
    version_id = models.BigIntegerField(null=True)
    opener_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.exchange_id)
