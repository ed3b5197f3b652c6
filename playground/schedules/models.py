"""Schedules, their versions, and the slots in which they run."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from playground.drafts.models import Draft
from playground.payload_templates.models import Template
from playground.vault.encryption import SealedJSONField, SealedMessageField, SealedTextField
from playground.workspace.models import Connection, File


class Schedule(models.Model):
    """What runs again and again, for the person who made it; its content is in its versions.

    `kind` says what a run is, and never changes. Some columns repeat the newest version, for lists.
    `next_at` is the next instant that has no slot yet; none if it is paused or has ended.
    `base_url` is where requests go, as the person who chose the connection saw it, and `confirmed`
    whether the name of a protected connection was typed for it.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    class Kind(models.TextChoices):
        TEMPLATE = "template", _("Template")
        SYNC = "sync", _("Sync")
        BATCH = "batch", _("Batch")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    # The name is copied: a schedule stays readable after the account was deleted.
    person_name = models.CharField(max_length=150, default="")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TEMPLATE)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    # Why it is paused or has ended, and whether no person decided that.
    reason = SealedMessageField(default="")
    paused_automatically = models.BooleanField(default=False)
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="schedules")
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="+")
    connection_name = models.CharField(max_length=100, default="")
    base_url = models.CharField(max_length=2000, default="")
    confirmed = models.BooleanField(default=False)
    latest_version = models.PositiveIntegerField(default=1)
    next_at = models.DateTimeField(null=True)
    # Failed runs since the last one that was accepted, or since the schedule was resumed, and
    # whether its person was notified of them.
    failures = models.PositiveIntegerField(default=0)
    is_failure_known = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Set by saving a version only: pausing or running a schedule doesn't change it.
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="schedules_due"),
            models.Index(fields=["person", "name"], name="schedules_of_person"),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleVersion(models.Model):
    """What a schedule sends and when, as it was saved; never changed afterwards.

    `values` are edits laid over the template's payload, as variants store theirs. The template's
    version 0 is the newest one at each run. `phrase` is what was typed and `rule` what it means:
    counting goes on from there as long as the phrase stays the same.
    """

    class Overlap(models.TextChoices):
        SKIP = "skip", _("Skip the run")
        QUEUE = "queue", _("Run it afterwards, one at most")
        BESIDE = "beside", _("Run both at the same time")

    class Missed(models.TextChoices):
        SKIP = "skip", _("Skip them")
        ONCE = "once", _("Run once")
        ALL = "all", _("Run all of them")
        SOME = "some", _("Run the last ones")

    class OnFailure(models.TextChoices):
        NOTHING = "nothing", _("Go on")
        NOTIFY = "notify", _("Notify")
        PAUSE = "pause", _("Pause")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    template = models.ForeignKey(Template, models.SET_NULL, null=True, related_name="+")
    template_name = models.CharField(max_length=200, default="")
    template_version = models.PositiveIntegerField(default=0)
    variant = models.CharField(max_length=100, default="")
    values = SealedTextField(default="[]")
    # What `batch_content` keeps of a batch. By `schedule_versions` the clean-up of attachments
    # knows that the file of its rows is in use.
    batch = SealedTextField(default="")
    file = models.ForeignKey(File, models.SET_NULL, null=True, related_name="schedule_versions")
    good_only = models.BooleanField(default=False)
    phrase = models.CharField(max_length=500)
    rule = models.JSONField()
    zone = models.CharField(max_length=60)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    days_off = models.TextField(default="")
    overlap = models.CharField(max_length=6, choices=Overlap, default=Overlap.SKIP)
    missed = models.CharField(max_length=4, choices=Missed, default=Missed.ONCE)
    # How many of the missed runs are made up for, with `Missed.SOME`.
    missed_most = models.PositiveSmallIntegerField(default=1)
    on_failure = models.CharField(max_length=7, choices=OnFailure, default=OnFailure.NOTIFY)
    # After how many failed runs in a row, with `OnFailure.PAUSE`.
    pause_after = models.PositiveSmallIntegerField(default=3)
    # How many minutes after its time a run may still start; 0 for any number.
    start_within = models.PositiveIntegerField(default=0)
    pauses_on_drift = models.BooleanField(default=False)
    # What is called with each event; its path may be a secret.
    webhook = SealedMessageField(default="")
    note = models.CharField(max_length=500, default="")
    # Who saved it; the name is kept when the account is deleted.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    person_name = models.CharField(max_length=150, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            # The last guard against two people who save at once.
            models.UniqueConstraint(fields=["schedule", "number"], name="version_of_schedule")
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} version {self.number}"


