"""The walk of a send: find, check, assemble, record, send, judge, complete."""

import threading
import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from playground.calls.assembling import Endpoint, assemble
from playground.calls.values import Call, Failure, Outcome, Reply, Secret, Verdict
from playground.calls.verdicts import reach_verdict
from playground.drafts.credentials import draft_secrets
from playground.drafts.metadata import Metadata, variable_values
from playground.history.models import Exchange
from playground.history.recording import record_end, record_start
from playground.network import send_call
from playground.openapi.operations import VerdictRule
from playground.payload_templates.secrets import secrets_for
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending import failures
from playground.sending.plans import Plan
from playground.sending.policy import current_limits, current_origin, current_policy
from playground.sending.repeats import note_repeat
from playground.sending.send_context import describe_send_context, fingerprint_plan
from playground.vault.encryption import seal
from playground.workspace.addresses import resolve_base_url
from playground.workspace.files import open_file
from playground.workspace.models import Connection
from playground.workspace.secrets import list_secrets, note_secret_use, to_wire

GRACE = timedelta(seconds=30)
Result = Reply | Failure


@dataclass(frozen=True)
class Assembled:
    """The call; where it could not be put together a bare one, and the failure that says why."""

    call: Call = field(repr=False)
    failure: Failure | None = None


def assemble_plan(plan: Plan) -> Assembled:
    """Secrets join here, and from here on only `network` and the masking see them."""
    own = _own_secrets(plan)
    endpoint = _prefer(own, connect(plan.connection), plan)
    endpoint = replace(endpoint, headers=(*endpoint.headers, *plan.headers))
    assembled = assemble(
        plan.operation,
        endpoint,
        path_values=plan.path_values,
        query_values=plan.query_values,
        text=plan.text,
        secrets=[*_credentials(endpoint), *own],
        variables=variable_values(plan.connection, Metadata.read(plan.metadata)),
        files=open_file,
    )
    if isinstance(assembled, Failure):
        bare = Call(plan.operation.method, endpoint.base_url + plan.operation.path)
        return Assembled(bare, assembled)
    return Assembled(assembled)


def _own_secrets(plan: Plan) -> tuple[Secret, ...]:
    """Those of the draft, or of the version of a template that is sent without one."""
    if plan.draft is not None:
        return draft_secrets(plan.draft, current_origin())
    return secrets_for(plan.person, plan.version, plan.connection, current_origin())


def _prefer(own: tuple[Secret, ...], endpoint: Endpoint, plan: Plan) -> Endpoint:
    """A credential that came with the draft wins over the connection's own, at its host."""
    if plan.connection is None:
        return endpoint
    base = urlsplit(endpoint.base_url)
    place = (base.hostname or "", base.port or (443 if base.scheme == "https" else 80))
    names = {each.name for each in plan.operation.credential.fields if each.secret}
    mine = {each.name: each for each in own if each.name in names and each.may_go_to(*place)}
    return replace(endpoint, credentials={**endpoint.credentials, **mine})


def connect(connection: Connection | None) -> Endpoint:
    """The connection as plain values, its secrets readable: for the wire only."""
    if connection is None:
        return Endpoint("")
    settings = dict(connection.settings)
    way = str(settings.pop("way", ""))
    rows = to_wire(list_secrets(connection, None), connection, current_origin())
    secrets = {each.name: each for each in rows}
    return Endpoint(
        base_url=resolve_base_url(connection.base_url, current_origin()),
        credentials={**settings, **secrets},
        way=way,
        follow_redirects=connection.follow_redirects,
    )


def begin(plan: Plan, call: Call, person: Person | None, press: uuid.UUID | None) -> Exchange:
    """Commit the exchange before the first byte leaves; AlreadySubmitted for a second arrival."""
    connection, draft = plan.connection, plan.draft
    limits = current_limits()
    exchange = Exchange(
        submission=press,
        person=person,
        operation=plan.operation.id,
        connection_id=connection.id if connection else None,
        connection_name=connection.name if connection else "",
        draft_id=draft.id if draft else None,
        name=plan.name,
        path_values=plan.path_values,
        fingerprint=fingerprint_plan(plan),
        deadline=timezone.now() + timedelta(seconds=limits.total_seconds) + GRACE,
    )
    return record_start(
        exchange,
        call,
        document=seal(plan.text),
        metadata=seal(plan.metadata),
        context=describe_send_context(plan),
    )


def send_and_complete(
    exchange: Exchange, plan: Plan, call: Call, cancel: threading.Event
) -> Exchange:
    """What a thread of the pool does with one exchange, from the first byte to the verdict."""
    note_used(plan, call.secrets)
    return complete(exchange, plan, call, carry(call, cancel))


def carry(call: Call, cancel: threading.Event) -> Result:
    """The call over the wire, once. No database transaction is open here."""
    if cancel.is_set():
        return failures.cancelled_in_line()
    try:
        return send_call(call, current_policy(), current_limits(), cancel)
    except Exception as error:  # ours, not the network's: those come back as failures
        return failures.broken(type(error).__name__)


def complete(exchange: Exchange, plan: Plan, call: Call, result: Result) -> Exchange:
    """Judge what came of it, keep it masked, and add a line to the audit list."""
    verdict = judge_result(plan, result)
    ended = record_end(exchange, call, result, verdict, _job_of(plan.operation.verdict, verdict))
    note_end(ended)
    note_repeat(ended, plan.operation, plan.connection, call)
    return ended


def note_end(exchange: Exchange) -> None:
    """The line of the audit list: where to, over which connection, with which result."""
    host = exchange.url.partition("://")[2].partition("/")[0] or "nowhere"
    over = exchange.connection_name or "no connection"
    target = f"{exchange.operation} to {host} over {over}"
    outcome, code = str(exchange.outcome), exchange.code
    result = outcome if code in ("", outcome) else f"{outcome}: {code}"
    record_event(exchange.person, "send", target, result)


def judge_result(plan: Plan, result: Result) -> Verdict:
    return reach_verdict(plan.operation, result, plan.text)


def note_used(plan: Plan, secrets: tuple[Secret, ...]) -> None:
    draft_id = plan.draft.id if plan.draft else None
    note_secret_use(plan.connection, draft_id, [secret.name for secret in secrets])


def _credentials(endpoint: Endpoint) -> list[Secret]:
    return [each for each in endpoint.credentials.values() if isinstance(each, Secret)]


def _job_of(rule: VerdictRule, verdict: Verdict) -> str:
    """The UID of the job that was started, where the operation's data says it starts one."""
    started = bool(rule.job) and verdict.outcome == Outcome.ACCEPTED
    return verdict.params.get("job_uid", "") if started else ""
