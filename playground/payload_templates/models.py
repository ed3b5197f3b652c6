"""Templates, their versions, the links that share them, and who likes which."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from playground.vault.encryption import SealedTextField
from playground.workspace.models import Connection


class Sharing(models.TextChoices):
    PRIVATE = "private", _("only you")
    VIEW = "view", _("the team may use it")
    EDIT = "edit", _("the team may use and change it")


class Template(models.Model):
    """A payload kept under a name. What it holds stands in its versions, `latest` is the newest.

    The columns repeat what lists show and search, so that a list reads no document. `tags` is
    written `|night|vip|`. `parent` is what it was forked from, at version `parent_version`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="templates")
    name = models.CharField(max_length=200)
    description = models.TextField(default="")
    tags = models.CharField(max_length=500, default="")
    folder = models.CharField(max_length=200, default="")
    sharing = models.CharField(max_length=7, choices=Sharing, default=Sharing.PRIVATE)
    operation = models.CharField(max_length=100)
    workflow_uid = models.CharField(max_length=200, default="")
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True)
    variants = models.PositiveIntegerField(default=0)
    latest = models.PositiveIntegerField(default=1)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="forks")
    parent_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-changed_at"]
        indexes = [
            models.Index(fields=["-changed_at"], name="templates_by_change"),
            models.Index(fields=["name"], name="templates_by_name"),
            models.Index(fields=["-used_at"], name="templates_by_use"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tag_list(self) -> list[str]:
        return [tag for tag in self.tags.split("|") if tag]


class Version(models.Model):
    """One save of a template, never changed afterwards.

    `text` is the document as typed, `metadata` what a draft keeps beside it, `variants` a JSON
    list as text: `[{"name": …, "edits": [{"kind", "pointer", "value", "order"}]}]`.
    """

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = SealedTextField(default="{}")
    metadata = SealedTextField(default="{}")
    variants = SealedTextField(default="[]")
    path_values = models.JSONField(default=dict)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True)
    note = models.CharField(max_length=500, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    person_name = models.CharField(max_length=150, default="")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_of_template")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} version {self.number}"


class Favourite(models.Model):
    """Somebody marked this template with a star."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    template = models.ForeignKey(Template, models.CASCADE, related_name="favourites")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "template"], name="one_star_a_person")
        ]


class LinkKind(models.TextChoices):
    VIEW = "view", _("view")
    FILL = "fill", _("fill and send")
    FORK = "fork", _("fork")


class ShareLink(models.Model):
    """An address that shows one version to somebody without an account.

    Only the token's digest is kept. `open_fields` is a JSON list of pointers as text; with
    `connection` they can be filled and sent, `most_sends` times in all, `per_hour` in an hour.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(Template, models.CASCADE, related_name="links")
    version = models.ForeignKey(Version, models.CASCADE, related_name="links")
    variant = models.CharField(max_length=100, default="")
    kind = models.CharField(max_length=4, choices=LinkKind)
    digest = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=100, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    password = models.CharField(max_length=200, default="")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True)
    open_fields = models.TextField(default="[]")
    most_sends = models.PositiveIntegerField(default=0)
    per_hour = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    sent = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class LinkSend(models.Model):
    """One send through a link; the exchange itself is kept in the history."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="sends")
    at = models.DateTimeField(auto_now_add=True)
    press = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["link", "-at"], name="sends_of_link")]
