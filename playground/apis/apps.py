"""The app of imported APIs."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApisConfig(AppConfig):
    """Makes imported operations known at the start."""

    name = "playground.apis"

    def ready(self) -> None:
        # It needs the models, which can be imported only now.
        autodiscover_modules("catalog")
