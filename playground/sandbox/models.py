"""What the sandbox stores: jobs, repeats, updated accounts, requests it has answered."""

import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


class SandboxJob(models.Model):
    """One launch. Its status isn't stored: it follows from the start time (see `jobs`)."""

    uid = models.CharField(max_length=36, unique=True)
    workflow_uid = models.CharField(max_length=36, db_index=True)
    name = models.TextField()
    # Encrypted, since people also try out launches with real names and addresses.
    sealed_steps = models.BinaryField()
    sealed_inputs = models.BinaryField()
    number_inputs = models.PositiveIntegerField()
    number_failed = models.PositiveIntegerField()
    number_rows = models.PositiveIntegerField()
    end_status = models.CharField(max_length=16)
    error_message = models.TextField(blank=True)
    scheduled_at = models.DateTimeField()
    started_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.uid})"

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps as sent."""
        steps: list[dict[str, Any]] = decrypt_json(self.sealed_steps)
        return steps

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The input rows as sent."""
        inputs: list[dict[str, Any]] = decrypt_json(self.sealed_inputs)
        return inputs


class SandboxRepeat(models.Model):
    """A launch that repeats, identified by its job name as in the real API."""

    # Not unique: the real API accepts a second repeat of the same name.
    job_name = models.TextField(db_index=True)
    workflow_uid = models.CharField(max_length=36)
    unit = models.CharField(max_length=8)
    interval = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job_name} every {self.interval} {self.unit}"


class UpdatedAccount(models.Model):
    """An account that was added or updated; its credentials aren't stored."""

    uid = models.CharField(max_length=36, unique=True)
    integration = models.CharField(max_length=64, db_index=True)
    name = models.TextField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AnsweredRequest(models.Model):
    """A request that Altcraft would not carry out twice within a day."""

    key = models.CharField(max_length=64, unique=True)
    answered_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


def encrypt_json(value: Any) -> bytes:
    """A JSON value, encrypted with the newest key of this installation."""
    return _make_cipher().encrypt(json.dumps(value, ensure_ascii=False).encode())


def decrypt_json(sealed: bytes | memoryview) -> Any:
    # PostgreSQL returns binary columns as memoryview.
    return json.loads(_make_cipher().decrypt(bytes(sealed)))


def _make_cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRET_KEYS])
