"""Tasks: functions with the id of their work as argument, run in the background.

The database says what is to be done, and a task begins by claiming it there. So a task may come
twice, or late, or never: then a periodic task finds its work and enqueues it again.
"""

import uuid
from collections.abc import Callable
from functools import cache, partial

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from playground.engine.threads import Task, get_pool

Function = Callable[[str], None]
_registry: dict[str, Function] = {}


def task(function: Function) -> Function:
    """Decorate a function that any process may run, given its name and the id of its work."""
    _registry[function.__name__] = function
    return function


def enqueue(function: Function, work_id: object) -> None:
    """Run a task once the open transaction commits, or at once if none is open."""
    transaction.on_commit(partial(_submit, function.__name__, str(work_id)))


def make_task(name: str, work_id: str) -> Task:
    """Return the task that runs a registered function. Raises KeyError for an unknown name."""
    function = _registry[name]
    return Task(find_task_id(name, work_id), lambda cancel: function(work_id))


def find_task_id(name: str, work_id: str) -> uuid.UUID:
    """Return the id of the task: that of its work, if it has a UUID."""
    try:
        return uuid.UUID(work_id)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{name}/{work_id}")


def uses_workers() -> bool:
    """Return whether tasks go to workers rather than to threads of this process."""
    return bool(settings.BROKER_URL)


@cache
def _load_publish() -> Callable[[str, str], None]:
    # Only by name: without a broker Celery need not be installed.
    found: Callable[[str, str], None] = import_string("playground.engine.celery_adapter.publish")
    return found


def _submit(name: str, work_id: str) -> None:
    if uses_workers():
        _load_publish()(name, work_id)
        return
    # A full or stopping pool takes nothing: the work stays in the database until there is room.
    get_pool().submit_once(make_task(name, work_id))
