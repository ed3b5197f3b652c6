"""Acting on the chosen rows of a list: which they are, confirming, and what was done in words.

A list offers its actions by `actions` and `act` (the address of its view) in its context: then
`_list_head.html`, `_choose.html` in each row and `_selection_bar.html` draw the boxes and the
buttons. The view reads the chosen rows, checks the right to each, and reports with `Report`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from playground.pages.parameters import read_optional_number, read_uuid
from playground.pages.responses import offer_undo

# Rows that one press acts on: a page of any list and more.
MOST_CHOSEN = 100
MOST_NAMES, LONGEST_NAME = 5, 80
MOST_ASKED = 20


@dataclass(frozen=True)
class Action:
    """A button for chosen rows. `exactly` is how many it needs, 0 for any number.

    The first one of a list must be harmless: browsers press it at Enter.
    """

    name: str
    label: str | Promise
    icon: str
    is_danger: bool = False
    exactly: int = 0


COMPARE = Action("compare", gettext_lazy("Compare"), "duplicate", exactly=2)
EXPORT_CSV = Action("export", gettext_lazy("Export CSV"), "table")


@dataclass
class Report:
    """What became of the chosen rows: how many were done, and which were left and why."""

    done: int = 0
    left: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, name: str, reason: str) -> None:
        self.left.setdefault(reason, []).append(name)

    def count_missing(self, missing: int) -> None:
        """Add rows that were deleted meanwhile, or that this person can't see."""
        if missing:
            text = ngettext(
                "%(n)s of them no longer exists.", "%(n)s of them no longer exist.", missing
            )
            self.left.setdefault(text % {"n": missing}, [])

    def show(self, request: HttpRequest, text: str, undo: str = "") -> None:
        """Show a message on the next page; `text` says what was done, if anything was."""
        parts = [text] if self.done else []
        for reason, names in self.left.items():
            listed = _("Not done for %(names)s:") % {"names": join_few(names)} if names else ""
            parts += [each for each in (listed, reason) if each]
        message = " ".join(parts)
        if self.done and undo:
            offer_undo(request, message, undo)
        elif message:
            level = messages.WARNING if self.left else messages.SUCCESS
            messages.add_message(request, level, message)


def join_few(names: Sequence[str]) -> str:
    """A few names, and how many there are besides."""
    shown = [each if len(each) <= LONGEST_NAME else each[:LONGEST_NAME] + "…" for each in names]
    text = ", ".join(shown[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    if more <= 0:
        return text
    return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {
        "names": text,
        "n": more,
    }


def read_chosen_ids(request: HttpRequest) -> list[uuid.UUID]:
    """The chosen rows of a table with UUIDs, each once."""
    return _read_chosen(request, read_uuid)


def read_chosen_numbers(request: HttpRequest) -> list[int]:
    """The chosen rows of a table with numbers, each once."""
    return _read_chosen(request, read_optional_number)


def _read_chosen(request: HttpRequest, read: Callable[[str], Any]) -> list[Any]:
    # An undo, which has nothing else to say, has them in its address.
    sent = request.POST.getlist("chosen") or request.GET.getlist("chosen")
    found = [value for text in sent[: MOST_CHOSEN + 1] if (value := read(text)) is not None]
    return list(dict.fromkeys(found))


def _find_mistake(chosen: Sequence[Any], action: Action | None) -> str:
    """Why an action can't begin; empty if it can."""
    if action is None:
        return _("This action doesn't exist. Reload the page.")
    if not chosen:
        return _("Select at least one row first.")
    if len(chosen) > MOST_CHOSEN:
        return _("Select at most %(limit)s rows at a time.") % {"limit": MOST_CHOSEN}
    if action.exactly and len(chosen) != action.exactly:
        message = ngettext(
            "Select exactly %(n)s row.", "Select exactly %(n)s rows.", action.exactly
        )
        return message % {"n": action.exactly}
    return ""


def read_action(
    request: HttpRequest, actions: Sequence[Action], chosen: Sequence[Any], page: str
) -> Action | HttpResponse:
    """The action to take; or, if it can't begin, the list again with a message."""
    name = request.POST.get("action", "")
    action = next((each for each in actions if each.name == name), None)
    mistake = _find_mistake(chosen, action)
    if action is None or mistake:
        messages.warning(request, mistake)
        return return_to_list(request, page)
    return action


def return_to_list(request: HttpRequest, page: str) -> HttpResponse:
    """The list as it was, sorted, filtered and on the same page."""
    # Only a query: the form of another site couldn't lead anywhere else.
    query = QueryDict(request.POST.get("back", "")).urlencode()
    return redirect(f"{page}?{query}" if query else page)


def open_comparison(older: uuid.UUID, newer: uuid.UUID) -> HttpResponse:
    query = urlencode({"a": str(older), "b": str(newer)})
    return redirect(f"{reverse('compare')}?{query}")


def address_of_chosen(name: str, ids: Sequence[Any]) -> str:
    """The address of a view about these rows, such as one that reverts what was done to them."""
    return f"{reverse(name)}?{urlencode({'chosen': [str(each) for each in ids]}, doseq=True)}"


def is_confirmed(request: HttpRequest) -> bool:
    return "sure" in request.POST


def ask(
    request: HttpRequest,
    action: Action,
    title: str,
    loss: str,
    names: Sequence[str],
    page: str,
    **more: object,
) -> HttpResponse:
    """A page that asks once before something is lost; its form comes back with `sure`."""
    context = {
        "action": action,
        "title": title,
        "loss": loss,
        "names": names[:MOST_ASKED],
        "more_names": max(0, len(names) - MOST_ASKED),
        "chosen": request.POST.getlist("chosen")[:MOST_CHOSEN],
        "back": request.POST.get("back", ""),
        "page": page,
        **more,
    }
    return render(request, "selection/page.html", context)
