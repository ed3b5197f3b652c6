"""What the practice server remembers: jobs, repeats, renewed accounts, answers already given."""

from django.db import models


class Job(models.Model):
    """One launch. Its status is not stored: it follows from when it started (see `jobs`)."""

    uid = models.CharField(max_length=36, unique=True)
    workflow_uid = models.CharField(max_length=36, db_index=True)
    name = models.TextField()
    sealed_steps = models.BinaryField()
    sealed_inputs = models.BinaryField()
    number_inputs = models.PositiveIntegerField()
    number_failed = models.PositiveIntegerField()
    number_rows = models.PositiveIntegerField()
    end_status = models.CharField(max_length=16)
    error_message = models.TextField(blank=True)
    scheduled_at = models.DateTimeField()
    started_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.uid})"


class Repeat(models.Model):
    """A launch that repeats, known by its job name as in the real API."""

    job_name = models.TextField(db_index=True)
    workflow_uid = models.CharField(max_length=36)
    unit = models.CharField(max_length=8)
    interval = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job_name} every {self.interval} {self.unit}"


class RenewedAccount(models.Model):
    """An account that was added or updated; its credentials are not kept."""

    uid = models.CharField(max_length=36, unique=True)
    integration = models.CharField(max_length=64, db_index=True)
    name = models.TextField()
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class GivenAnswer(models.Model):
    """The answer to a request that Altcraft would not take twice within a day."""

    key = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
