"""The only code that writes exchanges. Everything is masked here, where it is recorded.

`bulk_recording` does the same for many exchanges at a time.
"""

import copy
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from playground.calls.content import find_content_type, fingerprint_reply
from playground.calls.fields import replace_unstorable
from playground.calls.masking import format_masked, mask_call, mask_reply, mask_texts
from playground.calls.values import Call, Failure, Outcome, Reply, Secret, Verdict
from playground.engine.processes import identify_process
from playground.history.bodies import dump_masked_call, store_bodies
from playground.history.models import Exchange, SearchText, SentDocument

ABANDONED = "abandoned"
LONGEST_SEARCH_TEXT = 2_000
# An exchange ends once. Only where it was given up does a late result count.
MAY_END = Q(outcome=Outcome.SENDING) | Q(code=ABANDONED)


class AlreadySubmitted(Exception):
    """This submission has an exchange already."""


def record_start(
    exchange: Exchange,
    call: Call,
    document: str = "",
    metadata: str = "{}",
    context: str = "",
    queued: bool = False,
) -> Exchange:
    """Complete, mask and commit a new exchange before its first byte leaves.

    The caller fills in where it comes from; the rest follows from `call`, which holds the
    secrets. `metadata` and `context` are JSON texts. A `queued` exchange has no process yet.
    Raises AlreadySubmitted when the same submission arrived before.
    """
    request = prepare_start(exchange, call)
    exchange.process = "" if queued else identify_process()
    try:
        with transaction.atomic():
            exchange.request, stored_context = store_bodies(request, context.encode())
            exchange.save(force_insert=True)
            SentDocument.objects.create(
                exchange=exchange, document=document, metadata=metadata, context=stored_context
            )
    except IntegrityError:
        # The unique column decides which of two simultaneous submissions is sent: a check
        # before the INSERT would leave a gap between them.
        key = exchange.submission
        if key and Exchange.objects.filter(submission=key).exists():
            raise AlreadySubmitted from None
        raise
    return exchange


def prepare_start(exchange: Exchange, call: Call) -> bytes:
    """Fill in what follows from the call, masked; return the masked call to store."""
    masked, person = mask_call(call), exchange.person
    exchange.person_name = person.get_username() if person else ""
    texts = [exchange.name, *map(str, exchange.path_values.values())]
    name, *values = mask_texts(texts, call.secrets)
    exchange.name = name[:300]
    exchange.path_values = dict(zip(exchange.path_values, values, strict=True))
    exchange.method, exchange.url = masked.method, format_masked(masked.url)
    exchange.started_at = timezone.now()
    return dump_masked_call(masked).encode()


def record_claim(exchange: Exchange, call: Call, deadline: datetime) -> Exchange:
    """Record that this process sends a queued exchange from now on, and the call as it will be."""
    masked, claimed = mask_call(call), copy.copy(exchange)
    # Variables such as the time have other values than when it was queued.
    [claimed.request] = store_bodies(dump_masked_call(masked).encode())
    claimed.method, claimed.url = masked.method, format_masked(masked.url)
    claimed.process, claimed.deadline = identify_process(), deadline
    claimed.save(update_fields=["request", "method", "url", "process", "deadline"])
    return claimed


def record_end(
    exchange: Exchange, call: Call, result: Reply | Failure, verdict: Verdict, job_uid: str = ""
) -> Exchange:
    """Store the result, masked, and return the ended exchange with its bodies in memory.

    An exchange ends once. Only where it was given up as abandoned does a late result count.
    """
    values = describe_result(call, result, verdict, job_uid)
    # Masking decodes and searches the body: do that before the transaction holds up others.
    reply = mask_reply(result, call.secrets) if isinstance(result, Reply) else None
    digest = fingerprint_reply(reply) if reply is not None else ""
    # No savepoint: the caller may have opened a transaction to add rows of its own.
    with transaction.atomic(savepoint=False):
        if reply is not None:
            head, body = store_bodies(*list_contents(reply))
            values |= describe_reply(reply) | {"reply_head": head, "reply_body": body}
            values |= {"reply_digest": digest, "changed_from": _find_changed(exchange, digest)}
        return _end(exchange, values)


def describe_result(
    call: Call, result: Reply | Failure, verdict: Verdict, job_uid: str = ""
) -> dict[str, object]:
    """Return the columns of an end, masked, without those of the reply."""
    values = _describe_verdict(verdict, call.secrets)
    values |= {"ended_at": timezone.now(), "seconds": result.seconds}
    values |= {"job_uid": replace_unstorable(job_uid)[:200]}
    # Secrets have already been removed from their URLs.
    return values | {"redirects": [asdict(each) for each in result.redirects]}


