"""What the team shares: connections, and what was learned over each of them."""

import secrets
import uuid

from django.conf import settings
from django.db import models


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
    facts_revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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


def make_id() -> str:
    """What `{{file:ID}}` names: a letter first, and nobody can guess the rest."""
    return "f" + secrets.token_hex(10)


class File(models.Model):
    """One attachment: what it is called and of which type. Its bytes stand on disk, once for
    each digest, however many files have them. `media_type` is exactly what stands between
    `data:` and `;base64`.
    """

    id = models.CharField(primary_key=True, max_length=40, default=make_id, editable=False)
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=300, default="")
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
