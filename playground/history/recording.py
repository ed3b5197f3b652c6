"""The only place that writes exchanges. Everything is masked here, where it is recorded."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from playground.calls.content import fingerprint_reply
from playground.calls.masking import format_masked, mask_call, mask_reply, mask_text
from playground.calls.values import Call, Failure, Outcome, Reply, Secret, Verdict
from playground.history.bodies import keep_body
from playground.history.masked import write_masked
from playground.history.models import Exchange, Original
from playground.history.processes import name_holder
from playground.history.search_words import note_words
from playground.people.models import Person

ABANDONED = "abandoned"


@dataclass(frozen=True)
class Start:
    """What begins. `call` holds the secrets and is masked before anything is kept;
    `document` and `aside` come sealed. Without a press it is a call of ours, not a Send.
    `likeness` is equal for sends of the same document; `surroundings` is a JSON text."""

    operation: str
    call: Call = field(repr=False)
    deadline: datetime
    press: uuid.UUID | None = None
    person: Person | None = None
    connection_id: uuid.UUID | None = None
    connection_name: str = ""
    draft_id: uuid.UUID | None = None
    name: str = ""
    path_values: Mapping[str, str] = field(default_factory=dict)
    document: bytes = field(default=b"", repr=False)
    aside: bytes = field(default=b"", repr=False)
    likeness: str = ""
    surroundings: str = ""


class AlreadyPressed(Exception):
    """This press has its exchange already."""


def record_start(start: Start) -> Exchange:
    """Commit the exchange before its first byte leaves. AlreadyPressed when another arrival
    of the same press was quicker."""
    masked = mask_call(start.call)
    secrets = start.call.secrets
    try:
        with transaction.atomic():
            exchange = Exchange.objects.create(
                press=start.press,
                person=start.person,
                person_name=start.person.get_username() if start.person else "",
                operation=start.operation,
                connection_id=start.connection_id,
                connection_name=start.connection_name,
                draft_id=start.draft_id,
                name=mask_text(start.name, secrets)[:300],
                path_values=_mask_values(start.path_values, secrets),
                likeness=start.likeness,
                method=masked.method,
                url=format_masked(masked.url),
                request=keep_body(write_masked(masked).encode()),
                started_at=timezone.now(),
                deadline=start.deadline,
                holder=name_holder(),
            )
            Original.objects.create(
                exchange=exchange,
                document=start.document,
                aside=start.aside,
                surroundings=keep_body(start.surroundings.encode()),
            )
            note_words(exchange)
    except IntegrityError:
        if start.press and Exchange.objects.filter(press=start.press).exists():
            raise AlreadyPressed from None
        raise
    return exchange


def record_end(
    exchange: Exchange, call: Call, result: Reply | Failure, verdict: Verdict, job_uid: str = ""
) -> Exchange:
    """Keep what came of it, masked. An exchange ends once; only where it was given up as
    abandoned a late answer still counts."""
    values = _describe_verdict(verdict, call.secrets)
    values |= {"ended_at": timezone.now(), "seconds": result.seconds, "job_uid": job_uid[:200]}
    with transaction.atomic():
        if isinstance(result, Reply):
            reply = mask_reply(result, call.secrets)
            values |= _describe_reply(reply) | _look_back(exchange, fingerprint_reply(reply))
        _end(exchange, values)
        exchange.refresh_from_db()
        note_words(exchange)
    return exchange


def _look_back(exchange: Exchange, digest: str) -> dict[str, object]:
    """Whether the answer changed since the same person sent the same document last."""
    if not exchange.likeness:
        return {"reply_digest": digest}
    alike = Exchange.objects.filter(likeness=exchange.likeness, person=exchange.person)
    earlier = alike.filter(number__lt=exchange.number).exclude(reply_digest="")
    last = earlier.order_by("-number").only("id", "reply_digest").first()
    changed = last is not None and last.reply_digest != digest
    return {"reply_digest": digest, "changed_from": last.id if last and changed else None}


def record_abandoned(exchange: Exchange, verdict: Verdict) -> None:
    """End an exchange that no process carries any more."""
    values = _describe_verdict(verdict, ()) | {"code": ABANDONED, "ended_at": timezone.now()}
    _end(exchange, values)


def share(exchange: Exchange, shared: bool) -> None:
    """Whether everybody who signs in may open it by its address."""
    exchange.shared = shared
    exchange.save(update_fields=["shared"])


def _end(exchange: Exchange, values: dict[str, object]) -> None:
    open_still = Q(outcome=Outcome.SENDING) | Q(code=ABANDONED)
    Exchange.objects.filter(open_still, pk=exchange.pk).update(**values)


def _describe_verdict(verdict: Verdict, secrets: tuple[Secret, ...]) -> dict[str, object]:
    return {
        "outcome": verdict.outcome,
        "code": verdict.code,
        "params": _mask_values(verdict.params, secrets),
        "sentence": mask_text(verdict.message, secrets),
    }


def _describe_reply(reply: Reply) -> dict[str, object]:
    """The columns of a reply that is masked already."""
    return {
        "status": reply.status,
        "reason": reply.reason[:200],
        "content_type": _header(reply, "content-type")[:200],
        "reply_size": len(reply.body),
        "wire_size": reply.wire_bytes,
        "truncated": reply.truncated,
        "seconds_to_first_byte": reply.seconds_to_first_byte,
        "address": reply.address[:80],
        "reply_head": keep_body(json.dumps(reply.headers).encode()),
        "reply_body": keep_body(reply.body),
    }


def _header(reply: Reply, wanted: str) -> str:
    return next((value for name, value in reply.headers if name.lower() == wanted), "")


def _mask_values(values: Mapping[str, str], secrets: tuple[Secret, ...]) -> dict[str, str]:
    return {name: mask_text(str(value), secrets) for name, value in values.items()}