def record_broken(
    exchange: Exchange, call: Call, result: Reply | Failure, verdict: Verdict
) -> Exchange:
    """End an exchange whose result could not be recorded by `record_end`.

    Stores the masked reply and nothing derived from it, because that may be what failed.
    """
    values = describe_result(call, result, verdict)
    reply = mask_reply(result, call.secrets) if isinstance(result, Reply) else None
    with transaction.atomic():
        if reply is not None:
            head, body = store_bodies(*list_contents(reply))
            values |= describe_reply(reply) | {"reply_head": head, "reply_body": body}
        return _end(exchange, values)


def record_abandoned(exchange: Exchange, verdict: Verdict) -> Exchange:
    """End an exchange that no process is sending now; return it as stored."""
    values = _describe_verdict(verdict, ()) | {"code": ABANDONED, "ended_at": timezone.now()}
    with transaction.atomic():
        return _end(exchange, values)


def set_shared(exchange: Exchange, shared: bool) -> None:
    """Let every signed-in person open the exchange by its URL, or take that back."""
    exchange.shared = shared
    exchange.save(update_fields=["shared"])


def describe_for_search(exchange: Exchange) -> str:
    """Return the search text of the list, which is already masked.

    It leaves out the message, which may quote the reply: that is sealed and searched with bodies.
    """
    parts = [
        exchange.name,
        *map(str, exchange.path_values.values()),
        exchange.job_uid,
        exchange.url,
        exchange.connection_name,
        exchange.person_name,
    ]
    return "\n".join(part for part in parts if part).casefold()[:LONGEST_SEARCH_TEXT]


def _end(exchange: Exchange, values: Mapping[str, object]) -> Exchange:
    """Write these columns and the search text. The caller opens the transaction."""
    # A copy, since the page that waits may be rendering `exchange` in another thread. It spares
    # that page from reading back what is in memory already.
    ended = copy.copy(exchange)
    for name, value in values.items():
        setattr(ended, name, value)
    # The condition is part of the UPDATE: two processes may try to end the same exchange.
    if not Exchange.objects.filter(MAY_END, pk=exchange.pk).update(**values):
        ended.refresh_from_db()
        return ended
    # One statement, though there is a row already if the exchange was given up as abandoned.
    SearchText.objects.bulk_create(
        [SearchText(exchange=ended, text=describe_for_search(ended))],
        update_conflicts=True,
        unique_fields=["exchange"],
        update_fields=["text"],
    )
    return ended


def _find_changed(exchange: Exchange, digest: str) -> uuid.UUID | None:
    """Return the same person's last send of the same document if its reply was different."""
    if not exchange.fingerprint:
        return None
    # "Greater than empty", because `exclude` and chained calls cost more to build than to run.
    earlier = Exchange.objects.filter(
        fingerprint=exchange.fingerprint,
        person=exchange.person_id,
        number__lt=exchange.number,
        reply_digest__gt="",
    )
    last = earlier.values_list("id", "reply_digest").first()  # newest first, as always
    return last[0] if last and last[1] != digest else None


def _describe_verdict(verdict: Verdict, secrets: tuple[Secret, ...]) -> dict[str, object]:
    # Messages quote the reply, and a reply may echo the credential it was sent.
    texts = [verdict.message, *map(str, verdict.params.values())]
    message, *values = map(replace_unstorable, mask_texts(texts, secrets))
    return {
        "outcome": verdict.outcome,
        "code": verdict.code,
        "params": dict(zip(verdict.params, values, strict=True)),
        "message": message,
    }


def list_contents(reply: Reply) -> tuple[bytes, bytes]:
    """Return headers and body of a masked reply as they are stored."""
    return json.dumps(reply.headers).encode(), reply.body


def describe_reply(reply: Reply) -> dict[str, object]:
    """Return the columns of a masked reply, without those of its bodies."""
    return {
        "status": reply.status,
        "reason": replace_unstorable(reply.reason)[:200],
        "content_type": replace_unstorable(find_content_type(reply))[:200],
        "reply_size": len(reply.body),
        "wire_size": reply.wire_bytes,
        "truncated": reply.truncated,
        "seconds_to_first_byte": reply.seconds_to_first_byte,
        "address": reply.address[:80],
        "unreadable": reply.unreadable[:300],
    }
