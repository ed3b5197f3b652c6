"""The end of a send: judge the result, record it and its consequences."""

import copy
import json
import logging
import traceback
from collections.abc import Iterable
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from playground.calls.fields import replace_unstorable
from playground.calls.masking import mask_text
from playground.calls.values import Call, Failure, Outcome, Reply, Verdict
from playground.calls.verdicts import reach_verdict
from playground.history.models import Exchange
from playground.history.recording import record_broken, record_end
from playground.openapi.documents import get_value
from playground.people.audit import make_event, record_events
from playground.people.models import AuditEvent
from playground.sending.held_results import store_when_possible
from playground.sending.plans import WORKFLOW_UID, Plan
from playground.vault.storage_errors import find_cause
from playground.workspace.jobs import follow_again
from playground.workspace.models import Connection, Repeat
from playground.workspace.workflows import find_workflow

logger = logging.getLogger("playground.sending")

NOT_FOUND = 404
# The path parameter of operations on a job that exists.
JOB_UID = "job_uid"
Result = Reply | Failure


def complete_exchange(
    exchange: Exchange, plan: Plan, call: Call, result: Result, wait_for_storage: bool = False
) -> Exchange:
    """Judge and store the result; return the exchange as it ended. Never raises.

    Any failure in here ends the exchange at once as *unknown*, with the reply. Only a full disk or
    a busy database makes a thread of the send pool wait, with `wait_for_storage`.
    """
    try:
        verdict = reach_verdict(plan.operation, result, plan.sent_text)
        # Only operations whose data says so start jobs; elsewhere `job_uid` means something
        # else.
        starts_job = bool(plan.operation.verdict.job) and verdict.outcome == Outcome.ACCEPTED
        job_uid = verdict.params.get("job_uid", "") if starts_job else ""

        def record() -> Exchange:
            # All or nothing: no accepted launch without its repeat.
            with transaction.atomic():
                recorded = record_end(exchange, call, result, verdict, job_uid)
                record_repeat(recorded, plan, call)
                _try_to_audit(recorded)
            return recorded

        what = f"The reply to send {exchange.id}"
        ended = store_when_possible(record, what) if wait_for_storage else record()
    except Exception as error:
        log_error("Completing an exchange", exchange, error)
        ended = _end_as_broken(exchange, plan, call, result, error)
        with suppress(Exception):  # logged
            _try_to_audit(ended)
    try_to_follow_again(ended, plan)
    return ended


def _try_to_audit(exchange: Exchange) -> None:
    """Audit an ended exchange, in the transaction that ends it: one commit instead of two.

    A failure in here doesn't change the verdict. Raises only errors of the storage itself.
    """
    try:
        with transaction.atomic():
            audit_exchange(exchange)
    except Exception as error:
        log_error("Auditing an exchange", exchange, error)
        # After such an error the database may have undone the outer transaction as well.
        if find_cause(error) is not None:
            raise


def _end_as_broken(
    exchange: Exchange, plan: Plan, call: Call, result: Result, error: Exception
) -> Exchange:
    """End an exchange whose completion failed, with as much of its result as can be stored."""
    verdict = judge_broken(plan, result, error)
    for kept in (result, Failure(verdict.code, verdict.message, True, seconds=result.seconds)):
        try:
            return record_broken(exchange, call, kept, verdict)
        except Exception as another:
            log_error("Recording an exchange", exchange, another)
    # Nothing can be stored now: this page shows the result, and recovery ends the row later.
    ended = copy.copy(exchange)
    ended.outcome, ended.code, ended.message = verdict.outcome, verdict.code, verdict.message
    return ended


def judge_broken(plan: Plan, result: Result, error: Exception) -> Verdict:
    """Return the verdict on a result that couldn't be judged or recorded."""
    if isinstance(result, Failure) and not result.left:
        return Verdict(Outcome.NOT_SENT, result.code, result.message, result.params)
    message = "Unknown: API Playground failed while recording the reply. See the log for the error."
    params = {"kind": type(error).__name__}
    try:
        # Even then an answer comes with advice on finding out what happened to the call.
        return reach_verdict(
            plan.operation, Failure("broken", message, True, params), plan.sent_text
        )
    except Exception:
        return Verdict(Outcome.UNKNOWN, "broken", message, params)


