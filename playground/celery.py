"""The Celery application of the workers: `celery -A playground worker`."""

import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()
app = import_string("playground.engine.celery_adapter.app")
