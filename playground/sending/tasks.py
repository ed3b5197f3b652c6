"""The periodic work on sends, syncs, documents and the history, and its intervals."""

from playground.engine.periodic import periodic
from playground.engine.processes import remove_old_processes
from playground.engine.threads import remove_old_requests
from playground.history.retention import purge_history
from playground.history.totals import update_totals
from playground.sending.document_refreshing import refresh_due_apis
from playground.sending.following import follow_jobs
from playground.sending.queued_sends import recover_queue
from playground.sending.recovery import end_abandoned
from playground.sending.sync_runs import recover_syncs

RECOVERY_SECONDS = 15.0
TOTALS_SECONDS = 60.0
HOUR = 3600.0
FOLLOWING_SECONDS, REFRESH_SECONDS = 5.0, 60.0

periodic(FOLLOWING_SECONDS)(follow_jobs)
periodic(REFRESH_SECONDS)(refresh_due_apis)


@periodic(RECOVERY_SECONDS)
def recover() -> None:
    """Take up what a process that died has left."""
    end_abandoned()
    recover_queue()
    recover_syncs()


@periodic(TOTALS_SECONDS)
def count_sends() -> None:
    """Add what has ended to the totals, so that metrics have little left to count."""
    update_totals()


@periodic(HOUR)
def clean_up() -> None:
    """Remove what the settings say is too old, and what nothing needs any more."""
    purge_history()
    remove_old_processes()
    remove_old_requests()
