"""Lists of choices as an API gave them, with their age."""

from django.db import models

from playground.library.models.connections import Connection


class Listing(models.Model):
    """What one operation listed over one connection: `choices` is a list of
    `[value as JSON text, title, note]`. `asked_at` is later than `ended_at` while a call is
    under way; `sentence` says why the last one failed.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="listings")
    operation = models.CharField(max_length=100)
    choices = models.JSONField(default=list)
    sentence = models.TextField(default="")
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "operation"], name="listing_per_connection"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} over {self.connection_id}"
