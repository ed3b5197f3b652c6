"""Acting on chosen templates of the list: export, move, archive and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from playground.pages.responses import respond_undone
from playground.pages.selection import (
    Action,
    Report,
    address_of_chosen,
    ask,
    is_confirmed,
    read_action,
    read_chosen_ids,
    return_to_list,
)
from playground.payload_templates.models import Template
from playground.payload_templates.templates import (
    delete_template,
    list_folders,
    may_change,
    may_manage,
    move_template,
    restore_template,
    set_archived,
    visible_templates,
)
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Person, Role

EXPORT = Action("export", gettext_lazy("Export"), "save")
MOVE = Action("move", gettext_lazy("Move…"), "file")
ARCHIVE = Action("archive", gettext_lazy("Archive"), "archive")
UNARCHIVE = Action("unarchive", gettext_lazy("Restore"), "reset")
DELETE = Action("delete", gettext_lazy("Delete…"), "remove", is_danger=True)
ACTIONS = (EXPORT, MOVE, ARCHIVE, UNARCHIVE, DELETE)


def list_actions(person: Person, archived: bool) -> tuple[Action, ...]:
    """Return what this person may do with templates of the list."""
    if not person.may_edit:
        return (EXPORT,)
    return (EXPORT, MOVE, UNARCHIVE if archived else ARCHIVE, DELETE)


@needs(Role.VIEWER)
@require_POST
def act_on_templates(request: HttpRequest) -> HttpResponse:
    chosen, page = read_chosen_ids(request), reverse("templates")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    rows = list(visible_templates(person_of(request)).filter(id__in=chosen).order_by("name"))
    if action is EXPORT:
        return redirect(address_of_chosen("export_templates", [row.id for row in rows]))
    if action in (MOVE, DELETE) and rows and not is_confirmed(request):
        return _ask(request, action, rows)
    report = Report()
    report.count_missing(len(chosen) - len(rows))
    permits, refusal = _find_rule(action)
    allowed = []
    for row in rows:
        if permits(person_of(request), row):
            allowed.append(row)
        else:
            report.leave(row.name, refusal)
    return _act(request, action, allowed, report)


def _find_rule(action: Action) -> tuple[Callable[[Person, Template], bool], str]:
    """Who may do this, and what the others are told."""
    if action is DELETE:
        return may_manage, _("Only their creator or an owner can delete them.")
    return may_change, _("You can use them, but not change them.")


def _ask(request: HttpRequest, action: Action, rows: Sequence[Template]) -> HttpResponse:
    names, page = [row.name for row in rows], reverse("templates")
    numbers = {"n": len(rows)}
    if action is MOVE:
        title = ngettext("Move %(n)s template", "Move %(n)s templates", len(rows)) % numbers
        folders = list_folders(person_of(request))
        more = {"fields": "templates/_folder.html", "folders": folders, "confirm": _("Move")}
        return ask(request, action, title, "", names, page, **more)
    title = ngettext("Delete %(n)s template?", "Delete %(n)s templates?", len(rows)) % numbers
    loss = _(
        "Their versions and variants are deleted with them, and their share links stop working. "
        "You can undo this for ten seconds."
    )
    return ask(request, action, title, loss, names, page, confirm=_("Delete"))


def _act(
    request: HttpRequest, action: Action, rows: Sequence[Template], report: Report
) -> HttpResponse:
    report.done, undo, ids = len(rows), "", [row.id for row in rows]
    folder = request.POST.get("folder", "")
    for row in rows:
        if action is DELETE:
            delete_template(row)
            record_event(request, "template-deleted", row.name)
        elif action is MOVE:
            try:
                move_template(row, folder)
            except ValueError as error:
                report.leave(row.name, str(error))
                report.done -= 1
        else:
            set_archived(row, action is ARCHIVE)
    if action in (ARCHIVE, DELETE):
        undo = address_of_chosen("undo_archive" if action is ARCHIVE else "undo_delete", ids)
    report.show(request, _describe(action, report.done), undo)
    return return_to_list(request, reverse("templates"))


def _describe(action: Action, done: int) -> str:
    texts = {
        MOVE: ngettext("Moved %(n)s template.", "Moved %(n)s templates.", done),
        ARCHIVE: ngettext("Archived %(n)s template.", "Archived %(n)s templates.", done),
        UNARCHIVE: ngettext("Restored %(n)s template.", "Restored %(n)s templates.", done),
        DELETE: ngettext("Deleted %(n)s template.", "Deleted %(n)s templates.", done),
    }
    return texts[action] % {"n": done}


@needs(Role.EDITOR)
@require_POST
def undo_archive(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    rows = visible_templates(person).filter(id__in=read_chosen_ids(request))
    restored = [row for row in rows if may_change(person, row)]
    for row in restored:
        set_archived(row, False)
    return _report_undone(request, len(restored))


@needs(Role.EDITOR)
@require_POST
def undo_delete(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    ids = read_chosen_ids(request)
    return _report_undone(request, sum(restore_template(person, each) for each in ids))


def _report_undone(request: HttpRequest, restored: int) -> HttpResponse:
    text = ngettext("%(n)s template is back.", "%(n)s templates are back.", restored)
    return respond_undone(request, text % {"n": restored}, reverse("templates"))
