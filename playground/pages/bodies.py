"""A reply's body piece by piece: further text, further rows, the whole of it as a file."""

import re
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.calls.content import choose_extension, detect_kind, read_csv_rows
from playground.history.bodies import read_body
from playground.history.models import Exchange
from playground.pages.exchanges import get_exchange
from playground.pages.replies import ROWS, view_reply
from playground.people.models import Role
from playground.people.permissions import needs

PIECE = 524_288
NAMED = re.compile(r"filename\s*=\s*(?:\"([^\"]{1,200})\"|([^;\s]{1,200}))", re.I)
ODD = re.compile(r"[^\w .()+-]+")


@needs(Role.VIEWER)
@require_safe
def show_text(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """A range of the text, from a character on; `X-Next` says where it goes on."""
    reply = view_reply(get_exchange(request, exchange_id), request.GET.get("part", ""))
    start = _read_number(request, "from")
    end = start + PIECE
    text = reply.text
    response = HttpResponse(text[start:end], content_type="text/plain; charset=utf-8")
    response["X-Next"] = str(end) if end < len(text) else ""
    return response


@needs(Role.VIEWER)
@require_safe
def show_rows(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """Further rows of a table."""
    reply = view_reply(get_exchange(request, exchange_id))
    table = read_csv_rows(reply.text, max(1, _read_number(request, "from")), ROWS)
    if table is None:
        raise Http404(_("This answer is no table."))
    return render(request, "history/_rows.html", {"table": table, "reply": reply})


@needs(Role.VIEWER)
@require_safe
def save_body(request: HttpRequest, exchange_id: uuid.UUID) -> HttpResponse:
    """The body as a file, byte for byte as it was kept; never opened as a page."""
    exchange = get_exchange(request, exchange_id)
    data = read_body(exchange.reply_body)
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name_file(exchange, data))
    return response


def name_file(exchange: Exchange, data: bytes) -> str:
    """The name that the reply gives itself, else the job's, with an ending that fits."""
    ending = choose_extension(detect_kind(data, exchange.content_type), exchange.content_type)
    headers = {n.lower(): v for n, v in view_reply(exchange).headers}
    given = NAMED.search(headers.get("content-disposition", ""))
    if given:
        name = ODD.sub("_", re.split(r"[\\/]", given[1] or given[2])[-1]).strip(" .")
        if name:
            return name[-120:]
    name = slugify(exchange.name or exchange.operation)[:60] or "reply"
    return f"{name}-{str(exchange.id)[:8]}.{ending}"


def _read_number(request: HttpRequest, name: str) -> int:
    sent = request.GET.get(name, "0")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 12 else 0
