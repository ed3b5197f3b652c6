"""Sending again: a draft with everything as it was sent, and what has changed since."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from playground.drafts.credentials import copy_draft_secrets
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import Metadata, describe_body
from playground.drafts.models import Draft
from playground.history.bodies import read_body
from playground.history.models import Exchange, SentDocument
from playground.jsontext.diff import ADDED, CHANGED, REMOVED, Difference, compare_texts
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.printing import quote
from playground.jsontext.references import FILE_REFERENCE
from playground.openapi.workflows import WorkflowDefinition
from playground.people.models import Person
from playground.sending.file_access import find_openable_files
from playground.sending.plans import WORKFLOW_UID, Plan, plan_draft
from playground.workspace.connections import format_variables
from playground.workspace.file_access import find_file_ids, pass_files_on
from playground.workspace.files import format_size, read_file_facts
from playground.workspace.models import Connection
from playground.workspace.workflows import describe_changes, find_definition_text, load_details

# A note is for reading: beyond this, "everything changed" would do.
MOST_NOTES, LONGEST_VALUE = 12, 120


@dataclass(frozen=True)
class SentState:
    """What was in the draft when an exchange was sent; references unresolved."""

    text: str
    metadata: str
    context: str


@dataclass(frozen=True)
class Changes:
    """How a draft differs from what was sent, and messages about what else changed."""

    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.differences)


def read_sent_state(exchange: Exchange) -> SentState | None:
    """Return None for calls of the application itself, which have no document."""
    stored = SentDocument.objects.select_related("context").filter(exchange=exchange).first()
    if stored is None or not stored.document:
        return None
    return SentState(stored.document, stored.metadata, read_body(stored.context).decode())


@transaction.atomic
def draft_from_exchange(person: Person, exchange: Exchange) -> Draft | None:
    """Create a draft with document, path values, connection and metadata as they were sent.

    Returns None if there was no document.
    """
    sent = read_sent_state(exchange)
    if sent is None:
        return None
    draft = start_draft(
        person,
        exchange.operation,
        sent.text,
        name=exchange.name[:200],
        connection=find_used_connection(exchange.connection_id),
        path_values=dict(exchange.path_values),
        metadata=Metadata.read(sent.metadata),
        resend_of=exchange.id,
        payload_made_at=exchange.started_at,
    )
    # Only from a draft of the same person, and bound to the same hosts: a shared exchange
    # must not hand on the credentials that were pasted into it.
    if exchange.draft_id is not None:
        copy_draft_secrets(person, exchange.draft_id, draft)
    pass_files_on(exchange.id, draft.id, draft.text, draft.metadata)
    return draft


def plan_resend(draft: Draft, exchange: Exchange) -> Plan | None:
    """Plan to send once more what an exchange sent, whatever is in its draft by now.

    Returns None if there was no document, or the exchange is of another draft: secrets come
    from the draft.
    """
    sent = read_sent_state(exchange)
    if sent is None or exchange.draft_id != draft.id:
        return None
    return replace(
        plan_draft(draft),
        connection=find_used_connection(exchange.connection_id),
        path_values=dict(exchange.path_values),
        text=sent.text,
        metadata=sent.metadata,
        name=exchange.name,
    )


def describe_differences(draft: Draft, exchange: Exchange) -> Changes:
    """Return every difference of the draft from what was sent, and what else changed since."""
    sent = read_sent_state(exchange)
    if sent is None:
        return Changes((), ())
    before, after = Metadata.read(sent.metadata), Metadata.read(draft.metadata)
    found = [
        *_compare_values(exchange.path_values, draft.path_values, "#path/"),
        *_compare_connection(exchange, draft.connection),
        *_compare_text(sent.text, draft.text),
        *_compare_values(describe_body(before), describe_body(after), "#"),
        *_compare_metadata(before, after),
    ]
    uid = draft.path_values.get(WORKFLOW_UID, "")
    notes = _describe_drift(sent.context, find_used_connection(exchange.connection_id), uid)
    return Changes(tuple(_name_files(draft.person, found)), tuple(notes))


def describe_changed_connection(then: str, connection: Connection | None) -> list[str]:
    """Return a message for each difference of connection and variables from a stored context."""
    context = load_details(then)
    notes = list(_note_connection(context.get("connection"), connection))
    if connection is not None:
        notes += _note_variables(context.get("variables") or {}, format_variables(connection))
    return notes


def _describe_drift(then: str, connection: Connection | None, workflow_uid: str) -> list[str]:
    """Return a message for each thing that is not as it was in a stored context."""
    notes = describe_changed_connection(then, connection)
    context = load_details(then)
    before, after = context.get("workflow"), find_definition_text(connection, workflow_uid)
    if isinstance(before, str) and before != after:
        notes += _note_workflow(before, after)
    return notes[:MOST_NOTES]


def _note_connection(
    before: Mapping[str, Any] | None, connection: Connection | None
) -> Iterator[str]:
    if not before:
        return
    if connection is None:
        yield _("The connection %(name)s was deleted. Choose another one.") % before
    elif connection.base_url != before["base_url"]:
        values = {"name": connection.name, "now": connection.base_url, "then": before["base_url"]}
        yield _("%(name)s now points to %(now)s. It was %(then)s.") % values
    # Exchanges of the first versions have no `way`.
    elif "way" in before and before["way"] != connection.settings.get("way", ""):
        yield _("%(name)s now authenticates in another way.") % {"name": connection.name}


def _note_variables(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, then in before.items():
        now = after.get(name)
        values = {"name": name, "then": _shorten(then), "now": _shorten(now or "")}
        if now is None:
            yield _("The variable %(name)s no longer has a value. It was “%(then)s”.") % values
        elif now != then:
            yield _("The variable %(name)s is now “%(now)s”. It was “%(then)s”.") % values


def _note_workflow(before: str, after: str | None) -> Iterator[str]:
    if after is None:
        yield _("The workflow is no longer known here.")
        return
    then, now = (WorkflowDefinition.read(load_details(text)).name for text in (before, after))
    if then != now:
        yield _("The workflow is now called “%(now)s”. It was “%(then)s”.") % {
            "then": then,
            "now": now,
        }
    yield from describe_changes(before, after)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _name_files(person: Person, found: list[Difference]) -> list[Difference]:
    """Add name and size of files behind their references, which people can't tell apart."""
    texts = [text for each in found for text in (each.before, each.after)]
    openable = find_openable_files(person, find_file_ids(*texts))
    files = {id: file for id, file in read_file_facts("".join(texts)).items() if id in openable}

    def append(text: str) -> str:
        named = [files[id] for id in FILE_REFERENCE.findall(text) if id in files]
        return " · ".join([text, *(f"{each.name}, {format_size(each.size)}" for each in named)])

    return [replace(each, before=append(each.before), after=append(each.after)) for each in found]


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
    # Pointers that begin with # name places of the page outside the document.
    return [
        *_compare_values(before.off, after.off, "#off", str),
        *_compare_values(before.away, after.away, "#away", str),
        *_compare_values(before.incomplete, after.incomplete, "#half"),
        *_compare_values(before.notes, after.notes, "#note"),
    ]


def _compare_values(
    before: Mapping[str, str],
    after: Mapping[str, str],
    prefix: str,
    to_json: Callable[[str], str] = quote,
) -> list[Difference]:
    """Compare two mappings. `to_json` makes JSON texts of their values, if they aren't yet."""
    found = []
    for name in {**after, **before}:
        then, now = before.get(name), after.get(name)
        if then != now:
            kind = ADDED if then is None else REMOVED if now is None else CHANGED
            texts = ("" if each is None else to_json(each) for each in (then, now))
            found.append(Difference(prefix + name, kind, *texts))
    return found


def find_used_connection(connection_id: uuid.UUID | None) -> Connection | None:
    """Return the connection of an exchange unless it was deleted."""
    return Connection.objects.filter(pk=connection_id).first() if connection_id else None
