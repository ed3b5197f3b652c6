"""Registers the checks of the settings for `check --deploy` and `check_installation`."""

from django.apps import AppConfig
from django.core import checks

from playground.commands.settings_checks import CHECKS, TAG


class CommandsConfig(AppConfig):
    name = "playground.commands"

    def ready(self) -> None:
        # Only when asked for: other commands would repeat the warnings each time.
        for check in CHECKS:
            checks.register(check, TAG, deploy=True)
