"""What was last heard of a job."""

from django.db import models

from playground.library.models.connections import Connection


class KnownJob(models.Model):
    """The state of a job as the API told it last; its results are never kept."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="jobs")
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300, default="")
    status = models.CharField(max_length=60, default="")
    workflow_uid = models.CharField(max_length=200, default="")
    workflow_name = models.CharField(max_length=300, default="")
    error_message = models.TextField(default="")
    inputs = models.PositiveIntegerField(null=True)
    rows = models.PositiveIntegerField(null=True)
    start_time = models.CharField(max_length=60, default="")
    finish_time = models.CharField(max_length=60, default="")
    asked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "uid"], name="job_per_connection")
        ]

    def __str__(self) -> str:
        return self.name or self.uid
