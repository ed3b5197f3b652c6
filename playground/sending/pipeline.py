"""The steps of one send up to its result: assemble, record the start, call."""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from playground.calls.assembling import Endpoint, assemble, choose_scheme
from playground.calls.masking import list_inserted_files
from playground.calls.substitution import AssemblyError, FileData
from playground.calls.values import Call, Failure, Secret
from playground.drafts.metadata import Metadata, variable_values
from playground.history.models import Exchange
from playground.history.recording import record_start
from playground.network import send_call
from playground.payload_templates.secrets import secrets_for
from playground.people.models import Person
from playground.sending.access_tokens import Renewal, doubt_tokens, load_tokens, renew_tokens
from playground.sending.completing import Result, complete_exchange, describe_error, log_error
from playground.sending.file_access import find_openable_files
from playground.sending.plans import Plan, describe_context, fingerprint_plan
from playground.sending.policy import current_limits, current_origin, current_policy
from playground.sending.send_limits import enforce_limits
from playground.vault.models import Secret as StoredSecret
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.connections import resolve_base_url
from playground.workspace.file_access import hold_files
from playground.workspace.files import find_damage, open_file
from playground.workspace.models import File
from playground.workspace.secrets import (
    is_use_recorded,
    list_secrets,
    note_secret_use,
    to_wire,
)

logger = logging.getLogger("playground.sending")

SendOnce = Callable[[Call, threading.Event], Result]
# How long after its time limit a send counts as lost.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Assembled:
    """The call, or a bare one and the failure that says why it could not be assembled;
    `binds_secrets` is set if the draft has secrets that are not bound to a host yet;
    `unrecorded` names secrets of the call whose use wasn't recorded recently; `needs_tokens`
    means that `fetch_tokens` has to complete it before it is sent."""

    call: Call = field(repr=False)
    failure: Failure | None = None
    binds_secrets: bool = False
    unrecorded: tuple[str, ...] = ()
    needs_tokens: bool = False


@dataclass(frozen=True)
class Wire:
    """A connection with its secrets, looked up once for one call or for many.

    `secrets` are the draft's or version's own, `rows` all that may be used. `needs_tokens` is
    set if a token of the credential has to be fetched before anything is sent.
    """

    endpoint: Endpoint
    secrets: tuple[Secret, ...] = field(repr=False)
    rows: tuple[StoredSecret, ...] = field(repr=False)
    binds_secrets: bool = False
    needs_tokens: bool = False


def load_wire(plan: Plan) -> Wire:
    """Look up what joins the calls of this plan last."""
    origin = current_origin()
    rows = list_secrets(plan.connection, plan.draft.id if plan.draft else None)
    own_rows = [row for row in rows if row.draft_id is not None]
    own = to_wire(own_rows, plan.connection, origin)
    if plan.draft is None:
        own = secrets_for(plan.person, plan.version, plan.connection, origin, plan.schedule_version)
    shared = to_wire([row for row in rows if row.draft_id is None], plan.connection, origin)
    binds = any(not row.hosts for row in own_rows)
    endpoint, needs_tokens = _build_endpoint(plan, shared, own, origin), False
    if plan.connection is not None and any(s.tokens for s in plan.operation.credential.schemes):
        scheme = choose_scheme(plan.operation, endpoint, plan.sent_text)
        wanted = scheme.tokens if scheme else ()
        tokens, needs_tokens = load_tokens(plan.connection, wanted, origin)
        endpoint = replace(endpoint, credentials={**endpoint.credentials, **tokens})
    return Wire(endpoint, own, tuple(rows), binds, needs_tokens)


def fetch_tokens(plan: Plan, cancel: threading.Event) -> Failure | None:
    """Fetch the tokens that the plan's calls need; return the failure, if any.

    Call this outside a transaction, from a thread that doesn't serve pages.
    """
    credential = plan.operation.credential
    connection = plan.connection
    if connection is None or not any(each.tokens for each in credential.schemes):
        return None

    def load_endpoint() -> Endpoint:
        return load_wire(plan).endpoint

    scheme = choose_scheme(plan.operation, load_endpoint(), plan.sent_text)
    renewal = Renewal(connection, plan.operation.api.credential, load_endpoint, cancel)
    # One token serves all operations: the API's has the scopes of all of them.
    known = {t.field: t for each in plan.operation.api.credential.schemes for t in each.tokens}
    tokens = [known.get(each.field, each) for each in scheme.tokens] if scheme else []
    return renew_tokens(renewal, tokens)


def assemble_plan(plan: Plan, wire: Wire | None = None) -> Assembled:
    """Put the call together. From here on it holds secrets: show it only masked.

    Callers with many plans that differ in document and path values only pass the same `wire`.
    """
    wire = wire or load_wire(plan)
    endpoint, metadata = wire.endpoint, Metadata.read(plan.metadata)
    assembled = assemble(
        plan.operation,
        endpoint,
        path_values=plan.path_values,
        query_values=plan.query_values,
        text=plan.sent_text,
        media_type=metadata.media_type,
        # The draft's own come last: of two secrets with one name the last one is used.
        secrets=[
            *(s for s in endpoint.credentials.values() if isinstance(s, Secret)),
            *wire.secrets,
        ],
        variables=variable_values(plan.connection, metadata),
        files=partial(_open_file, plan),
        now=plan.now,
    )
    binds = wire.binds_secrets
    if isinstance(assembled, Failure):
        # History shows at least where the call would have gone.
        bare = Call(plan.operation.method, endpoint.base_url + plan.operation.path)
        return Assembled(bare, assembled, binds)
    sent = {secret.name for secret in assembled.secrets}
    unrecorded = {r.name for r in wire.rows if r.name in sent and not is_use_recorded(r)}
    return Assembled(assembled, None, binds, tuple(sorted(unrecorded)), wire.needs_tokens)


