"""What people do with a checked batch: start, pause, resume, stop, retry, decide.

Each function locks the batch, so that two clicks at once do one thing. They raise BatchRefused with
a sentence for people where something can't be done now.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.batches import ledger
from playground.batches.access import (
    BatchRefused,
    Confirmation,
    may_run,
    may_stop,
    require_sender,
)
from playground.batches.ending import settle
from playground.batches.lanes import open_lanes
from playground.batches.models import Batch, IdempotencyKey, Row, SavedMapping
from playground.batches.preparing import MustPause, check_sender
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending.policy import current_origin
from playground.workspace.connections import host_of, resolve_base_url


def find_confirmation(batch: Batch, requests: int | None = None) -> Confirmation | None:
    """Return what a person has to confirm before these requests are sent; None for nothing."""
    connection = batch.connection
    if connection is None or not connection.protected:
        return None
    host = host_of(resolve_base_url(connection.base_url, current_origin()))
    waiting = ledger.count(batch, Row.State.WAITING)
    return Confirmation(connection.name, host, waiting if requests is None else requests)


def start(person: Person, batch_id: uuid.UUID, confirm: str = "", trial: bool = False) -> Batch:
    """Begin to send the good rows, or with `trial` the first request only.

    A second click finds it running and changes nothing.
    """
    with _locked_to_send(person, batch_id, confirm) as batch:
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
        require_sender(may_stop(person, batch))
        if batch.state == Batch.State.RUNNING:
            ledger.pause_for(batch, _("Paused by %s.") % person.get_username())
            ledger.save_ledger(batch)
            record_event(person, "batch", batch.name, "paused")
        elif batch.state != Batch.State.PAUSED:
            raise BatchRefused(_("This isn't running."))
    return batch


def resume(person: Person, batch_id: uuid.UUID, confirm: str = "") -> Batch:
    """Go on after a pause or a stop."""
    with _locked_to_send(person, batch_id, confirm) as batch:
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
        require_sender(may_stop(person, batch))
        if batch.state in (Batch.State.RUNNING, Batch.State.PAUSED):
            ledger.end(batch, Batch.State.STOPPED, _("Stopped by %s.") % person.get_username())
            ledger.save_ledger(batch)
            settle(batch)
        elif batch.state != Batch.State.STOPPED:
            raise BatchRefused(_("This isn't running."))
    return batch


def retry_failed(
    person: Person, batch_id: uuid.UUID, confirm: str = "", key: uuid.UUID | None = None
) -> Batch:
    """Send the refused rows and those that weren't sent once more; unknown ones stay.

    The same key does so only once.
    """
    with _locked_to_send(person, batch_id, confirm) as batch:
        if _is_repeated(batch, key, "retry"):
            return batch
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
    key: uuid.UUID | None = None,
) -> Batch:
    """Send unknown requests again, or mark them as done; None for all of them.

    The same key does so only once.
    """
    with _locked_to_send(person, batch_id, confirm) as batch:
        if _is_repeated(batch, key, "decide", requests, again):
            return batch
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


@contextmanager
def _locked_to_send(person: Person, batch_id: uuid.UUID, confirm: str) -> Iterator[Batch]:
    """Lock a batch that this person may send."""
    try:
        with ledger.locked(batch_id) as batch:
            require_sender(may_run(person, batch))
            yield batch
    except BatchRefused as error:
        if error.confirmation is not None and confirm.strip():
            # After the transaction, which was rolled back.
            name = Batch.objects.values_list("name", flat=True).get(pk=batch_id)
            record_event(person, "batch", name, "refused: another name was typed")
        raise


def _is_repeated(batch: Batch, key: uuid.UUID | None, *call: Any) -> bool:
    """Whether this call on a locked batch came with this key before; if not, it is noted."""
    if key is None:
        return False
    digest = hashlib.sha256(json.dumps(call).encode()).hexdigest()
    found, is_new = IdempotencyKey.objects.get_or_create(
        batch_id=batch.pk, key=key, defaults={"call_digest": digest}
    )
    if not is_new and found.call_digest != digest:
        raise BatchRefused(_("This key was used for another call. Use a new one."))
    return not is_new


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


def _require_idle(batch: Batch) -> None:
    if batch.state in (Batch.State.RUNNING, Batch.State.CHECKING, Batch.State.DRAFT):
        raise BatchRefused(_("Wait until this has ended, or pause it."))
