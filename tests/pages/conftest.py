"""Fixtures of the tests of pages."""

import pytest

from playground.commands.practice import fill_practice
from playground.workspace.models import Connection
from tests.buckets import attachments, bucket, bucket_server

__all__ = ["attachments", "bucket", "bucket_server"]


@pytest.fixture
def practice() -> Connection:
    fill_practice()
    return Connection.objects.get(name="Practice")