def log_error(action: str, exchange: Exchange, error: Exception) -> None:
    """Log an internal error with its traceback."""
    logger.error("%s failed (%s): %s", action, exchange.id, describe_error(error))


def describe_error(error: Exception) -> str:
    """The type and traceback of an error, without its message, which may quote what was sent."""
    lines = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__}\nTraceback (most recent call last):\n{''.join(lines)}"


def audit_exchange(exchange: Exchange) -> None:
    """Add an ended exchange to the audit log: host, connection and outcome, no values."""
    audit_exchanges([exchange])


def audit_exchanges(exchanges: Iterable[Exchange]) -> None:
    """As `audit_exchange`, for many."""
    record_events([_describe_exchange(each) for each in exchanges])


def _describe_exchange(exchange: Exchange) -> AuditEvent:
    # The URL itself may contain values of the document; its host doesn't.
    host = exchange.url.partition("://")[2].partition("/")[0] or "nowhere"
    target = f"{exchange.operation} to {host} over {exchange.connection_name or 'no connection'}"
    outcome, code = str(exchange.outcome), exchange.code
    result = outcome if code in ("", outcome) else f"{outcome}: {code}"
    return make_event(exchange.person, "send", target, result)


def record_repeat(exchange: Exchange, plan: Plan, call: Call) -> None:
    """Record what an ended exchange did to the repeats of its connection.

    The API doesn't list repeats: we only know those that were set or deleted from here.
    """
    connection, operation = plan.connection, plan.operation
    if connection is None:
        return
    accepted = exchange.outcome == Outcome.ACCEPTED
    if operation.repeat and accepted:
        _create_repeat(exchange, plan, connection, call)
    # A 404 for a delete means that the repeat is already gone, but only if it comes from the API:
    # proxies return pages of their own.
    is_gone = exchange.status == NOT_FOUND and exchange.outcome == Outcome.REFUSED
    if operation.ends_repeat and (accepted or is_gone):
        name = exchange.path_values.get(operation.ends_repeat, "")
        active = connection.repeats.filter(job_name=name, deleted_at=None)
        active.update(deleted_at=timezone.now())
        connection.touch_facts()


def try_to_follow_again(exchange: Exchange, plan: Plan) -> None:
    """Follow the job that a call started again, such as a retry. The exchange is stored already."""
    uid, connection_id = plan.path_values.get(JOB_UID, ""), exchange.connection_id
    # New jobs are found in the history; these have a record that says they ended.
    is_again = plan.operation.verdict.job and exchange.outcome == Outcome.ACCEPTED and uid
    if not is_again or connection_id is None:
        return
    try:
        with transaction.atomic():
            follow_again(connection_id, uid, exchange.person_id)
    except Exception as error:
        log_error("Following a job", exchange, error)


def _create_repeat(exchange: Exchange, plan: Plan, connection: Connection, call: Call) -> None:
    # Read from the bytes that were sent: references are resolved there.
    try:
        body = json.loads(call.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    found = {key: get_value(body, path) for key, path in plan.operation.repeat.items()}
    if found["unit"] is None and found["every"] is None:
        return  # launched once
    masked = {key: mask_text(str(value), call.secrets) for key, value in found.items()}
    texts = {key: replace_unstorable(text) for key, text in masked.items()}
    uid = plan.path_values.get(WORKFLOW_UID, "")
    workflow = find_workflow(connection, uid)
    Repeat.objects.create(
        connection=connection,
        job_name=texts["name"][:500],
        unit=texts["unit"][:20],
        every=texts["every"][:40],
        workflow_uid=uid[:200],
        workflow_name=workflow.name if workflow else "",
        exchange_id=exchange.id,
        set_by=exchange.person_name,
    )
    connection.touch_facts()
