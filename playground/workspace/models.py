"""The tables of what the team shares: connections, and what was read over each of them."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from playground.vault.encryption import SealedJSONField, SealedMessageField


class Connection(models.Model):
    """One API at one base URL, with its credential, for the whole team.

    `base_url` may begin with `sandbox:`, which refers to this installation's own practice
    server. `settings` holds what is not secret (Captain Data's workspace UID, the `way` in which
    the credential is sent).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    api = models.CharField(max_length=60)
    base_url = models.CharField(max_length=2000)
    settings = models.JSONField(default=dict)
    # A JSON object as text: a JSONField would change numbers such as 1.10.
    variables = models.TextField(default="{}")
    colour = models.CharField(max_length=20, default="grey")
    protected = models.BooleanField(default=False)
    follow_redirects = models.BooleanField(default=False)
    # None for what the settings say, 0 for any number.
    sends_per_minute = models.PositiveIntegerField(null=True)
    practice = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    synced_at = models.DateTimeField(null=True)
    facts_version = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name

    def touch_facts(self) -> None:
        """Call after each change of its workflows, accounts, secrets or repeats."""
        # Drawn, not counted: a version that is rolled back with its transaction never returns,
        # so what was cached under it is never taken for something else.
        self.facts_version = uuid.uuid4()
        Connection.objects.filter(pk=self.pk).update(facts_version=self.facts_version)


class Workflow(models.Model):
    """One workflow of a connection.

    `details` is the API's own answer, unaltered, as JSON text; `edited` is a definition of the
    same shape made or corrected by hand. `gone_at` is when a sync first did not list it.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="workflows")
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    details = models.TextField(default="")
    edited = models.TextField(default="")
    # What `details` was when the definition was edited: both differ once the API changed.
    edit_base = models.TextField(default="")
    edited_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(fields=["connection", "uid"], name="workflow_per_connection")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> str:
        """The JSON text in force."""
        return self.edited or self.details

    @property
    def api_differs(self) -> bool:
        """Whether the API's definition changed after it was edited by hand."""
        return bool(self.edited and self.details) and self.details != self.edit_base


class WorkflowChange(models.Model):
    """One change of a definition: what it was, what it is, and the difference in words."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="changes")
    by_hand = models.BooleanField(default=False)
    before = models.TextField()
    after = models.TextField()
    messages = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]


class Account(models.Model):
    """An integration account of a connection; never its cookies."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="accounts")
    integration = models.CharField(max_length=200)
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    # The API may leave it out: unknown is not invalid.
    valid = models.BooleanField(null=True)
    limits = models.TextField(default="[]")
    synced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "integration", "uid"], name="account_per_connection"
            )
        ]


class SyncRun(models.Model):
    """One sync. `step` says what it is doing; `done` of `total` calls have been made.

    `counts` has the numbers of workflows and accounts read; `failures` and `changes` are lists
    of messages.
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
    failures = SealedJSONField(default=list)
    changes = SealedJSONField(default=list)
    # The process that runs it: when that has ended, so has the sync.
    process = models.CharField(max_length=200, default="")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]

    @property
    def under_way(self) -> bool:
        return self.outcome == self.Outcome.RUNNING


class JobRecord(models.Model):
    """The state of a job as the API last reported it; never its results.

    `checked_at` is when it was reported, `launched_at` since when the job is followed, and
    `ended_at` when its end was seen; `seconds` is how long it ran. `done` counts inputs that have
    ended, where the API tells. `next_poll_at` is null for a job that isn't followed: it ended, or
    was given up. `person` is notified of the end once, at `announced_at`. `refusal` is why it
    couldn't be read when it was asked for last, and `refused_at` since when it can't be read.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="jobs")
    uid = models.CharField(max_length=200)
    name = models.CharField(max_length=300, default="")
    status = models.CharField(max_length=60, default="")
    workflow_uid = models.CharField(max_length=200, default="")
    workflow_name = models.CharField(max_length=300, default="")
    error_message = SealedMessageField(default="")
    refusal = SealedMessageField(default="")
    refused_at = models.DateTimeField(null=True)
    inputs = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(null=True)
    rows = models.PositiveIntegerField(null=True)
    # As text: the API documents no time format.
    start_time = models.CharField(max_length=60, default="")
    finish_time = models.CharField(max_length=60, default="")
    checked_at = models.DateTimeField(auto_now=True)
    launched_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    next_poll_at = models.DateTimeField(null=True, db_index=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    announced_at = models.DateTimeField(null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "uid"], name="job_per_connection")
        ]
        indexes = [
            models.Index(fields=["person", "ended_at"], name="jobs_ended"),
            models.Index(fields=["person", "next_poll_at"], name="jobs_followed"),
        ]


class JobPolling(models.Model):
    """When the jobs of a connection may be read again; `sending/poll_rate.py` explains it."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="job_polling"
    )
    spent_until = models.DateTimeField()


class Repeat(models.Model):
    """A launch that the API repeats until it is deleted by its job name.

    `unit` is `minute` to `month`, `every` the number of units between two launches.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="repeats")
    job_name = models.CharField(max_length=500)
    workflow_uid = models.CharField(max_length=200, default="")
    workflow_name = models.CharField(max_length=300, default="")
    unit = models.CharField(max_length=20, default="")
    every = models.CharField(max_length=40, default="")
    # No foreign key: the repeat continues after history is purged.
    exchange_id = models.UUIDField(null=True)
    set_by = models.CharField(max_length=150, default="")
    set_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-set_at"]


class ChoiceList(models.Model):
    """What one operation lists over one connection, for fields to choose from.

    `choices` is a list of `[value as JSON text, title, note]`. While a call is under way,
    `requested_at` is later than `ended_at`; `message` says why the last one failed.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="choice_lists")
    operation = models.CharField(max_length=100)
    choices = SealedJSONField(default=list)
    message = SealedMessageField(default="")
    requested_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "operation"], name="listing_per_connection"
            )
        ]


def make_file_id() -> str:
    """Return an id for `{{file:ID}}`: references begin with a letter, and nobody can guess it."""
    return "f" + secrets.token_hex(10)


class File(models.Model):
    """One attachment: its name and type. Its bytes are on disk, once for each digest.

    `media_type` is exactly the text between `data:` and `;base64`.
    """

    id = models.CharField(primary_key=True, max_length=40, default=make_file_id, editable=False)
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=300, default="")
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class FileHolder(models.Model):
    """A draft, template or exchange that holds a file, by its id.

    Anyone who can open it can open the file. No foreign keys: their tables are in later packages.
    """

    file = models.ForeignKey(File, models.CASCADE, related_name="holders")
    holder = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "holder"], name="file_held_once")]
