"""Registers the room with Django."""

from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    name = "playground.interface"
