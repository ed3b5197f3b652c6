"""The history: everything that was sent, found again by whatever people remember of it."""

import uuid
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.history.models import Exchange
from playground.history.queries import ExchangePage, ExchangeSearch, list_exchanges
from playground.openapi.operations import list_operations
from playground.pages.replies import KINDS, WORDS, shorten_uids
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Connection

SHOWN = 160


@needs(Role.VIEWER)
@require_safe
def show_history(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    search = read_search(request)
    page = list_exchanges(person, search)
    titles = {operation.id: operation.title for operation in list_operations()}
    context = {
        "rows": [describe_row(row, titles) for row in page.rows],
        "page": page,
        "search": search,
        "outcomes": list(WORDS.items()),
        "operations": list(titles.items()),
        "says": _say(),
        "is_owner": person.is_owner,
        "may_edit": person.may_edit,
        **_choices(person, search, page),
    }
    return render(request, "history/page.html", context)


def describe_row(exchange: Exchange, titles: dict[str, str]) -> dict[str, object]:
    """Fifty of these stand on a page: what templates are slow at is made here."""
    sent = exchange.started_at
    ended = exchange.ended_at is not None
    return {
        "exchange": exchange,
        "href": f"/history/{exchange.id}/",
        "title": titles.get(exchange.operation, exchange.operation),
        "sentence": shorten_uids(exchange.message)[:SHOWN],
        "kind": KINDS.get(exchange.outcome, "note"),
        "word": WORDS.get(exchange.outcome, exchange.outcome),
        "milliseconds": f"{exchange.seconds * 1000:.0f} ms" if ended else "–",
        "sent": f"{sent:%Y-%m-%d %H:%M} UTC",
        "sent_at": sent.isoformat(timespec="seconds"),
    }


def _say() -> dict[str, str]:
    """The words that stand in every row, translated once."""
    return {
        "choose": _("Choose to compare"),
        "again": _("Change and send again"),
        "changed": _("answer changed since last time"),
        "sprite": static("icons.svg"),
    }


def _choices(person: Person, search: ExchangeSearch, page: ExchangePage) -> dict[str, object]:
    """What the filters offer; nothing is asked of the database for an empty history."""
    if not page.rows and not search.has_filters and search.before is None:
        return {}
    people = Person.objects.order_by("username").values_list("pk", "username")
    return {
        "connections": list(Connection.objects.values_list("id", "name")),
        "people": list(people) if person.is_owner else (),
    }


def read_search(request: HttpRequest) -> ExchangeSearch:
    """What the address asks for; what nobody understands asks for nothing."""
    sent = request.GET
    return ExchangeSearch(
        outcome=sent.get("outcome", "")[:20],
        operation=sent.get("operation", "")[:100],
        connection=_read_uuid(sent.get("connection", "")),
        person=_read_whole(sent.get("person", "")),
        text=sent.get("text", "").replace("\0", "").strip()[:200],
        bodies="bodies" in sent,
        since=_read_day(sent.get("since", "")),
        until=_read_day(sent.get("until", "")),
        before=_read_whole(sent.get("before", "")),
    )


def _read_whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _read_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9000 else None
