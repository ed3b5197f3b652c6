"""People and what they may do."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    VIEWER = "viewer", "viewer"
    EDITOR = "editor", "editor"
    OWNER = "owner", "owner"


class Person(AbstractUser):
    """Somebody who signs in. The role bounds what they may do, in all rooms."""

    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    @property
    def may_edit(self) -> bool:
        return self.role in (Role.EDITOR, Role.OWNER)

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER
