"""Fixtures of the tests of pages."""

import pytest

from playground.commands.practice import fill_practice
from playground.workspace.models import Connection


@pytest.fixture
def practice() -> Connection:
    fill_practice()
    return Connection.objects.get(name="Practice")
