"""The history: the list of what was sent, and the bodies of replies piece by piece."""

import re
import uuid
from datetime import date

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.apis.catalog import find_titles
from playground.calls.content import (
    BINARY,
    choose_extension,
    detect_kind,
    looks_like_text,
    read_csv_rows,
)
from playground.history.bodies import read_body
from playground.history.models import Exchange
from playground.history.queries import ExchangeSearch, list_exchanges, match_exchanges
from playground.openapi.operations import list_operations
from playground.pages.exchanges import get_exchange
from playground.pages.job_states import describe_following, describe_job_states
from playground.pages.lists import ListColumn, ListPage, ListShape, change_address
from playground.pages.parameters import read_number, read_optional_number, read_uuid
from playground.pages.replies import (
    KINDS,
    ROWS,
    SNIFFED,
    WORDS,
    describe_state,
    shorten_uids,
    view_reply,
)
from playground.pages.responses import respond_with_file
from playground.pages.selection import COMPARE, EXPORT_CSV
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.access import find_senders, list_sent, visible_schedules
from playground.workspace.models import Connection

LIST = ListShape(
    "sent",
    (
        ListColumn("outcome", gettext_lazy("Outcome"), ("outcome",)),
        ListColumn("result", gettext_lazy("Result")),
        ListColumn("connection", gettext_lazy("Connection"), (Lower("connection_name"),)),
        ListColumn("person", gettext_lazy("Person"), (Lower("person_name"),)),
        ListColumn("status", gettext_lazy("Status"), ("status",), has_nulls=True, is_figure=True),
        ListColumn("time", gettext_lazy("Time"), ("seconds",), descends=True, is_figure=True),
        ListColumn("sent", gettext_lazy("Sent"), ("pk",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s request", "%(n)s requests", "n"),
    by_key=True,
)
ACTIONS = (COMPARE, EXPORT_CSV)
MAX_MESSAGE = 160
# Characters of a long body that are fetched at a time.
TEXT_PIECE = 524_288
FILE_NAME = re.compile(r"filename\s*=\s*(?:\"([^\"]{1,200})\"|([^;\s]{1,200}))", re.I)
UNSAFE_IN_NAMES = re.compile(r"[^\w .()+-]+")


@needs(Role.VIEWER)
@require_safe
def show_history(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    search = read_search(request)
    schedule = read_uuid(request.GET.get("schedule", ""))
    listed, searched = _read_page(request, person, search)
    titles = {operation.id: operation.title for operation in list_operations()}
    # There may be thousands of imported operations, so only those on the page.
    titles |= find_titles([*(row.operation for row in listed.rows), search.operation])
    states = describe_job_states(listed.rows, "history")
    senders = find_senders(person, (row.id for row in listed.rows))
    rows = [
        _describe_row(row, titles)
        | {"job": states.get(row.number), "schedule": senders.get(row.id)}
        for row in listed.rows
    ]
    context = {
        "list": listed,
        "rows": rows,
        "follow": describe_following(states.values(), "history"),
        "searched": searched,
        "search": search,
        "schedule": schedule,
        "schedule_name": _find_schedule_name(person, schedule),
        "actions": ACTIONS,
        "act": reverse("act_on_history"),
        "outcomes": list(WORDS.items()),
        "operations": list(titles.items()),
        # Translated once for all rows.
        "labels": {
            "choose": _("Select"),
            "resend": _("Edit and send again"),
            "changed": _("Reply changed since last time"),
            "dropped": _("Redirected without the body"),
            "redirected": _("Redirected"),
            "schedule": _("Sent by the schedule"),
            "sprite": static("icons.svg"),
        },
        "is_owner": person.is_owner,
        "may_edit": person.may_edit,
        **_filter_choices(person, search, bool(rows)),
    }
    return render(request, "history/page.html", context)


def _find_schedule_name(person: Person, schedule: uuid.UUID | None) -> str:
    if schedule is None:
        return ""
    found = visible_schedules(person).filter(pk=schedule).values_list("name", flat=True).first()
    return found or _("a schedule that was deleted")


def _read_page(
    request: HttpRequest, person: Person, search: ExchangeSearch
) -> tuple[ListPage, int]:
    """The page in the address, and of how many exchanges the bodies were searched."""
    hidden = [] if person.is_owner else ["person"]
    shape = LIST.without(*hidden, *([] if person.may_edit else ["tools"]))
    is_own = shape.is_own(shape.read_sort(request))
    # A search goes from the newest to older ones until it has filled a page.
    if not search.text or not (search.bodies or is_own):
        return shape.read(request, match_exchanges(person, search)), 0
    page = list_exchanges(person, search)
    next_before = "" if page.next_before is None else str(page.next_before)
    listed = shape.make_page(
        request,
        page.rows,
        is_sortable=not search.bodies,
        previous="" if search.before is None else change_address(request),
        next=change_address(request, before=next_before) if next_before else "",
        by_key=True,
    )
    return listed, page.searched


def _describe_row(exchange: Exchange, titles: dict[str, str]) -> dict[str, object]:
    # Formatted here: fifty rows of template filters took most of the page's time.
    sent, outcome = exchange.started_at, exchange.outcome
    ended = exchange.ended_at is not None
    return {
        "exchange": exchange,
        "href": f"/history/{exchange.id}/",
        "title": titles.get(exchange.operation, exchange.operation),
        "message": _truncate(shorten_uids(exchange.message)) or describe_state(exchange),
        "kind": KINDS.get(outcome, "note"),
        "word": _("waiting") if exchange.is_queued else WORDS.get(outcome, outcome),
        "milliseconds": f"{exchange.seconds * 1000:.0f} ms" if ended else "–",
        "sent": f"{sent:%Y-%m-%d %H:%M} UTC",
        "sent_at": sent.isoformat(timespec="seconds"),
    }


def _truncate(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1].rstrip()}…"


def _filter_choices(person: Person, search: ExchangeSearch, has_rows: bool) -> dict[str, object]:
    # An empty history shows no filters.
    if not has_rows and not search.has_filters and search.before is None:
        return {}
    people = Person.objects.order_by("username").values_list("pk", "username")
    return {
        "connections": list(Connection.objects.values_list("id", "name")),
        "people": list(people) if person.is_owner else (),
    }


def read_search(request: HttpRequest) -> ExchangeSearch:
    """The filters in the address; a value that can't be read doesn't filter."""
    query = request.GET
    schedule = read_uuid(query.get("schedule", ""))
    return ExchangeSearch(
        outcome=query.get("outcome", "")[:20],
        operation=query.get("operation", "")[:100],
        connection=read_uuid(query.get("connection", "")),
        person=read_optional_number(query.get("person", "")),
        # PostgreSQL refuses a NUL character in text.
        text=query.get("text", "").replace("\0", "").strip()[:200],
        bodies="bodies" in query,
        since=_read_day(query.get("since", "")),
        until=_read_day(query.get("until", "")),
        before=read_optional_number(query.get("before", "")),
        among=list_sent(person_of(request), schedule) if schedule else None,
    )


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Databases and time zones fail near the ends of the range of `date`.
    return day if 1970 <= day.year < 9000 else None


@needs(Role.VIEWER)
@require_safe
def show_text(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """A piece of the reply's text from a character on; `X-Next` is where the next one begins."""
    reply = view_reply(get_exchange(request, exchange_id), request.GET.get("part", ""))
    # Characters, not bytes: the text was decoded, and pieces must not split one.
    start = read_number(request.GET.get("from", ""), digits=11)
    end = start + TEXT_PIECE
    text = reply.text
    response = HttpResponse(text[start:end], content_type="text/plain; charset=utf-8")
    response["X-Next"] = str(end) if end < len(text) else ""
    return response


@needs(Role.VIEWER)
@require_safe
def show_rows(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """More rows of a reply that is shown as a table."""
    reply = view_reply(get_exchange(request, exchange_id))
    start = read_number(request.GET.get("from", ""), digits=11)
    table = read_csv_rows(reply.text, max(1, start), ROWS)
    if table is None:
        raise Http404(_("This reply isn't a table."))
    return render(request, "history/_rows.html", {"table": table, "reply": reply})


@needs(Role.VIEWER)
@require_safe
def save_body(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """The reply's body as a file, byte for byte."""
    exchange = get_exchange(request, exchange_id)
    data = read_body(exchange.reply_body)
    # Never the reply's own type: HTML from elsewhere must not run on this origin.
    return respond_with_file(data, _name_file(exchange, data), "application/octet-stream")


def _name_file(exchange: Exchange, data: bytes) -> str:
    """The reply's own file name, else one from the job or operation."""
    headers = {name.lower(): value for name, value in view_reply(exchange).headers}
    given = FILE_NAME.search(headers.get("content-disposition", ""))
    if given:
        # The last part only: a path would choose the folder on careless clients.
        last = re.split(r"[\\/]", given[1] or given[2])[-1]
        name = UNSAFE_IN_NAMES.sub("_", last).strip(" .")
        if name:
            return name[-120:]
    # The content type describes the body before compression.
    is_compressed = exchange.unreadable and not looks_like_text(data[:SNIFFED])
    kind = BINARY if is_compressed else detect_kind(data, exchange.content_type)
    extension = choose_extension(kind, exchange.content_type)
    name = slugify(exchange.name or exchange.operation)[:60] or "reply"
    return f"{name}-{str(exchange.id)[:8]}.{extension}"
