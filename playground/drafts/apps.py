"""Registers the package with Django."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "playground.drafts"
