"""Sending again: a draft with everything as it was sent, and what differs since."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from playground.drafts.credentials import copy_draft_secrets
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.history.bodies import read_body
from playground.history.models import Exchange, SentDocument
from playground.jsontext.diff import ADDED, CHANGED, REMOVED, Difference, compare_texts
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.printing import quote
from playground.jsontext.references import FILE_REFERENCE
from playground.people.models import Person
from playground.rules.facts import FileFacts
from playground.sending.plans import Plan, plan_draft
from playground.sending.send_context import WORKFLOW_UID, describe_drift
from playground.vault.encryption import unseal
from playground.workspace.files import format_size, read_file_facts
from playground.workspace.models import Connection


@dataclass(frozen=True)
class Sent:
    """What stood in the draft when an exchange was sent; references unresolved."""

    exchange: Exchange
    text: str
    metadata: str
    surroundings: str


@dataclass(frozen=True)
class Since:
    """How a draft differs from what was sent, and today from then."""

    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.differences)


def read_sent_state(exchange: Exchange) -> Sent | None:
    """None where there was no document: a call of ours such as a sync."""
    original = SentDocument.objects.select_related("context").filter(exchange=exchange).first()
    text = unseal(original.document) if original and original.document else ""
    if original is None or not text:
        return None
    metadata = unseal(original.metadata) if original.metadata else "{}"
    return Sent(exchange, text, metadata, read_body(original.context).decode())


@transaction.atomic
def draft_from_exchange(person: Person, exchange: Exchange) -> Draft | None:
    """A draft of this person with the document, path values, connection and metadata as they
    were sent; None where there was no document. Secrets that were pasted into the draft come
    along only to the person whose draft it was, still bound to their hosts."""
    sent = read_sent_state(exchange)
    if sent is None:
        return None
    draft = start_draft(
        person,
        exchange.operation,
        sent.text,
        name=exchange.name[:200],
        connection=_find_connection(exchange.connection_id),
        path_values=dict(exchange.path_values),
        metadata=Metadata.read(sent.metadata),
        resend_of=exchange.id,
        payload_made_at=exchange.started_at,
    )
    if exchange.draft_id is not None:
        copy_draft_secrets(person, exchange.draft_id, draft)
    return draft


def plan_resend(draft: Draft, exchange: Exchange) -> Plan | None:
    """What was sent, once more, whatever stands in the draft by now: its secrets come from
    there. None where there was no document, or the exchange is of another draft."""
    sent = read_sent_state(exchange)
    if sent is None or exchange.draft_id != draft.id:
        return None
    return replace(
        plan_draft(draft),
        connection=_find_connection(exchange.connection_id),
        path_values=dict(exchange.path_values),
        text=sent.text,
        metadata=sent.metadata,
        name=exchange.name,
    )


def differs_from_sent(draft: Draft, exchange: Exchange) -> bool:
    """Whether the draft would send something else by now."""
    return bool(describe_differences(draft, exchange).differences)


def describe_differences(draft: Draft, exchange: Exchange) -> Since:
    """Every difference of the draft from what was sent, and what else is new today."""
    sent = read_sent_state(exchange)
    if sent is None:
        return Since((), ())
    found = [
        *_compare_values(exchange.path_values, draft.path_values, "#path/"),
        *_compare_connection(exchange, draft.connection),
        *_compare_text(sent.text, draft.text),
        *_compare_metadata(Metadata.read(sent.metadata), Metadata.read(draft.metadata)),
    ]
    uid = draft.path_values.get(WORKFLOW_UID, "")
    drift = describe_drift(sent.surroundings, _find_connection(exchange.connection_id), uid)
    return Since(tuple(_name_files(found)), tuple(drift))


def _name_files(found: list[Difference]) -> list[Difference]:
    """A reference says nothing to people: the file's name and size stand behind it."""
    texts = [text for each in found for text in (each.before, each.after)]
    files = read_file_facts("".join(texts))
    return [replace(d, before=_named(d.before, files), after=_named(d.after, files)) for d in found]


def _named(text: str, files: Mapping[str, FileFacts]) -> str:
    names = [files[id] for id in FILE_REFERENCE.findall(text) if id in files]
    return " · ".join([text, *(f"{each.name}, {format_size(each.size)}" for each in names)])


def _compare_text(before: str, after: str) -> list[Difference]:
    try:
        return compare_texts(before, after)
    except JSONSyntaxError:
        return [Difference("", CHANGED, before, after)] if before != after else []


def _compare_connection(exchange: Exchange, now: Connection | None) -> list[Difference]:
    if exchange.connection_id == (now.id if now else None):
        return []
    name = now.name if now else _("none")
    return [Difference("#connect", CHANGED, exchange.connection_name, name)]


def _compare_metadata(before: Metadata, after: Metadata) -> list[Difference]:
    return [
        *_compare_values(before.off, after.off, "#off", str),
        *_compare_values(before.away, after.away, "#away", str),
        *_compare_values(before.incomplete, after.incomplete, "#half"),
        *_compare_values(before.notes, after.notes, "#note"),
    ]


def _compare_values(
    before: Mapping[str, str],
    after: Mapping[str, str],
    place: str,
    write: Callable[[str], str] = quote,
) -> list[Difference]:
    """`write` makes a JSON text of an entry, where it is not one already."""
    found = []
    for name in {**after, **before}:
        one, other = before.get(name), after.get(name)
        if one != other:
            kind = ADDED if one is None else REMOVED if other is None else CHANGED
            texts = ("" if each is None else write(each) for each in (one, other))
            found.append(Difference(place + name, kind, *texts))
    return found


def _find_connection(connection_id: uuid.UUID | None) -> Connection | None:
    return Connection.objects.filter(pk=connection_id).first() if connection_id else None
