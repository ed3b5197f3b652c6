"""Registers the package with Django."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "playground.history"
