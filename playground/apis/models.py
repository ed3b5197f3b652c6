"""Imported APIs: their documents, stored once by digest, and an index of their operations."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from playground.openapi.entries import LONGEST_ID

# With the colon and an operation's key, it fits into the columns of drafts and exchanges.
LONGEST_API_ID = 100 - 1 - LONGEST_ID


class StoredDocument(models.Model):
    """One OpenAPI document as JSON text, whatever it was written in.

    `digest` is the SHA-256 of the text, in hexadecimal.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    text = models.TextField()
    stored_at = models.DateTimeField(auto_now_add=True)


class ImportedApi(models.Model):
    """An API of the whole team.

    `id` is the part of an operation's id before the colon. `url` is where the document was
    fetched, empty if it was uploaded. `report` is what `playground.openapi.report` made of it.
    `rules` has the rules that people set for judging replies, by operation key.

    `refresh` is how often the document is fetched again, next at `refresh_due_at`. `refreshed_at`
    is when that last succeeded, and `refresh_failure` a sentence about why it didn't. With
    `reads_references`, documents that it refers to are fetched, too. The document with
    `ignored_digest` was turned down by a person, so that refreshes don't offer it again.
    """

    class Refresh(models.TextChoices):
        NEVER = "never", _("Never")
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")

    id = models.CharField(primary_key=True, max_length=LONGEST_API_ID)
    title = models.CharField(max_length=300)
    version = models.CharField(max_length=100, default="")
    url = models.CharField(max_length=2000, default="")
    document = models.ForeignKey(StoredDocument, models.PROTECT, related_name="apis")
    report = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    imported_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    refresh = models.CharField(max_length=6, choices=Refresh, default=Refresh.NEVER)
    refresh_due_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    refresh_failure = models.TextField(default="")
    reads_references = models.BooleanField(default=False)
    ignored_digest = models.CharField(max_length=64, default="")

    class Meta:
        ordering = [Lower("title")]

    def __str__(self) -> str:
        return self.title


class ImportedOperation(models.Model):
    """What lists and searches need of an operation; the document has the rest.

    `key` is the part of its id after the colon. `obstacle` is why it can't be sent, or empty.
    `tag_position` is that of its first tag among the document's, and `tag_lines` has each of its
    tags as a line of its own, with a line feed on both sides.
    """

    api = models.ForeignKey(ImportedApi, models.CASCADE, related_name="operations")
    key = models.CharField(max_length=LONGEST_ID)
    position = models.PositiveIntegerField()
    method = models.CharField(max_length=10)
    path = models.TextField()
    title = models.CharField(max_length=300)
    summary = models.TextField(default="")
    tags = models.JSONField(default=list)
    tag_position = models.PositiveIntegerField(default=0)
    tag_lines = models.TextField(default="")
    deprecated = models.BooleanField(default=False)
    has_body = models.BooleanField(default=False)
    obstacle = models.TextField(default="")

    @property
    def operation_id(self) -> str:
        """The id of the operation, such as `petstore:addPet`."""
        return f"{self.api_id}:{self.key}"

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["api", "key"], name="operation_per_api"),
        ]

    def __str__(self) -> str:
        return self.title


class ApiChange(models.Model):
    """One import over an older document: what changed, operation by operation.

    `changes` is what `playground.openapi.comparison` found, as a list of objects.
    """

    api = models.ForeignKey(ImportedApi, models.CASCADE, related_name="changes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    before = models.ForeignKey(StoredDocument, models.PROTECT, related_name="+")
    after = models.ForeignKey(StoredDocument, models.PROTECT, related_name="+")
    changes = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]


class WaitingDocument(models.Model):
    """A newer document of an API that would break something, until a person decides.

    `report`, `obstacles` (by operation key), `changes` and `version` are what importing it would
    store. `url` is where it was fetched, empty if it was uploaded; `person` is None for a refresh
    by schedule.
    """

    api = models.OneToOneField(ImportedApi, models.CASCADE, related_name="waiting")
    document = models.ForeignKey(StoredDocument, models.PROTECT, related_name="+")
    version = models.CharField(max_length=100, default="")
    url = models.CharField(max_length=2000, default="")
    report = models.JSONField(default=dict)
    obstacles = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    found_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.api_id} {self.version}"
