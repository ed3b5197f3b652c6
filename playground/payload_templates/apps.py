"""Registers the package with Django."""

from django.apps import AppConfig


class PayloadTemplatesConfig(AppConfig):
    name = "playground.payload_templates"
