"""Fetch OAuth tokens of connections before a send that needs one, once for all senders."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from playground.calls.assembling import Endpoint, explain_error
from playground.calls.masking import mask_text
from playground.calls.oauth import FetchedToken, TokenRefusal, read_token_reply, write_token_call
from playground.calls.substitution import AssemblyError
from playground.calls.values import Call, Failure, Reply, Secret
from playground.network import send_call
from playground.openapi.credentials import Credential, OAuthToken
from playground.sending.policy import current_limits, current_policy
from playground.vault.models import AccessToken
from playground.workspace.connections import host_of, resolve_hosts
from playground.workspace.models import Connection
from playground.workspace.secrets import replace_secret

logger = logging.getLogger("playground.sending")

# Grace period beyond the send timeout after which a claim of a token counts as abandoned.
GRACE = timedelta(seconds=10)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
# Placeholder shown, recorded and masked until the token is known. It is never sent.
PENDING = "not fetched yet"
UNAUTHORIZED = 401


def load_tokens(
    connection: Connection, tokens: Sequence[OAuthToken], origin: str
) -> tuple[dict[str, Secret], bool]:
    """The token values by field, and whether one has to be fetched first."""
    if not tokens:
        return {}, False
    rows = {row.field: row for row in connection.access_tokens.all()}
    found, is_pending = {}, False
    for token in tokens:
        row = rows.get(token.field)
        is_due = row is None or not row.value or row.renew_at <= timezone.now()
        is_pending |= is_due
        hosts = resolve_hosts(row.hosts if row else host_of(connection.base_url), origin)
        value = row.value if row and row.value else PENDING
        found[token.field] = Secret(token.field, value, hosts)
    return found, is_pending


@dataclass(frozen=True)
class Renewal:
    """Everything needed to fetch the tokens of a connection.

    `load_endpoint` reads the client's values on demand: a refresh token may have been replaced
    since the send was planned.
    """

    connection: Connection
    credential: Credential
    load_endpoint: Callable[[], Endpoint]
    cancel: threading.Event


def renew_tokens(renewal: Renewal, tokens: Iterable[OAuthToken]) -> Failure | None:
    """Fetch the tokens that are missing or about to expire; return the failure, if any.

    Call this outside a transaction, from a thread that doesn't serve pages: it waits for the
    token server, or for another thread or process that is already fetching.
    """
    for token in tokens:
        if failure := _renew(renewal, token):
            return failure
    return None


def _renew(renewal: Renewal, token: OAuthToken) -> Failure | None:
    started, pause = timezone.now(), FIRST_PAUSE
    longest = timedelta(seconds=current_limits().total_seconds) + GRACE
    while (now := timezone.now()) < started + 2 * longest:
        row = _find_row(renewal.connection, token)
        if row.value and row.renew_at > now:
            return None
        if row.failed_at and row.failed_at >= started:
            # The attempt that this one waited for has failed: an immediate retry would too.
            return _report(row, Failure("token-refused", row.failure, left=False))
        # A single statement, so only one of several threads and processes gets the row.
        free = AccessToken.objects.filter(pk=row.pk, renew_at=row.renew_at, claimed_until__lte=now)
        if free.update(claimed_until=now + longest):
            return _fetch_claimed(row, token, renewal)
        if renewal.cancel.wait(pause):
            return Failure("cancelled", "Not sent: cancelled before the first byte left.", False)
        pause = min(2 * pause, LONGEST_PAUSE)
    return Failure("token-late", "Not sent: the token server didn't answer in time.", left=False)


def _find_row(connection: Connection, token: OAuthToken) -> AccessToken:
    past = timezone.now() - timedelta(days=1)
    row, _ = AccessToken.objects.get_or_create(
        connection=connection,
        field=token.field,
        defaults={"expires_at": past, "renew_at": past, "claimed_until": past},
    )
    return row


def _fetch_claimed(row: AccessToken, token: OAuthToken, renewal: Renewal) -> Failure | None:
    """Fetch the token of a claimed row, and always release the claim."""
    claimed = AccessToken.objects.filter(pk=row.pk)
    try:
        fetched = fetch_token(token, renewal)
    except BaseException:
        claimed.update(claimed_until=timezone.now())
        raise
    now = timezone.now()
    if isinstance(fetched, Failure):
        claimed.update(claimed_until=now, failed_at=now, failure=fetched.message)
        return _report(row, fetched)
    if fetched.refresh_token and token.refresh_token:
        # The old refresh token may now be revoked (RFC 6749, section 6).
        replace_secret(renewal.connection, token.refresh_token, fetched.refresh_token)
    # Updates nothing if the connection was edited meanwhile, which makes this token outdated.
    claimed.update(
        value=fetched.value,
        hosts=host_of(renewal.connection.base_url),
        expires_at=fetched.expires_at,
        renew_at=fetched.renew_at,
        claimed_until=now,
        failed_at=None,
        failure="",
    )
    return None


def doubt_tokens(connection: Connection | None, call: Call, result: Reply | Failure) -> None:
    """If the API rejected a call, have its tokens fetched again for the next one.

    The call itself isn't repeated: that is for people to decide.
    """
    if connection is None or not isinstance(result, Reply) or result.status != UNAUTHORIZED:
        return
    now = timezone.now()
    sent = {(each.name, each.value) for each in call.secrets}
    for row in connection.access_tokens.filter(renew_at__gt=now):
        # With many calls in flight, the token may have been renewed before the last ones end.
        if (row.field, row.value) in sent:
            same = AccessToken.objects.filter(pk=row.pk, renew_at=row.renew_at)
            same.update(renew_at=now, expires_at=now)


def describe_tokens(connection: Connection | None, credential: Credential) -> str:
    """A string that changes when a token of the connection is renewed or has to be."""
    if connection is None or not any(each.tokens for each in credential.schemes):
        return ""
    rows = connection.access_tokens.order_by("field").values_list("renew_at", flat=True)
    return " ".join(each.isoformat() for each in rows)


def _report(row: AccessToken, failure: Failure) -> Failure | None:
    """The failure, unless the old token is still valid."""
    if row.value and row.expires_at > timezone.now():
        logger.warning("The token %s wasn't renewed: %s", row.field, failure.message)
        return None
    return failure


def fetch_token(token: OAuthToken, renewal: Renewal) -> FetchedToken | Failure:
    """Request a token; retry with the client in the body if the server ignores the header."""
    refusal, endpoint = TokenRefusal(""), renewal.load_endpoint()
    for in_body in (False, True):
        try:
            call = write_token_call(token, renewal.credential, endpoint, in_body)
        except AssemblyError as error:
            return explain_error(error)
        result = send_call(call, current_policy(), current_limits(), renewal.cancel)
        if not isinstance(result, Reply):
            message = f"Not sent: there is no token. {result.message}"
            return Failure("token-unreachable", message, left=False, params=result.params)
        read = read_token_reply(result, timezone.now())
        if isinstance(read, FetchedToken):
            return read
        refusal = TokenRefusal(mask_text(read.message, call.secrets), read.code)
        if not refusal.concerns_client:
            break
    return Failure("token-refused", f"Not sent: {refusal.message}", left=False)
