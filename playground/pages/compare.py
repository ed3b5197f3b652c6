"""Compare two exchanges, two drafts, or one of each; and the places left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.drafts import list_drafts
from playground.history.queries import (
    REPLY,
    REQUEST,
    find_exchange,
    ignore_pointers,
    list_ignored_pointers,
    stop_ignoring_pointers,
    visible_exchanges,
)
from playground.pages.comparison import Compared, Side, compare_sides, find_side, is_draft
from playground.pages.header_diff import Head, compare_heads
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of

OFFERED = 25


@needs(Role.VIEWER)
@require_safe
def show_comparison(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    first, second = request.GET.get("a", ""), request.GET.get("b", "")
    sent_text = not (is_draft(person, first) or is_draft(person, second))
    after = find_side(person, second, sent_text)
    before = find_side(person, first or _find_earlier(person, after), sent_text)
    part = REPLY if request.GET.get("part") == REPLY else REQUEST
    context: dict[str, object] = {
        "before": before,
        "after": after,
        "part": part,
        "offered": _offer(person, after or before),
    }
    if before and after:
        context |= _describe(person, before, after, part)
    return render(request, "compare/page.html", context)


@needs(Role.VIEWER)
@require_POST
def change_ignored(request: HttpRequest) -> HttpResponse:
    """Leave a place out of one's comparisons of an operation, or look at it again."""
    sent = request.POST
    side = REPLY if sent.get("part") == REPLY else REQUEST
    change = stop_ignoring_pointers if "again" in sent else ignore_pointers
    change(person_of(request), sent.get("operation", "")[:100], side, sent.getlist("pattern"))
    query = urlencode({"a": sent.get("a", ""), "b": sent.get("b", ""), "part": side})
    return redirect(f"{reverse('compare')}?{query}")


def _describe(person: Person, before: Side, after: Side, part: str) -> dict[str, object]:
    ignored = list_ignored_pointers(person, after.operation, part)
    both_answered = before.reply is not None and after.reply is not None
    if part == REPLY:
        found = (
            compare_sides(before.reply or "", after.reply or "", ignored)
            if both_answered
            else Compared()
        )
    else:
        found = compare_sides(before.request, after.request, ignored)
    heads, left_out = _compare_heads(before, after, part, ignored)
    return {
        "compared": replace(found, ignored=found.ignored + left_out),
        "heads": heads,
        "ignored": ignored,
        "both_answered": both_answered,
        "facts": _pair_facts(before, after),
    }


def _compare_heads(
    before: Side, after: Side, part: str, ignored: Sequence[str]
) -> tuple[list[Head], int]:
    """None where one of the two is a draft, or has no answer."""
    name = f"{part}_headers"
    one, other = getattr(before, name), getattr(after, name)
    return compare_heads(one, other, ignored) if one is not None and other is not None else ([], 0)


def _pair_facts(before: Side, after: Side) -> list[dict[str, object]]:
    names = [*after.facts, *(name for name in before.facts if name not in after.facts)]
    pairs = [(name, before.facts.get(name), after.facts.get(name)) for name in names]
    return [
        {"name": name, "before": one, "after": other, "differs": one != other}
        for name, one, other in pairs
        if one is not None and other is not None
    ]


def _find_earlier(person: Person, side: Side | None) -> str:
    """The exchange before, of the same document if there is one, else of the operation."""
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


def _offer(person: Person, side: Side | None) -> list[tuple[str, str, object]]:
    """The newest exchanges and drafts to choose from: kind, name, id and time."""
    rows = visible_exchanges(person).defer("params", "url")
    drafts = list_drafts(person)
    if side is not None:
        rows, drafts = (
            rows.filter(operation=side.operation),
            drafts.filter(operation=side.operation),
        )
    newest = rows.order_by("-number")[:OFFERED]
    return [
        *(("exchange", each.name or each.operation, each) for each in newest),
        *(("draft", each.name or each.operation, each) for each in drafts[:OFFERED]),
    ]
