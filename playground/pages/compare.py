"""The page that compares two sends, two drafts, or one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.drafts import list_drafts
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.queries import (
    REPLY,
    REQUEST,
    find_exchange,
    ignore_pointers,
    list_ignored_pointers,
    stop_ignoring_pointers,
    visible_exchanges,
)
from playground.pages.comparison import (
    Comparison,
    HeaderRow,
    Side,
    compare_bodies,
    compare_headers,
    find_side,
    is_draft,
)
from playground.pages.templatetags.markup import operation_title
from playground.people.access import needs, person_of
from playground.people.models import Person, Role

MAX_CHOICES = 25


@needs(Role.VIEWER)
@require_safe
def show_comparison(request: HttpRequest) -> HttpResponse:
    """Compare `?a=` with `?b=`; without `a`, with the send before `b`."""
    person = person_of(request)
    first, second = request.GET.get("a", ""), request.GET.get("b", "")
    # A draft has unresolved references: the other side must have them too.
    as_sent = not (is_draft(person, first) or is_draft(person, second))
    after = find_side(person, second, as_sent)
    before = find_side(person, first or _find_earlier(person, after), as_sent)
    part = REPLY if request.GET.get("part") == REPLY else REQUEST
    # Either side may be missing: the page then shows two lists to choose from.
    context: dict[str, object] = {
        "before": before,
        "after": after,
        "part": part,
        "choices": _list_choices(person, after or before),
    }
    if before and after:
        context |= _describe_comparison(person, before, after, part)
    return render(request, "compare/page.html", context)


@needs(Role.VIEWER)
@require_POST
def change_ignored(request: HttpRequest) -> HttpResponse:
    """Ignore pointers in the person's comparisons of an operation, or stop ignoring them."""
    sent = request.POST
    part = REPLY if sent.get("part") == REPLY else REQUEST
    change = stop_ignoring_pointers if "again" in sent else ignore_pointers
    change(person_of(request), sent.get("operation", "")[:100], part, sent.getlist("pattern"))
    # Back to the same comparison, now with other pointers ignored.
    query = urlencode({"a": sent.get("a", ""), "b": sent.get("b", ""), "part": part})
    return redirect(f"{reverse('compare')}?{query}")


def _describe_comparison(person: Person, before: Side, after: Side, part: str) -> dict[str, object]:
    ignored = list_ignored_pointers(person, after.operation, part)
    both_answered = before.reply is not None and after.reply is not None
    compared = Comparison()
    if part == REQUEST:
        compared = compare_bodies(before.request, after.request, ignored)
    elif both_answered:
        compared = compare_bodies(before.reply or "", after.reply or "", ignored)
    # Ignored headers count as ignored differences too.
    headers, left_out = _compare_headers_of(before, after, part, ignored)
    return {
        "compared": replace(compared, ignored=compared.ignored + left_out),
        "headers": headers,
        "ignored": ignored,
        "both_answered": both_answered,
        "facts": _pair_facts(before, after),
    }


def _compare_headers_of(
    before: Side, after: Side, part: str, ignored: Sequence[str]
) -> tuple[list[HeaderRow], int]:
    name = f"{part}_headers"
    one, other = getattr(before, name), getattr(after, name)
    # A draft has no headers, and a send without a reply has no reply headers.
    if one is None or other is None:
        return [], 0
    return compare_headers(one, other, ignored)


def _pair_facts(before: Side, after: Side) -> list[dict[str, object]]:
    names = [*after.facts, *(name for name in before.facts if name not in after.facts)]
    # Facts of one kind of side only, such as a status, aren't differences.
    pairs = [(name, before.facts.get(name), after.facts.get(name)) for name in names]
    return [
        {"name": name, "before": one, "after": other, "differs": one != other}
        for name, one, other in pairs
        if one is not None and other is not None
    ]


def _find_earlier(person: Person, side: Side | None) -> str:
    """The id of the send before this one, or an empty text.

    One of the same document is preferred: its reply shows what changed at the API.
    """
    if side is None:
        return ""
    rows = visible_exchanges(person).filter(operation=side.operation).exclude(id=side.id)
    this = find_exchange(person, side.id) if side.kind == "exchange" else None
    if this is not None:
        rows = rows.filter(number__lt=this.number)
        alike = rows.filter(fingerprint=this.fingerprint) if this.fingerprint else rows.none()
        if earlier := alike.order_by("-number").values_list("id", flat=True).first():
            return str(earlier)
    found = rows.order_by("-number").values_list("id", flat=True).first()
    return str(found or "")


def _list_choices(person: Person, side: Side | None) -> list[tuple[str, str, object]]:
    """Kind, name and row of the newest sends and drafts, of one operation where it is known."""
    rows, drafts = visible_exchanges(person).defer("params", "url"), list_drafts(person)
    if side is not None:
        rows = rows.filter(operation=side.operation)
        drafts = drafts.filter(operation=side.operation)
    listed: list[tuple[str, Exchange | Draft]] = [
        *(("exchange", each) for each in rows.order_by("-number")[:MAX_CHOICES]),
        *(("draft", each) for each in drafts[:MAX_CHOICES]),
    ]
    return [(kind, each.name or operation_title(each.operation), each) for kind, each in listed]
