"""What people do with a checked batch: start, pause, resume, stop, retry, decide.

Each function locks the batch, so that two clicks at once do one thing. They raise BatchRefused with
a sentence for people where something can't be done now.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.batches import ledger
from playground.batches.access import BatchRefused, Confirmation, may_run, may_stop
from playground.batches.ending import settle, validate_webhook
from playground.batches.lanes import open_lanes
from playground.batches.models import Batch, Row, SavedMapping
from playground.batches.preparing import MustPause, check_sender
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending.policy import current_origin
from playground.workspace.connections import host_of, resolve_base_url

MOST_CONCURRENT, HIGHEST_RATE = 50, 1000.0


@dataclass(frozen=True)
class Options:
    """How fast a batch sends, and when it stops by itself; None for no limit."""

    requests_per_second: float | None = None
    concurrency: int = 4
    stop_after_failures: int | None = None
    stop_after_percent: int | None = None
    webhook: str = ""


def find_confirmation(batch: Batch, requests: int | None = None) -> Confirmation | None:
    """Return what a person has to confirm before these requests are sent; None for nothing."""
    connection = batch.connection
    if connection is None or not connection.protected:
        return None
    host = host_of(resolve_base_url(connection.base_url, current_origin()))
    waiting = ledger.count(batch, Row.State.WAITING)
    return Confirmation(connection.name, host, waiting if requests is None else requests)


def validate_options(options: Options) -> str:
    """Return why these options can't be used; empty if they can."""
    rate, failures = options.requests_per_second, options.stop_after_failures
    if rate is not None and not 0 < rate <= HIGHEST_RATE:
        return _("Requests per second must be more than 0 and at most %d.") % HIGHEST_RATE
    if not 1 <= options.concurrency <= MOST_CONCURRENT:
        return _("Requests at the same time must be between 1 and %d.") % MOST_CONCURRENT
    if failures is not None and failures < 1:
        return _("The number of failures must be at least 1.")
    if options.stop_after_percent is not None and not 1 <= options.stop_after_percent <= 100:
        return _("The percentage of failures must be between 1 and 100.")
    return validate_webhook(options.webhook)


def set_options(person: Person, batch_id: uuid.UUID, options: Options) -> None:
    """Change rate, limits and webhook, also while it runs."""
    if message := validate_options(options):
        raise BatchRefused(message)
    with ledger.locked(batch_id) as batch:
        _require(may_run(person, batch))
        batch.requests_per_second = options.requests_per_second
        batch.concurrency = options.concurrency
        batch.stop_after_failures = options.stop_after_failures
        batch.stop_after_percent = options.stop_after_percent
        batch.webhook = options.webhook.strip()
        batch.save(
            update_fields=[
                "requests_per_second",
                "concurrency",
                "stop_after_failures",
                "stop_after_percent",
                "webhook",
            ]
        )


def start(person: Person, batch_id: uuid.UUID, confirm: str = "", trial: bool = False) -> Batch:
    """Begin to send the good rows, or with `trial` the first request only.

    A second click finds it running and changes nothing.
    """
    with ledger.locked(batch_id) as batch:
        _require(may_run(person, batch))
        if batch.state == Batch.State.RUNNING:
            return batch
        if batch.state != Batch.State.CHECKED:
            raise BatchRefused(_("Check the rows before you start."))
        if not ledger.count(batch, Row.State.WAITING):
            raise BatchRefused(_("There are no good rows to send. Correct the file, then check."))
        batch.started_at = timezone.now()
        _note_target(batch)
        _run(person, batch, confirm, "started", 1 if trial else None)
        _save_mapping(batch)
    return batch


def pause(person: Person, batch_id: uuid.UUID) -> Batch:
    """Send no more for now; requests that are under way finish."""
    with ledger.locked(batch_id) as batch:
        _require(may_stop(person, batch))
        if batch.state == Batch.State.RUNNING:
            ledger.pause_for(batch, _("Paused by %s.") % person.get_username())
            ledger.save_ledger(batch)
            record_event(person, "batch", batch.name, "paused")
        elif batch.state != Batch.State.PAUSED:
            raise BatchRefused(_("This isn't running."))
    return batch


def resume(person: Person, batch_id: uuid.UUID, confirm: str = "") -> Batch:
    """Go on after a pause or a stop."""
    with ledger.locked(batch_id) as batch:
        _require(may_run(person, batch))
        if batch.state == Batch.State.RUNNING:
            return batch
        if batch.state not in (Batch.State.PAUSED, Batch.State.STOPPED):
            raise BatchRefused(_("This isn't paused."))
        # The name was typed for these rows already, unless the address is another one now.
        has_moved = _note_target(batch)
        is_known = batch.confirmed and not has_moved
        _run(person, batch, confirm, "resumed", is_known=is_known)
        ledger.finish_if_done(batch)
        ledger.save_ledger(batch)
        settle(batch)
    return batch


