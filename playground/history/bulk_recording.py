"""Recording of many exchanges at a time, for batches: a few statements however many there are.

Both functions that write belong in a transaction of the caller's, which adds rows of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery

from playground.calls.content import fingerprint_reply
from playground.calls.masking import mask_reply
from playground.calls.values import Call, Failure, Reply, Verdict
from playground.engine.processes import identify_process
from playground.history.bodies import pack_body
from playground.history.models import Body, Exchange, SearchText, SentDocument
from playground.history.recording import (
    MAY_END,
    describe_for_search,
    describe_reply,
    describe_result,
    list_contents,
    prepare_start,
)

# What ends change.
ENDED_FIELDS = (
    "outcome",
    "code",
    "params",
    "message",
    "ended_at",
    "seconds",
    "job_uid",
    "redirects",
    "status",
    "reason",
    "content_type",
    "reply_size",
    "wire_size",
    "truncated",
    "seconds_to_first_byte",
    "address",
    "unreadable",
    "reply_digest",
    "changed_from",
    "reply_head",
    "reply_body",
)


@dataclass(frozen=True)
class Start:
    """An exchange to record, with the masked call and what was sent from."""

    exchange: Exchange
    request: Body
    document: str = field(repr=False)
    metadata: str
    context: Body


@dataclass(frozen=True)
class End:
    """A masked result to record; `bodies` are headers and body of a reply."""

    exchange: Exchange
    values: dict[str, Any] = field(repr=False)
    bodies: tuple[Body, ...] = ()


def make_start(
    exchange: Exchange, call: Call, document: str, metadata: str, context: Body
) -> Start:
    """Mask and pack what `record_starts` will store; needs no database.

    The caller fills in where the exchange comes from, as for `record_start`.
    """
    request = pack_body(prepare_start(exchange, call))
    exchange.process = identify_process()
    return Start(exchange, request, document, metadata, context)


def record_starts(starts: Sequence[Start]) -> None:
    """Add the exchanges. Raises IntegrityError if one of the submissions was recorded before."""
    _store(body for each in starts for body in (each.request, each.context))
    for each in starts:
        each.exchange.request = each.request
    Exchange.objects.bulk_create([each.exchange for each in starts])
    SentDocument.objects.bulk_create(
        SentDocument(
            exchange=each.exchange,
            document=each.document,
            metadata=each.metadata,
            context=each.context,
        )
        for each in starts
    )


def make_end(
    exchange: Exchange, call: Call, result: Reply | Failure, verdict: Verdict, job_uid: str = ""
) -> End:
    """Mask and pack what `record_ends` will store; needs no database."""
    values: dict[str, Any] = describe_result(call, result, verdict, job_uid)
    if isinstance(result, Failure):
        return End(exchange, values)
    reply = mask_reply(result, call.secrets)
    values |= describe_reply(reply) | {"reply_digest": fingerprint_reply(reply)}
    return End(exchange, values, tuple(map(pack_body, list_contents(reply))))


def record_ends(ends: Sequence[End], compare: bool = False) -> list[Exchange]:
    """Store the results of exchanges that haven't ended yet; return those, changed in place.

    Only with `compare` are replies compared with earlier ones of the same document.
    """
    keys = [each.exchange.pk for each in ends]
    # Locked: recovery may be ending one of them as abandoned.
    rows = Exchange.objects.select_for_update(no_key=True).filter(MAY_END, pk__in=keys)
    open_keys = set(rows.order_by().values_list("pk", flat=True))
    ends = [each for each in ends if each.exchange.pk in open_keys]
    if not ends:
        return []
    _store(body for each in ends for body in each.bodies)
    for each in ends:
        for name, value in each.values.items():
            setattr(each.exchange, name, value)
        if each.bodies:
            each.exchange.reply_head, each.exchange.reply_body = each.bodies
    exchanges = [each.exchange for each in ends]
    if compare:
        _compare(exchanges)
    # One statement for all of them: `bulk_update` writes a CASE for each column and row.
    Exchange.objects.bulk_create(
        exchanges, update_conflicts=True, unique_fields=["number"], update_fields=ENDED_FIELDS
    )
    SearchText.objects.bulk_create(
        [SearchText(exchange=each, text=describe_for_search(each)) for each in exchanges],
        update_conflicts=True,
        unique_fields=["exchange"],
        update_fields=["text"],
    )
    return exchanges


def _compare(exchanges: Sequence[Exchange]) -> None:
    """Note which replies differ from the same person's last one to the same document."""
    earlier = Exchange.objects.filter(
        fingerprint=OuterRef("fingerprint"),
        person=OuterRef("person"),
        number__lt=OuterRef("number"),
        reply_digest__gt="",
    )
    last = earlier.order_by("-number").values("number")[:1]
    replied = {each.pk: each for each in exchanges if each.fingerprint and each.reply_digest}
    rows = Exchange.objects.filter(pk__in=list(replied)).annotate(last=Subquery(last)).order_by()
    lasts = dict(rows.filter(last__isnull=False).values_list("pk", "last"))
    found = Exchange.objects.filter(pk__in=set(lasts.values())).order_by()
    digests = {
        pk: (key, digest) for pk, key, digest in found.values_list("pk", "id", "reply_digest")
    }
    for pk, last_pk in lasts.items():
        key, digest = digests[last_pk]
        replied[pk].changed_from = key if digest != replied[pk].reply_digest else None


def _store(bodies: Iterable[Body]) -> None:
    # Sorted: two transactions that add the same bodies in another order would lock each other.
    found = {each.digest: each for each in bodies}
    Body.objects.bulk_create([found[key] for key in sorted(found)], ignore_conflicts=True)
