"""Recovery of batches: what a process that died has left goes on in another one."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.ending import recover_webhooks, settle
from playground.batches.lanes import LOST, open_lanes, run_lane
from playground.batches.models import Batch, Lane, Row
from playground.batches.preparing import find_submission
from playground.batches.reading import recover_checks
from playground.batches.sending_rows import STATES, set_result
from playground.calls.values import Outcome
from playground.engine.processes import has_ended
from playground.engine.tasks import enqueue
from playground.history.models import Exchange
from playground.history.recording import ABANDONED

MOST_LANES = 1000


def recover_batches() -> None:
    """Free the lanes of dead processes, settle their rows, and have lanes run again."""
    _free_lanes()
    sending = {"counts__has_key": Row.State.SENDING}
    for key in Batch.objects.filter(**sending).values_list("pk", flat=True):
        with ledger.locked(key) as batch:
            reconcile(batch)
    idle = Batch.objects.filter(state=Batch.State.RUNNING, lanes=None)
    for key in idle.values_list("pk", flat=True):
        with ledger.locked(key) as batch:
            if batch.state == Batch.State.RUNNING:
                open_lanes(batch)
    _enqueue_lanes()
    recover_checks()
    recover_webhooks()


def reconcile(batch: Batch) -> None:
    """Give the rows of a locked batch that seem under way what became of their exchanges."""
    rows = Row.objects.filter(batch=batch, state=Row.State.SENDING, leader=True)
    keys = {
        find_submission(batch.pk, request or 0, attempt): request or 0
        for request, attempt in rows.values_list("request", "attempt")
    }
    found = {each.submission: each for each in Exchange.objects.filter(submission__in=list(keys))}
    ended = []
    for key, request in keys.items():
        exchange = found.get(key)
        if exchange is not None and exchange.outcome == Outcome.SENDING:
            continue
        # Without an exchange nobody knows: it was removed from the history.
        state = STATES[Outcome(exchange.outcome)] if exchange else Row.State.UNKNOWN
        exchange = exchange or Exchange(
            code=ABANDONED, message=_("Unknown: its entry in the history was removed.")
        )
        set_result(batch, request, state, exchange)
        ledger.move(batch, Row.State.SENDING, state)
        ended.append(state)
    if ended:
        ledger.note_ended(batch, ended)
        ledger.stop_if_failing(batch)
        ledger.finish_if_done(batch)
        ledger.save_ledger(batch)
        settle(batch)


def pause_restored() -> None:
    """Pause what runs in restored data: the installation it comes from may have sent it since."""
    reason = _(
        "Paused, because this was restored from a backup. Rows that are waiting here may have been "
        "sent since: check that before you resume."
    )
    for key in Batch.objects.filter(state=Batch.State.RUNNING).values_list("pk", flat=True):
        with ledger.locked(key) as batch:
            reconcile(batch)
            ledger.pause_for(batch, reason)
            ledger.save_ledger(batch)
    Lane.objects.all().delete()
    Batch.objects.filter(state=Batch.State.CHECKING).update(state=Batch.State.DRAFT)
    Batch.objects.filter(webhook_due=True).update(webhook_due=False)


def _free_lanes() -> None:
    for lane in Lane.objects.exclude(process="")[:MOST_LANES]:
        # Nobody can ask a machine that is gone: its lanes aren't kept any more.
        is_silent = Lane.objects.filter(pk=lane.pk, due_at__lt=Now())
        if has_ended(lane.process) or is_silent.exists():
            held = Lane.objects.filter(pk=lane.pk, process=lane.process)
            held.update(process="", due_at=Now())


def _enqueue_lanes() -> None:
    # A time too far ahead was set before the clock was set back.
    due = Q(due_at__lte=Now()) | Q(due_at__gt=Now() + timedelta(minutes=5))
    for lane in Lane.objects.filter(due, process="")[:MOST_LANES]:
        Lane.objects.filter(pk=lane.pk).update(due_at=Now() + LOST)
        enqueue(run_lane, lane.pk)
