"""Acting on chosen schedules of the list: run, pause with a reason, resume, duplicate, end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from playground.pages.selection import (
    Action,
    Report,
    ask,
    is_confirmed,
    read_action,
    read_chosen_ids,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.access import ScheduleRefused, visible_schedules
from playground.schedules.models import Schedule
from playground.schedules.schedules import (
    duplicate_schedule,
    end_schedule,
    pause_schedule,
    resume_schedule,
    run_now,
)

# The first one is the most harmless: a copy is paused.
DUPLICATE = Action("duplicate", gettext_lazy("Duplicate"), "duplicate")
PAUSE = Action("pause", gettext_lazy("Pause…"), "stop")
RESUME = Action("resume", gettext_lazy("Resume"), "play")
RUN = Action("run", gettext_lazy("Run now…"), "send")
END = Action("end", gettext_lazy("End…"), "remove", is_danger=True)
ACTIONS = (DUPLICATE, PAUSE, RESUME, RUN, END)
LONGEST_REASON = 500


@needs(Role.EDITOR)
@require_POST
def act_on_schedules(request: HttpRequest) -> HttpResponse:
    """Do one thing to each chosen schedule; those that can't are named with the reason."""
    chosen, page = read_chosen_ids(request), reverse("schedules")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    person = person_of(request)
    rows = list(visible_schedules(person).filter(pk__in=chosen).order_by("name", "pk"))
    if action in (PAUSE, RUN, END) and rows and not is_confirmed(request):
        return _ask(request, action, rows)
    report = Report()
    report.count_missing(len(chosen) - len(rows))
    act = _find_function(action, person, request.POST.get("reason", "").strip()[:LONGEST_REASON])
    for row in rows:
        try:
            act(row.pk)
        except (ScheduleRefused, Schedule.DoesNotExist) as refused:
            report.leave(row.name, str(refused))
        else:
            report.done += 1
    report.show(request, describe_done(action, report.done))
    return return_to_list(request, page)


def _find_function(action: Action, person: Person, reason: str) -> Callable[[uuid.UUID], object]:
    functions: dict[Action, Callable[[uuid.UUID], object]] = {
        DUPLICATE: lambda key: duplicate_schedule(person, key),
        PAUSE: lambda key: pause_schedule(person, key, reason),
        RESUME: lambda key: resume_schedule(person, key),
        RUN: lambda key: run_now(person, key),
        END: lambda key: end_schedule(person, key),
    }
    return functions[action]


def _ask(request: HttpRequest, action: Action, rows: Sequence[Schedule]) -> HttpResponse:
    names, page, number = [row.name for row in rows], reverse("schedules"), len(rows)
    numbers = {"n": number}
    if action is PAUSE:
        title = ngettext("Pause %(n)s schedule", "Pause %(n)s schedules", number) % numbers
        loss = _("Nothing of them runs until somebody resumes them. What is under way finishes.")
        more = {"fields": "schedules/_reason.html", "confirm": _("Pause")}
        return ask(request, action, title, loss, names, page, **more)
    if action is RUN:
        title = ngettext("Run %(n)s schedule now?", "Run %(n)s schedules now?", number) % numbers
        loss = _("Each sends its request once, now. When they run next doesn't change.")
        return ask(request, action, title, loss, names, page, confirm=_("Run now"))
    title = ngettext("End %(n)s schedule?", "End %(n)s schedules?", number) % numbers
    loss = _("They run no more. Their past runs and versions stay, and you can resume them.")
    return ask(request, action, title, loss, names, page, confirm=_("End"))


def describe_done(action: Action, done: int) -> str:
    texts = {
        DUPLICATE: ngettext(
            "Duplicated %(n)s schedule. The copy is paused.",
            "Duplicated %(n)s schedules. The copies are paused.",
            done,
        ),
        PAUSE: ngettext("Paused %(n)s schedule.", "Paused %(n)s schedules.", done),
        RESUME: ngettext("Resumed %(n)s schedule.", "Resumed %(n)s schedules.", done),
        RUN: ngettext("Started %(n)s run.", "Started %(n)s runs.", done),
        END: ngettext("Ended %(n)s schedule.", "Ended %(n)s schedules.", done),
    }
    return texts[action] % {"n": done}
