"""Files that go along as attachments."""

import secrets

from django.conf import settings
from django.db import models


def make_id() -> str:
    """What `{{file:ID}}` names: a letter first, and nobody can guess the rest."""
    return "f" + secrets.token_hex(10)


class File(models.Model):
    """One attachment: what it is called and of which type. Its bytes stand on disk, once for
    each digest, however many files have them. `media_type` is exactly what stands between
    `data:` and `;base64`.
    """

    id = models.CharField(primary_key=True, max_length=40, default=make_id, editable=False)
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=300, default="")
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