def stop(person: Person, batch_id: uuid.UUID) -> Batch:
    """End the batch with its waiting rows unsent; requests that are under way finish."""
    with ledger.locked(batch_id) as batch:
        _require(may_stop(person, batch))
        if batch.state in (Batch.State.RUNNING, Batch.State.PAUSED):
            ledger.end(batch, Batch.State.STOPPED, _("Stopped by %s.") % person.get_username())
            ledger.save_ledger(batch)
            settle(batch)
        elif batch.state != Batch.State.STOPPED:
            raise BatchRefused(_("This isn't running."))
    return batch


def retry_failed(person: Person, batch_id: uuid.UUID, confirm: str = "") -> Batch:
    """Send the refused rows and those that weren't sent once more; unknown ones stay."""
    with ledger.locked(batch_id) as batch:
        _require(may_run(person, batch))
        _require_idle(batch)
        number = ledger.count(batch, Row.State.REFUSED) + ledger.count(batch, Row.State.NOT_SENT)
        if not number:
            raise BatchRefused(_("No row was refused or not sent."))
        _note_target(batch)
        failed = Row.objects.filter(batch=batch, state__in=(Row.State.REFUSED, Row.State.NOT_SENT))
        _return(batch, failed)
        _run(person, batch, confirm, "retried")
    return batch


def decide(
    person: Person,
    batch_id: uuid.UUID,
    requests: Sequence[int] | None,
    again: bool,
    confirm: str = "",
) -> Batch:
    """Send unknown requests again, or mark them as done; None for all of them."""
    with ledger.locked(batch_id) as batch:
        _require(may_run(person, batch))
        if again:
            _require_idle(batch)
        unknown = Row.objects.filter(batch=batch, state=Row.State.UNKNOWN)
        if requests is not None:
            unknown = unknown.filter(request__in=requests)
        number = unknown.filter(leader=True).count()
        if not number:
            raise BatchRefused(_("No such row is unknown any more. Reload the page."))
        if again:
            _note_target(batch)
            _return(batch, unknown)
            _run(person, batch, confirm, f"sent again: {number} unknown")
        else:
            unknown.update(state=Row.State.DONE)
            ledger.move(batch, Row.State.UNKNOWN, Row.State.DONE, number)
            ledger.save_ledger(batch)
            record_event(person, "batch", batch.name, f"marked as done: {number}")
    return batch


def _run(
    person: Person,
    batch: Batch,
    confirm: str,
    what: str,
    pause_after: int | None = None,
    is_known: bool = False,
) -> None:
    """Make a locked batch run. Raises BatchRefused if its connection must be confirmed first."""
    confirmation = None if is_known else find_confirmation(batch)
    if confirmation is not None and confirm.strip() != confirmation.name:
        text = ngettext(
            "%(name)s is protected. Type its name to send %(count)d request to %(host)s.",
            "%(name)s is protected. Type its name to send %(count)d requests to %(host)s.",
            confirmation.requests,
        )
        numbers = {"name": confirmation.name, "host": confirmation.host}
        if confirm.strip():
            record_event(person, "batch", batch.name, "refused: another name was typed")
        raise BatchRefused(text % (numbers | {"count": confirmation.requests}), confirmation)
    batch.confirmed = batch.confirmed or confirmation is not None
    try:
        check_sender(batch, batch.person, batch.connection)
    except MustPause as reason:
        raise BatchRefused(str(reason)) from None
    batch.state, batch.reason = Batch.State.RUNNING, ""
    batch.run_ended = batch.run_failed = 0
    batch.pause_after, batch.next_start_at, batch.ended_at = pause_after, None, None
    ledger.save_ledger(batch)
    batch.save(update_fields=["confirmed", "base_url"])
    record_event(person, "batch", batch.name, f"{what}: {batch.counts.get('waiting', 0)} waiting")
    open_lanes(batch)


def _note_target(batch: Batch) -> bool:
    """Remember where requests go now; return whether that was somewhere else before."""
    if batch.connection is None:
        raise BatchRefused(_("The connection was deleted. Start a new batch over another one."))
    former, batch.base_url = batch.base_url, batch.connection.base_url
    return former != batch.base_url


def _return(batch: Batch, rows: QuerySet[Row]) -> None:
    """Let requests wait once more. Their attempt stays: each one has its own exchange."""
    leaders = rows.filter(leader=True).order_by()
    numbers = {state: leaders.filter(state=state).count() for state in Row.State.values}
    rows.update(state=Row.State.WAITING)
    for state, number in numbers.items():
        ledger.move(batch, state, Row.State.WAITING, number)


def _save_mapping(batch: Batch) -> None:
    if batch.template_id is not None:
        mapping = {"mapping": batch.mapping}
        SavedMapping.objects.update_or_create(template_id=batch.template_id, defaults=mapping)


def _require(allowed: bool) -> None:
    if not allowed:
        raise BatchRefused(_("Only the person who made this batch can send it."))


def _require_idle(batch: Batch) -> None:
    if batch.state in (Batch.State.RUNNING, Batch.State.CHECKING, Batch.State.DRAFT):
        raise BatchRefused(_("Wait until this has ended, or pause it."))
