"""What the paste page and the builder say about a pasted text."""

from __future__ import annotations

from django.utils.translation import gettext as _

from playground.drafts.pasting import find_host, list_ignored_headers
from playground.importers import Imported, Note, RequestChoice
from playground.openapi.operations import Operation, list_operations
from playground.workspace.models import Connection

MAX_HEADERS = 20


def describe_requests(found: Imported) -> list[tuple[RequestChoice, str]]:
    """The requests of a text with several, each with the title of the operation it matches."""
    titles = {each.id: each.title for each in list_operations()}
    return [(each, titles.get(each.operation or "", "")) for each in found.requests]


def list_notes(found: Imported, operation: Operation, connection: Connection | None) -> list[Note]:
    """The notes about a draft made from a pasted text."""
    host = find_host(found.url)
    notes = [*found.notes, *note_credentials(found)]
    if connection is None:
        message = _("No connection goes to %(host)s. Choose or add one before you send.")
        notes.append(Note("ignored", message % {"host": host or operation.api.title}))
    else:
        message = _("Uses the connection %(name)s.")
        notes.append(Note("understood", message % {"name": connection.name}))
    return [*notes, *note_ignored_headers(found, operation)]


def note_credentials(found: Imported) -> list[Note]:
    """Where the credentials of a pasted text went, as a note; none without credentials."""
    names = ", ".join(dict.fromkeys(each.name for each in found.credentials))
    if not names:
        return []
    # Bound to the host they were pasted with, if the text named one.
    host = find_host(found.url)
    message = _("Saved as secrets of this draft, never shown again: %(names)s.")
    if host:
        message = _("Saved as secrets of this draft, for %(host)s only: %(names)s.")
    return [Note("understood", message % {"names": names, "host": host})]


def note_ignored_headers(found: Imported, operation: Operation) -> list[Note]:
    """Which headers were left out, as a note; none if all are used."""
    names = ", ".join(list_ignored_headers(operation, found)[:MAX_HEADERS])
    if not names:
        return []
    message = _("Left out headers, because the connection sends its own: %(names)s.")
    return [Note("ignored", message % {"names": names})]
