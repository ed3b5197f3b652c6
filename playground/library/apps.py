"""Registers the room with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from playground.library.stamps import make_triggers


class LibraryConfig(AppConfig):
    name = "playground.library"

    def ready(self) -> None:
        post_migrate.connect(make_triggers, sender=self)
