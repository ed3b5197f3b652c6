"""What processes tell each other through the database."""

from django.db import models


class Process(models.Model):
    """A process that may own work, by the name that `identify_process` returns.

    `origin` is the address of one that serves pages, as its own machine reaches it.
    Times are the database's: the clocks of several machines differ.
    """

    class Kind(models.TextChoices):
        WEB = "web"
        WORKER = "worker"
        COMMAND = "command"

    name = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    origin = models.CharField(max_length=100, default="")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class PeriodicRun(models.Model):
    """When a periodic task is due next, by the database's clock."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class CancelRequest(models.Model):
    """A request to cancel work, read by the process that runs it; `work` is the id of the work."""

    work = models.UUIDField(primary_key=True)
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.work)
