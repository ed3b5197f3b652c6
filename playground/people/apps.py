"""Registers the package with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "playground.people"
