"""Registers the room with Django, and says which static files are collected."""

from django.apps import AppConfig
from django.contrib.staticfiles import apps


class CommandsConfig(AppConfig):
    name = "playground.commands"
    default = True


class StaticFilesConfig(apps.StaticFilesConfig):
    """Leaves out the parts of Ace that no page asks for: 2,000 files."""

    default = False
    ignore_patterns = [
        *apps.StaticFilesConfig.ignore_patterns,
        "snippets",
        "keybinding-*",
        "mode-[!jt]*",
        "worker-[!j]*",
    ]
