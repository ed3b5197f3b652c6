"""The audit log: what people did, for owners to read; never with a secret."""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest

from playground.people.models import AuditEvent, Person

logger = logging.getLogger("playground.audit")


def record_event(
    who: HttpRequest | Person | None, action: str, target: str = "", result: str = "ok"
) -> AuditEvent:
    """Add an event, as `make_event` makes it."""
    event = make_event(who, action, target, result)
    record_events([event])
    return event


def record_events(events: Sequence[AuditEvent]) -> None:
    """Add events, in one statement however many there are."""
    AuditEvent.objects.bulk_create(events)
    for event in events:
        facts = {
            "person": event.person_name,
            "action": event.action,
            "target": event.target,
            "result": event.result,
            "address": event.address,
        }
        logger.info(
            "%s %s %s: %s",
            event.person_name or "-",
            event.action,
            event.target or "-",
            event.result,
            extra={"facts": facts},
        )


def make_event(
    who: HttpRequest | Person | None, action: str, target: str = "", result: str = "ok"
) -> AuditEvent:
    """Make an event. `who` is a request, a person, or None for the system itself.

    `target` is a name that people know; texts that are too long are cut. Neither it nor
    `result` may hold a secret or anything that was typed into a password field.
    """
    person = find_person(who)
    return AuditEvent(
        person=person,
        # The name stays readable when the account is deleted.
        person_name=person.username if person else "",
        action=action,
        target=target[:300],
        result=result[:200],
        address=address_of(who) if isinstance(who, HttpRequest) else "",
    )


def find_person(who: HttpRequest | Person | None) -> Person | None:
    """The person, that of a request, or None where nobody is signed in."""
    if isinstance(who, HttpRequest):
        who = getattr(who, "user", None)
    return who if isinstance(who, Person) and who.pk else None


def address_of(request: HttpRequest) -> str:
    """The IP address of the person's machine."""
    if settings.BEHIND_PROXY:
        # The last address is the one that our proxy wrote. Those before it can be forged.
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
