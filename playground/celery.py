"""The Celery application of the workers: `celery -A playground worker`."""

import os

import django
from celery import signals
from django.core.management import CommandError
from django.db import DatabaseError
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
# Before the import of anything with models.
django.setup()
app = import_string("playground.engine.celery_adapter.app")
check_worker = import_string("playground.commands.startup.check_worker")


@signals.celeryd_init.connect  # type: ignore[untyped-decorator]
def require_usable_data(**_: object) -> None:
    """Stop a worker that could send nothing, as it has other keys or came before the migrations."""
    try:
        check_worker()
    except CommandError as error:
        raise SystemExit(str(error)) from None
    except DatabaseError:
        # It may come back. Until then the log says why nothing is sent.
        return
