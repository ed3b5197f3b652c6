"""Repeating launches that were made from here."""

from django.db import models

from playground.library.models.connections import Connection


class Repeat(models.Model):
    """A launch that the API repeats until it is deleted by its job name.

    `unit` is `minute` to `month`, `every` how many of them lie between two launches.
    `exchange_id` is the exchange that set it.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="repeats")
    job_name = models.CharField(max_length=500)
    workflow_uid = models.CharField(max_length=200, default="")
    workflow_name = models.CharField(max_length=300, default="")
    unit = models.CharField(max_length=20, default="")
    every = models.CharField(max_length=40, default="")
    exchange_id = models.UUIDField(null=True)
    set_by = models.CharField(max_length=150, default="")
    set_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return self.job_name
