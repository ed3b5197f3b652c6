"""Drafts and their changes."""

import uuid

from django.conf import settings
from django.db import models

from playground.vault.encryption import SealedTextField
from playground.workspace.models import Connection


class Draft(models.Model):
    """A payload that one person works on.

    `text` is the document, byte for byte as it will be sent; `metadata` the JSON text that
    `Metadata.write` makes. Every edit increments `revision`. A draft of a template knows the
    version and variant that it started from, `resend_of` the exchange that it sends again.
    `payload_made_at` is when its payload was made, if that was before the draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    name = models.CharField(max_length=200, default="")
    operation = models.CharField(max_length=100)
    path_values = models.JSONField(default=dict)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, blank=True)
    text = SealedTextField(default="{}")
    metadata = SealedTextField(default="{}")
    # No foreign key: exchanges are deleted by age, and the draft should survive that.
    resend_of = models.UUIDField(null=True)
    revision = models.PositiveIntegerField(default=0)
    template = models.ForeignKey(
        "payload_templates.Template", models.SET_NULL, null=True, blank=True
    )
    template_version = models.PositiveIntegerField(default=0)
    variant = models.CharField(max_length=100, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    payload_made_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
    discarded_at = models.DateTimeField(null=True)
    # Spares each edit a look for steps to redo. It may be true although there are none left.
    can_redo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-changed_at"]
        indexes = [models.Index(fields=["person", "-changed_at"], name="drafts_of_person")]

    def __str__(self) -> str:
        return self.name or str(self.id)


class Change(models.Model):
    """One entry of a draft's change log: an edit, an undo or a redo.

    `pointer` is what it touched, `tab` the browser tab that it came from. `undo_step` groups the
    edits that are undone at once: typing in one field without leaving it. `detail` is the JSON
    text of what `describe_change` returns.
    """

    class State(models.TextChoices):
        DONE = "done"
        UNDONE = "undone"
        # Undone, and then another edit was made: it can no longer be redone.
        DROPPED = "dropped"

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField()
    pointer = models.TextField(default="")
    tab = models.CharField(max_length=40, default="")
    undo_step = models.CharField(max_length=80, default="")
    kind = models.CharField(max_length=10, default="edit")
    state = models.CharField(max_length=8, choices=State, default=State.DONE)
    detail = SealedTextField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["revision"]
        # The last resort against two edits of the same revision.
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="one_change_per_revision")
        ]
