"""Imported APIs: their documents, stored once by digest, and an index of their operations."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from playground.openapi.entries import LONGEST_ID

# Together with the colon and an operation's key, it fits the columns of drafts and exchanges.
LONGEST_API_ID = 100 - 1 - LONGEST_ID


class StoredDocument(models.Model):
    """One OpenAPI document as JSON text, even if it was written in YAML.

    `digest` is the SHA-256 of the text, in hexadecimal.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    text = models.TextField()
    stored_at = models.DateTimeField(auto_now_add=True)


class ImportedApi(models.Model):
    """An API, visible to the whole team.

    `id` is the part of an operation's id before the colon. `url` is where the document was
    fetched from, empty if it was uploaded. `report` comes from `playground.openapi.report`.
    `rules` has the rules that people set for judging replies, by operation key.

    `refresh` is how often the document is fetched again, next at `refresh_due_at`. `refreshed_at`
    is when that last succeeded; `refresh_failure` is a sentence that says why it failed. With
    `reads_references`, the documents it refers to are fetched too. `ignored_digest` is that of a
    document that a person turned down, so refreshes don't offer it again.
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
    """The fields of an operation that lists and searches need; the rest is in the document.

    `key` is the part of its id after the colon. `obstacle` is why it can't be sent, or empty.
    `tag_position` is the position of its first tag in the document; `tag_lines` has one tag per
    line, with a line feed on both sides of each.
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
    """One update of an API: what changed, operation by operation.

    `changes` is the result of `playground.openapi.comparison`, as a list of objects.
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
    """A newer document of an API that would break something and awaits a decision.

    `report`, `obstacles` (by operation key), `changes` and `version` are what importing it would
    store. `url` is where it was fetched from, empty if it was uploaded; `person` is None for a
    scheduled refresh.
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
