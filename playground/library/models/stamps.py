"""What tells that something known outside the documents has changed."""

from django.db import models


class Stamp(models.Model):
    """One row, whose value is a new one after every change of a watched table.

    The database writes it itself, see `stamps`; nothing here ever does.
    """

    value = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.value
