"""What every test starts from: plain static files, and people of each role."""

from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from playground.people.models import Person, Role
from playground.people.rate_limits import guesses

PASSWORD = "correct horse battery"


def pytest_configure() -> None:
    """Without collected files there are no names by content: the tests ask for plain ones."""
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    # A thread that keeps its connection would keep the test's database from being removed.
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    # Nothing is written to the test's database but by the test.
    settings.HEARTBEAT_SECONDS = 0
    any_clock: dict[str, Any] = {
        "deadline": None,
        "suppress_health_check": [HealthCheck.too_slow],
    }
    # The same examples in every run: one that fails is due to what was changed. Others are tried
    # by `pytest --hypothesis-profile exploring`.
    hypothesis_settings.register_profile("repeatable", derandomize=True, **any_clock)
    hypothesis_settings.register_profile("exploring", **any_clock)
    hypothesis_settings.load_profile("repeatable")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, of two tests of one name only one would run."""
    twice = [name for name, times in Counter(each.nodeid for each in items).items() if times > 1]
    if twice:
        raise pytest.UsageError(f"two tests have one name: {', '.join(twice)}")


def make_person(role: Role, name: str = "") -> Person:
    return Person.objects.create_user(name or role.value, password=PASSWORD, role=role)


def signed_in(person: Person, **kwargs: bool) -> Client:
    """A client of this person's; `enforce_csrf_checks=True` makes it as strict as a browser."""
    client = Client(**kwargs)
    client.force_login(person)
    return client


@pytest.fixture(autouse=True)
def _nobody_has_guessed() -> None:
    """Guesses at links and tokens are counted in the process, which tests share."""
    guesses.clear()


@pytest.fixture
def owner(db: None) -> Person:
    return make_person(Role.OWNER)


@pytest.fixture
def editor(db: None) -> Person:
    return make_person(Role.EDITOR)


@pytest.fixture
def viewer(db: None) -> Person:
    return make_person(Role.VIEWER)


@pytest.fixture
def as_owner(owner: Person) -> Client:
    return signed_in(owner)


@pytest.fixture
def as_editor(editor: Person) -> Client:
    return signed_in(editor)


@pytest.fixture
def as_viewer(viewer: Person) -> Client:
    return signed_in(viewer)