class ScheduleDraft(models.Model):
    """A draft in which the payload of a schedule is edited, and the rest of it as it was typed.

    `schedule` is the one that is changed, and `base` its version that was opened; neither for a
    new one. `typed` is what the form of `pages/schedules/strip.py` holds, valid or not.
    """

    draft = models.OneToOneField(Draft, models.CASCADE, related_name="+", primary_key=True)
    schedule = models.ForeignKey(Schedule, models.CASCADE, null=True, related_name="+")
    base = models.PositiveIntegerField(default=0)
    typed = SealedJSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.schedule_id} draft {self.draft_id}"


class Slot(models.Model):
    """One time at which a schedule was due, and what became of it.

    The constraint keeps a run from being planned twice. A waiting slot is claimed by the process
    that runs it; its exchange is recorded under `find_slot_submission`, so it is sent at most once.
    A launch lasts as long as its job, with that job's `connection_id` and `job_uid`; a batch, too.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        STARTING = "starting", _("Starting")
        RUNNING = "running", _("Running")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        NOT_SENT = "not-sent", _("Not sent")
        UNKNOWN = "unknown", _("Unknown")
        # The ends of what is more than one request, and of jobs.
        COMPLETE = "complete", _("Complete")
        PARTLY = "partly", _("Partly")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        MISSED = "missed", _("Missed")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="slots")
    planned_at = models.DateTimeField()
    # Started by a person rather than by the clock.
    manual = models.BooleanField(default=False)
    # The idempotency key of the request that started it.
    press = models.UUIDField(null=True)
    # Of the schedule, as it ran; 0 before it did.
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    code = models.CharField(max_length=60, default="")
    # Why it was skipped, missed or not sent, the message of the verdict, or how its job ended.
    reason = SealedMessageField(default="")
    # No foreign keys: exchanges and batches are deleted by age, jobs with their connection.
    exchange_id = models.UUIDField(null=True, db_index=True)
    batch_id = models.UUIDField(null=True, db_index=True)
    connection_id = models.UUIDField(null=True)
    job_uid = models.CharField(max_length=200, default="")
    # The process that claimed it, and when it may be claimed: later where a limit says so.
    process = models.CharField(max_length=200, default="")
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-planned_at"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "planned_at"], name="slot_of_schedule"),
            models.UniqueConstraint(
                fields=["schedule", "press"],
                condition=Q(press__isnull=False),
                name="slot_of_press",
            ),
        ]
        indexes = [
            models.Index(fields=["planned_at"], name="slots_by_time"),
            # Not of the open states only: SQLite doesn't use a partial index for a parameter.
            models.Index(fields=["state", "planned_at"], name="slots_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.planned_at:%Y-%m-%d %H:%M}"


class ScheduleEvent(models.Model):
    """What people should know of a schedule, written in the transaction in which it happened."""

    class Kind(models.TextChoices):
        FAILURE = "failure", _("Failed")
        RECOVERY = "recovery", _("Works again")
        PAUSE = "pause", _("Paused")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind)
    # The run that it is about; a pause may be about none.
    slot = models.ForeignKey(Slot, models.SET_NULL, null=True, related_name="+")
    # A sentence of ours, which may be shown anywhere, and what a reply or a person said.
    words = models.CharField(max_length=500, default="")
    details = SealedMessageField(default="")
    # Whether the webhook is still to be called, and what it answered.
    webhook = SealedMessageField(default="")
    webhook_due = models.BooleanField(default=False)
    webhook_result = SealedMessageField(default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            # Narrow: nearly all have been called.
            models.Index(fields=["webhook_due"], condition=Q(webhook_due=True), name="events_due"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.kind}"


class Notification(models.Model):
    """An event as one person gets it. `seen_at` is when they marked it as read."""

    event = models.ForeignKey(ScheduleEvent, models.CASCADE, related_name="notifications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)
    # When one of the person's pages has shown it; none as long as none has.
    announced_at = models.DateTimeField(null=True)
    # When its e-mail is due, if it is; when it was sent; why it couldn't be.
    mail_due_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    mail_failure = models.CharField(max_length=500, default="")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "event"], name="notified_once")]
        indexes = [
            # Home and the news count what is unread; nearly all is read.
            models.Index(fields=["person"], condition=Q(seen_at=None), name="notifications_unread"),
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="notifications_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} for {self.person_id}"


OPEN_STATES = (Slot.State.WAITING, Slot.State.STARTING, Slot.State.RUNNING)
ACTIVE_STATES = (Slot.State.STARTING, Slot.State.RUNNING)
FAILED_STATES = (
    Slot.State.REFUSED,
    Slot.State.NOT_SENT,
    Slot.State.UNKNOWN,
    Slot.State.PARTLY,
    Slot.State.FAILED,
)
GOOD_STATES = (Slot.State.ACCEPTED, Slot.State.COMPLETE)
