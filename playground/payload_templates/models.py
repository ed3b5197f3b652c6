"""Templates, their versions, favourites, and the links that share them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from playground.vault.encryption import SealedTextField
from playground.workspace.models import Connection


class Sharing(models.TextChoices):
    PRIVATE = "private", _("Only you")
    VIEW = "view", _("Team can use it")
    EDIT = "edit", _("Team can use and edit it")


class Template(models.Model):
    """A payload saved under a name; its content is in its versions.

    `tags` are stored as `|night|vip|`. `parent` is the template it was forked from, and
    `parent_version` the version of it that the fork has seen. Some columns repeat the newest
    version, so that lists can show and search them without reading documents.
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
    variant_count = models.PositiveIntegerField(default=0)
    latest_version = models.PositiveIntegerField(default=1)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="forks")
    parent_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    # Set by saving a version only: renaming or starring a template doesn't move it up the list.
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

    `text` is the document as typed, `metadata` the draft's metadata as JSON, `variants` a JSON
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
    # Who saved it; the name is kept when the account is deleted.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    person_name = models.CharField(max_length=150, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            # The last guard against two people who save at once.
            models.UniqueConstraint(fields=["template", "number"], name="version_of_template")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} version {self.number}"


class Favourite(models.Model):
    """A person's star on a template."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    template = models.ForeignKey(Template, models.CASCADE, related_name="favourites")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "template"], name="one_star_a_person")
        ]


class LinkKind(models.TextChoices):
    VIEW = "view", _("View")
    FILL = "fill", _("Fill in and send")
    FORK = "fork", _("Fork")


class ShareLink(models.Model):
    """A link that shows one version of a template to people without an account.

    `fillable_fields` is a JSON list of pointers as text. They can be filled in and sent through
    `connection`, up to `max_sends` times in all and `max_sends_per_hour` in an hour.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(Template, models.CASCADE, related_name="links")
    version = models.ForeignKey(Version, models.CASCADE, related_name="links")
    variant = models.CharField(max_length=100, default="")
    kind = models.CharField(max_length=4, choices=LinkKind)
    # Of the token, which itself isn't stored: who reads the database can't open the links.
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    password = models.CharField(max_length=200, default="")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True)
    fillable_fields = models.TextField(default="[]")
    max_sends = models.PositiveIntegerField(default=0)
    max_sends_per_hour = models.PositiveIntegerField(default=0)
    open_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)
    send_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class LinkSend(models.Model):
    """One send through a link, found in the history by its submission."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="sends")
    sent_at = models.DateTimeField(auto_now_add=True)
    submission = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["link", "-sent_at"], name="sends_of_link")]