def complete_assembled(plan: Plan, assembled: Assembled, cancel: threading.Event) -> Assembled:
    """The call completed with its tokens, or why there are none."""
    if not assembled.needs_tokens or assembled.failure is not None:
        return assembled
    try:
        failure = fetch_tokens(plan, cancel)
    except Exception as error:
        # Network errors are returned as failures, so this is a bug or a broken database.
        logger.error("Fetching a token failed: %s", describe_error(error))
        message = "Not sent: API Playground failed while fetching a token. See the log."
        failure = Failure("token-broken", message, left=False)
    if failure is not None:
        return replace(assembled, failure=failure)
    return replace(assemble_plan(plan), needs_tokens=False)


def _open_file(plan: Plan, file_id: str) -> FileData | None:
    """The file; None if it doesn't exist or belongs to somebody else. Raises AssemblyError."""
    if not find_openable_files(plan.opener, [file_id], plan.version):
        return None
    # Read to its end before anything is sent: half a file must not go out.
    file = File.objects.get(id=file_id)
    name = file.name or file_id
    try:
        why = find_damage(file)
    except FilesUnavailable:
        raise AssemblyError("file-unavailable", name=name) from None
    if why:
        raise AssemblyError("file-damaged", name=name, why=why)
    return open_file(file_id)


def find_deadline() -> datetime:
    """Return when even a slow send that begins now must have ended."""
    return timezone.now() + timedelta(seconds=current_limits().total_seconds) + GRACE


def start_exchange(
    plan: Plan,
    call: Call,
    person: Person | None,
    submission: uuid.UUID | None,
    queued: bool = False,
) -> Exchange:
    """Commit the exchange before the first byte leaves; a queued one waits for a worker.

    Raises AlreadySubmitted when the same submission arrived before, TooManySends beyond a limit.
    """
    exchange = make_exchange(plan, person, submission)
    if queued:
        exchange.deadline = timezone.now() + timedelta(seconds=settings.QUEUE_SECONDS)
    with enforce_limits(plan.connection, person, submission):
        started = record_start(
            exchange,
            call,
            document=plan.text,
            metadata=plan.metadata,
            context=describe_context(plan),
            queued=queued,
        )
    hold_files(started.id, list_inserted_files(call))
    return started


def make_exchange(plan: Plan, person: Person | None, submission: uuid.UUID | None) -> Exchange:
    """Return the exchange of a plan, which isn't stored yet."""
    connection, draft = plan.connection, plan.draft
    return Exchange(
        submission=submission,
        person=person,
        operation=plan.operation.id,
        connection_id=connection.id if connection else None,
        connection_name=connection.name if connection else "",
        draft_id=draft.id if draft else None,
        name=plan.name,
        path_values=plan.path_values,
        fingerprint=fingerprint_plan(plan),
        deadline=find_deadline(),
    )


def send_and_complete(
    exchange: Exchange, plan: Plan, assembled: Assembled, cancel: threading.Event
) -> Exchange:
    """Send a started exchange and return it as it ended; runs in a thread of the pool."""
    try:
        note_use(plan, assembled)
    except Exception as error:
        # Just a date: the send doesn't depend on it.
        log_error("Noting the use of secrets", exchange, error)
    assembled = complete_assembled(plan, assembled, cancel)
    result = assembled.failure or perform_call(assembled.call, cancel)
    doubt_tokens(plan.connection, assembled.call, result)
    return complete_exchange(exchange, plan, assembled.call, result, wait_for_storage=True)


def note_use(plan: Plan, assembled: Assembled) -> None:
    """Record when the secrets of the call were last used, to the minute."""
    if assembled.unrecorded:
        draft_id = plan.draft.id if plan.draft else None
        note_secret_use(plan.connection, draft_id, assembled.unrecorded)


def perform_call(call: Call, cancel: threading.Event, send: SendOnce | None = None) -> Result:
    """Make the call once, with `send` if there is one. No database transaction may be open here.

    Whether bytes may have left decides between *not sent* and *unknown*, and thereby whether
    people may send again without risk.
    """
    if cancel.is_set():
        message = "Not sent: cancelled before the first byte left."
        return Failure("cancelled", message, left=False)
    try:
        if send is not None:
            return send(call, cancel)
        return send_call(call, current_policy(), current_limits(), cancel)
    except Exception as error:
        # The network's errors come back as failures: this is a bug, and nobody knows how far
        # the request got.
        logger.error("A send failed: %s", describe_error(error))
        message = "Unknown: API Playground failed while sending this. See the log for the error."
        return Failure("broken", message, left=True, params={"kind": type(error).__name__})


def _build_endpoint(
    plan: Plan, shared: tuple[Secret, ...], own: tuple[Secret, ...], origin: str
) -> Endpoint:
    """Return where the call goes, with the credential and the headers it takes along."""
    connection = plan.connection
    if connection is None:
        return Endpoint("", headers=plan.headers)
    values = dict(connection.settings)
    way = str(values.pop("way", ""))
    base_url = resolve_base_url(connection.base_url, origin)
    # A credential that was pasted with the payload replaces the connection's, but only at the
    # host it was given for.
    base = urlsplit(base_url)
    target = (base.hostname or "", base.port or (443 if base.scheme == "https" else 80))
    names = {each.name for each in plan.operation.credential.fields if each.secret}
    pasted = {each.name: each for each in own if each.name in names and each.may_go_to(*target)}
    return Endpoint(
        base_url=base_url,
        credentials={**values, **{each.name: each for each in shared}, **pasted},
        way=way,
        headers=plan.headers,
        follow_redirects=connection.follow_redirects,
    )
