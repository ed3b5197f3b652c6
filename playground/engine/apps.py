"""Loads the tasks of every app, so that each process knows whatever may be enqueued."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EngineConfig(AppConfig):
    name = "playground.engine"

    def ready(self) -> None:
        autodiscover_modules("tasks")
