"""The tables of exchanges. Secrets are masked before anything is written here.

Columns that quote requests or replies are sealed. Lists filter and search by the others.
"""

import uuid

from django.conf import settings
from django.db import models

from playground.calls.values import Outcome
from playground.vault.encryption import (
    SealedBytesField,
    SealedJSONField,
    SealedMessageField,
    SealedTextField,
)


class Body(models.Model):
    """Content stored once, compressed and sealed, however many exchanges refer to it.

    `digest` is the SHA-256 of the content before packing, `size` its length in bytes.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    packed = SealedBytesField()
    size = models.PositiveIntegerField()


class Exchange(models.Model):
    """One call and its result, masked. The row exists before the first byte leaves.

    `request` is the masked call and `reply_head` the masked reply headers, both JSON texts.
    `fingerprint` is equal for sends of the same document over the same connection,
    `reply_digest` for replies that differ in ids and times only. `changed_from` is the previous
    exchange with this fingerprint if its reply was different. A `shared` exchange is open to
    every signed-in person who has its URL.
    """

    # Lists are ordered and paged by this number: unlike the time it is unique.
    number = models.BigAutoField(primary_key=True)
    # URLs carry this id, so that nobody can guess the exchanges of other people.
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The idempotency key of the Send that made this exchange, null for the application's own
    # calls. The unique column is what turns a double click into one request.
    submission = models.UUIDField(unique=True, null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    # Names are copied: history stays readable after a person or a connection was deleted.
    person_name = models.CharField(max_length=150, default="")
    operation = models.CharField(max_length=100)
    connection_id = models.UUIDField(null=True)
    connection_name = models.CharField(max_length=100, default="")
    draft_id = models.UUIDField(null=True, db_index=True)
    name = models.CharField(max_length=300, default="")
    path_values = models.JSONField(default=dict)
    outcome = models.CharField(max_length=12, default=Outcome.SENDING)
    code = models.CharField(max_length=60, default="")
    params = SealedJSONField(default=dict)
    message = SealedMessageField(default="")
    method = models.CharField(max_length=10)
    url = models.TextField(default="")
    status = models.PositiveSmallIntegerField(null=True)
    reason = SealedMessageField(default="")
    content_type = SealedMessageField(default="")
    reply_size = models.PositiveIntegerField(default=0)
    wire_size = models.PositiveIntegerField(default=0)
    truncated = models.BooleanField(default=False)
    seconds_to_first_byte = models.FloatField(default=0)
    seconds = models.FloatField(default=0)
    address = models.CharField(max_length=80, default="")
    # One dict for each redirect, with the fields of `calls.values.Redirect`.
    redirects = SealedJSONField(default=list)
    # Why the body can't be read, such as "compressed as br, which was not requested".
    unreadable = models.CharField(max_length=300, default="")
    job_uid = models.CharField(max_length=200, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The process that sends this, none while it waits for a worker; and when even a slow send
    # must have ended. Either tells recovery that a send was lost.
    process = models.CharField(max_length=200, default="")
    deadline = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=64, default="")
    reply_digest = models.CharField(max_length=64, default="")
    changed_from = models.UUIDField(null=True)
    shared = models.BooleanField(default=False)
    request = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
    reply_head = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
    reply_body = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["person", "-number"], name="exchanges_of_person"),
            models.Index(fields=["operation", "-number"], name="exchanges_of_operation"),
            models.Index(fields=["outcome", "-number"], name="exchanges_of_outcome"),
            models.Index(fields=["connection_id", "-number"], name="exchanges_of_connection"),
            models.Index(fields=["fingerprint", "-number"], name="exchanges_alike"),
            models.Index(fields=["started_at"], name="exchanges_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.id}"

    @property
    def body_dropped(self) -> bool:
        """Whether a redirect dropped the document, so that the reply says nothing about it."""
        return any(each.get("drops_body") for each in self.redirects)

    @property
    def under_way(self) -> bool:
        return self.outcome == Outcome.SENDING

    @property
    def is_queued(self) -> bool:
        """Whether it waits for a worker: no process has begun to send it."""
        return self.under_way and not self.process


class SentDocument(models.Model):
    """What was in the draft when it was sent, references unresolved, to send it again.

    A table of its own, as lists of exchanges never need it. `context` is a JSON text: the
    connection's name and address, the variables used and the workflow's definition at the time.
    """

    exchange = models.OneToOneField(Exchange, models.CASCADE, related_name="sent_document")
    document = SealedTextField()
    metadata = SealedTextField()
    context = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")


class SearchText(models.Model):
    """What an exchange that has ended is searched by, case-folded.

    A narrow table: a rare word is looked for in all of it, which takes a fraction of the time
    that reading as many exchanges takes. Not encrypted, so it must not contain parts of documents
    or replies.
    """

    exchange = models.OneToOneField(Exchange, models.CASCADE, primary_key=True, related_name="+")
    text = models.TextField()


class SendTotals(models.Model):
    """What all exchanges below a number add up to, in one row.

    `totals` is a list of `[operation, outcome, number, seconds, [numbers within limits]]`.
    """

    below = models.BigIntegerField(default=0)
    totals = models.JSONField(default=list)


class IgnoredPointer(models.Model):
    """A place in requests or replies that a person leaves out of comparisons.

    `pattern` is a JSON Pointer in which `*` matches any one key or index; `side` is `request`
    or `reply`.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    operation = models.CharField(max_length=100)
    side = models.CharField(max_length=10)
    pattern = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "operation", "side", "pattern"], name="ignored_once"
            )
        ]
