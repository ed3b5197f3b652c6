"""Batches, their rows, and who is sending them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from playground.payload_templates.models import Template, Version
from playground.vault.encryption import SealedJSONField, SealedMessageField, SealedTextField
from playground.workspace.models import Connection, File


class Batch(models.Model):
    """A payload, a file of rows, and how columns fill the payload.

    The payload is copied, so that a template may change or go while its batch runs. `source` says
    how the file is read and `mapping` what its columns fill; both are the fields of their
    dataclasses. The counts repeat what the rows say, so that a page costs the same for any number
    of rows: whoever changes rows changes them in the same transaction.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Set up the columns")
        CHECKING = "checking", _("Checking rows")
        CHECKED = "checked", _("Ready to send")
        RUNNING = "running", _("Sending")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        ENDED = "ended", _("Finished")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    # The name is copied: a ledger stays readable after the account was deleted.
    person_name = models.CharField(max_length=150, default="")
    name = models.CharField(max_length=300)
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="batches")
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+")
    draft_id = models.UUIDField(null=True)
    operation = models.CharField(max_length=100)
    text = SealedTextField(default="{}")
    metadata = SealedTextField(default="{}")
    path_values = SealedJSONField(default=dict)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="+")
    connection_name = models.CharField(max_length=100, default="")
    # By this name the clean-up of attachments knows that the file is in use.
    file = models.ForeignKey(File, models.SET_NULL, null=True, related_name="batches")
    file_name = models.CharField(max_length=300, default="")
    source = SealedJSONField(default=dict)
    columns = SealedJSONField(default=list)
    mapping = SealedJSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Why it was paused or stopped, or why the file can't be read.
    reason = SealedMessageField(default="")
    # Whether the last check ended because of the file.
    has_broken_file = models.BooleanField(default=False)
    # None: as fast as the connection allows.
    requests_per_second = models.FloatField(null=True)
    concurrency = models.PositiveSmallIntegerField(default=4)
    stop_after_failures = models.PositiveIntegerField(null=True)
    stop_after_percent = models.PositiveSmallIntegerField(null=True)
    # When the next request may begin, for the rate and for `Retry-After`.
    next_start_at = models.DateTimeField(null=True)
    # The URL that is called when the batch has ended, and how that went.
    webhook = SealedMessageField(default="")
    webhook_due = models.BooleanField(default=False)
    webhook_result = SealedMessageField(default="")
    # The process that checks the rows, and what the rules knew of the connection then.
    process = models.CharField(max_length=200, default="")
    checked_facts = models.CharField(max_length=100, default="")
    # Where the requests go, as the person who started it saw it, and whether the name of a
    # protected connection was typed.
    base_url = models.CharField(max_length=2000, default="")
    confirmed = models.BooleanField(default=False)
    row_count = models.PositiveIntegerField(default=0)
    bad_row_count = models.PositiveIntegerField(default=0)
    # Good rows with a warning, such as that they repeat another row.
    warned_row_count = models.PositiveIntegerField(default=0)
    request_count = models.PositiveIntegerField(default=0)
    # Requests by state: {"waiting": 3, "accepted": 97}.
    counts = models.JSONField(default=dict)
    # Since the last start or resume: the conditions that stop a batch count from there.
    run_ended = models.PositiveIntegerField(default=0)
    run_failed = models.PositiveIntegerField(default=0)
    # A trial: after so many requests it pauses.
    pause_after = models.PositiveIntegerField(null=True)
    # What `timeline.Timeline` writes: outcomes over time, of a limited size.
    timeline = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When a page told the person that it ended.
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="batches_of_person"),
            models.Index(fields=["state"], name="batches_by_state"),
        ]

    def __str__(self) -> str:
        return self.name


class Row(models.Model):
    """One row of the file and what became of it.

    `number` counts the rows from 1 in the order of the file. Rows with the same `request` travel
    in one request; the first of them is its `leader`, and only that one is claimed and counted.
    """

    class State(models.TextChoices):
        BAD = "bad", _("Has a problem")
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        NOT_SENT = "not-sent", _("Not sent")
        UNKNOWN = "unknown", _("Unknown")
        DONE = "done", _("Marked as done")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    # A list of texts, None for a cell that is missing.
    cells = SealedJSONField()
    # The indexes of those that are JSON texts other than strings, see `importers.tables.Row`.
    json_cells = models.JSONField(default=list)
    # [{"column": 2, "code": …, "message": …, "severity": …}], with warnings; the column is an
    # index, None for the whole row.
    problems = SealedJSONField(default=list)
    # Whether there are problems, although the row can be sent.
    warned = models.BooleanField(default=False)
    request = models.PositiveIntegerField(null=True)
    leader = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    exchange_id = models.UUIDField(null=True, db_index=True)
    code = models.CharField(max_length=60, default="")
    message = SealedMessageField(default="")
    job_uid = models.CharField(max_length=200, default="")
    status = models.PositiveSmallIntegerField(null=True)
    seconds = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="row_of_batch")]
        indexes = [
            models.Index(fields=["batch", "state", "number"], name="rows_by_state"),
            models.Index(fields=["batch", "request"], name="rows_by_request"),
            models.Index(
                fields=["batch", "number"], condition=models.Q(warned=True), name="rows_warned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} row {self.number}"


class Lane(models.Model):
    """A share of a running batch's concurrency: the process that claims it sends rows.

    Recovery gives a lane to another process if the one that has it died.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lanes")
    number = models.PositiveSmallIntegerField()
    # How many requests it may have under way.
    senders = models.PositiveSmallIntegerField(default=1)
    process = models.CharField(max_length=200, default="")
    # When recovery enqueues it again if nobody has claimed it.
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="lane_of_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} lane {self.number}"


class IdempotencyKey(models.Model):
    """A key that a script sent with a call, so that a repetition of the call does nothing."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="idempotency_keys")
    key = models.UUIDField()
    # SHA-256 of what the call was for, in hex.
    call_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="key_of_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.key}"


class SavedMapping(models.Model):
    """The mapping that a template's last batch used, proposed for the next file."""

    template = models.OneToOneField(Template, models.CASCADE, primary_key=True)
    mapping = SealedJSONField()
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.template_id)
