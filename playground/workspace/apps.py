"""Registers the room with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from playground.workspace.stamps import make_triggers


class WorkspaceConfig(AppConfig):
    name = "playground.workspace"

    def ready(self) -> None:
        post_migrate.connect(make_triggers, sender=self)
