"""The tables of what was sent and what came back, secrets already taken out."""

import uuid

from django.conf import settings
from django.db import models

from playground.calls.values import Outcome


class SealedBytesField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes that `sending` sealed before they came here; this room cannot read them.

    Key rotation finds the field by its class attribute `sealed`.
    """

    sealed = True


class Body(models.Model):
    """A text kept once, compressed, however many exchanges have it.

    `digest` is the SHA-256 of the text before packing, `size` its length in bytes.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    packed = models.BinaryField()
    size = models.PositiveIntegerField()


class Exchange(models.Model):
    """One call and what became of it, masked. It begins before the first byte leaves.

    `press` is the id of the press of Send that made it: the column is unique, which is
    what makes a double press one request. `holder` names the process that carries it and
    `deadline` when even a slow send has ended: both tell a send that nobody carries any
    more. `request` is the masked call, `reply_head` the masked reply headers (JSON texts).

    `likeness` is equal for sends of the same document over the same connection,
    `reply_digest` for replies that say the same but for ids and times; `changed_from` is the
    exchange before, when its reply said something else. A `shared` one may be read by
    everybody who signs in and has its address.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    press = models.UUIDField(unique=True, null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    person_name = models.CharField(max_length=150, default="")
    operation = models.CharField(max_length=100)
    connection_id = models.UUIDField(null=True)
    connection_name = models.CharField(max_length=100, default="")
    draft_id = models.UUIDField(null=True, db_index=True)
    name = models.CharField(max_length=300, default="")
    path_values = models.JSONField(default=dict)
    outcome = models.CharField(max_length=12, default=Outcome.SENDING)
    code = models.CharField(max_length=60, default="")
    params = models.JSONField(default=dict)
    sentence = models.TextField(default="")
    method = models.CharField(max_length=10)
    url = models.TextField(default="")
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, default="")
    content_type = models.CharField(max_length=200, default="")
    reply_size = models.PositiveIntegerField(default=0)
    wire_size = models.PositiveIntegerField(default=0)
    truncated = models.BooleanField(default=False)
    seconds_to_first_byte = models.FloatField(default=0)
    seconds = models.FloatField(default=0)
    address = models.CharField(max_length=80, default="")
    job_uid = models.CharField(max_length=200, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=200, default="")
    deadline = models.DateTimeField(null=True)
    likeness = models.CharField(max_length=64, default="")
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
            models.Index(fields=["likeness", "-number"], name="exchanges_alike"),
            models.Index(fields=["started_at"], name="exchanges_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.id}"

    @property
    def under_way(self) -> bool:
        return self.outcome == Outcome.SENDING


class Mention(models.Model):
    """The words an exchange is found by, in lower case, apart from its wide row."""

    exchange = models.OneToOneField(Exchange, models.CASCADE, primary_key=True)
    text = models.TextField()


class Ignored(models.Model):
    """A place in answers (or in what is sent) that one person leaves out when comparing.

    `pattern` is a pointer in which `*` stands for any one key or index; `side` is `request`
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


class Original(models.Model):
    """What stood in the draft when it was sent, references unresolved, for "send again".

    `surroundings` is a JSON text of what stood around it then: the connection's name and
    address, the workflow's definition.
    """

    exchange = models.OneToOneField(Exchange, models.CASCADE, related_name="original")
    document = SealedBytesField()
    aside = SealedBytesField()
    surroundings = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
