"""The WSGI application, for waitress, gunicorn and other servers."""

import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()
application = import_string("playground.commands.web_process.application")
