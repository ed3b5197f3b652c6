"""The app of imported APIs."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApisConfig(AppConfig):
    """Registers imported operations at start-up."""

    name = "playground.apis"

    def ready(self) -> None:
        # The catalog imports the models, which aren't loaded before this point.
        autodiscover_modules("catalog")
