"""Registers the room with Django."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LibraryConfig(AppConfig):
    name = "playground.library"

    def ready(self) -> None:
        post_migrate.connect(_watch, sender=self)


def _watch(**told: Any) -> None:
    """The tables can be read from now on, so what reads them may be imported."""
    from playground.library import facts, stamps  # noqa: PLC0415

    stamps.make_triggers(facts.WATCHED)
