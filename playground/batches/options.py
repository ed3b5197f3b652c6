"""How fast a batch sends, and when it stops by itself."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.access import InvalidSetup, may_run, require_sender
from playground.batches.models import Batch
from playground.people.models import Person
from playground.sending.webhooks import validate_webhook

MOST_CONCURRENT, HIGHEST_RATE = 50, 1000.0
# What the column of the database takes.
MOST_FAILURES = 2**31 - 1


@dataclass(frozen=True)
class Options:
    """How fast a batch sends, and when it stops by itself; None for no limit."""

    requests_per_second: float | None = None
    concurrency: int = 4
    stop_after_failures: int | None = None
    stop_after_percent: int | None = None
    webhook: str = ""


def validate_options(options: Options) -> str:
    """Return why these options can't be used; empty if they can."""
    rate, failures = options.requests_per_second, options.stop_after_failures
    if rate is not None and not 0 < rate <= HIGHEST_RATE:
        return _("Requests per second must be more than 0 and at most %d.") % HIGHEST_RATE
    if not 1 <= options.concurrency <= MOST_CONCURRENT:
        return _("Requests at the same time must be between 1 and %d.") % MOST_CONCURRENT
    if failures is not None and failures < 1:
        return _("The number of failures must be at least 1.")
    if failures is not None and failures > MOST_FAILURES:
        return _("The number of failures must be at most %s.") % f"{MOST_FAILURES:,}"
    if options.stop_after_percent is not None and not 1 <= options.stop_after_percent <= 100:
        return _("The percentage of failures must be between 1 and 100.")
    return validate_webhook(options.webhook)


def set_options(person: Person, batch_id: uuid.UUID, options: Options) -> None:
    """Change rate, limits and webhook, also while it runs."""
    check_changes(asdict(options))
    change_options(person, batch_id, asdict(options))


def check_changes(changes: Mapping[str, Any]) -> None:
    """Raise InvalidSetup for options that can't be used. May look up a host: that takes time."""
    if message := validate_options(replace(Options(), **changes)):
        raise InvalidSetup(message)


def change_options(person: Person, batch_id: uuid.UUID, changes: Mapping[str, Any]) -> None:
    """Change some of the options by their names, after `check_changes`; the others stay."""
    with ledger.locked(batch_id) as batch:
        require_sender(may_run(person, batch))
        for name, value in changes.items():
            setattr(batch, name, value.strip() if name == "webhook" else value)
        batch.save(update_fields=list(changes))


def get_options(batch: Batch) -> Options:
    """The options of a batch as they are stored."""
    return Options(**{each.name: getattr(batch, each.name) for each in fields(Options)})
