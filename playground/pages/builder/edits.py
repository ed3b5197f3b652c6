"""Editing a draft: the one view that all edits go through, undo and redo, and their responses."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.changes import Applied, Conflict, apply_edit, is_recorded, redo, undo
from playground.drafts.incomplete import EDITOR
from playground.drafts.models import Draft
from playground.drafts.states import InvalidEdit, State
from playground.forms.sections import Section
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.splices import Splice
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.edit_requests import (
    InvalidEditRequest,
    complete_edit,
    read_edit,
    read_edit_request,
    read_origin,
)
from playground.pages.builder.parts import (
    connections_of,
    describe_form,
    draw_part,
    list_variable_names,
)
from playground.pages.builder.template_link import describe_link_state
from playground.pages.templatetags.markup import connection_host
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.rules.problems import Problem


@needs(Role.EDITOR)
@require_POST
def edit_draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Make an edit `{kind, pointer, typed|value, as, revision, tab, step, part}`.

    200 with what `describe_applied` returns, 409 when another tab changed the same value, 422
    for an edit that is impossible, 404 for a draft that is gone, 413 for one that is too large.
    """
    try:
        sent = read_edit_request(request)
        person, (tab, undo_step) = person_of(request), read_origin(sent)
        # A page that didn't get the response retries: the edit must not be applied twice.
        if sent.get("again") and is_recorded(person, draft_id, tab, undo_step):
            return JsonResponse({"done": True})
        edit = complete_edit(request, draft_id, read_edit(sent), emptied=sent.get("as") == "json")
        done = apply_edit(person, draft_id, edit, sent["revision"], tab, undo_step)
    except Draft.DoesNotExist:
        return _reject(_("This draft doesn't exist. It may have been discarded."), 404)
    except JSONSyntaxError as error:
        return _reject(error.message)
    except (InvalidEdit, InvalidEditRequest) as error:
        return _reject(str(error))
    except RequestDataTooBig:
        return _reject(_("This is too large to save."), 413)
    if isinstance(done, Conflict):
        return _report_conflict(done)
    return JsonResponse(describe_applied(done, sent))


@needs(Role.EDITOR)
@require_POST
def undo_or_redo(request: HttpRequest, draft_id: uuid.UUID, direction: str) -> HttpResponse:
    """Undo or redo one step, and draw the changed sections of the form."""
    replay = {"undo": undo, "redo": redo}.get(direction)
    if replay is None:
        raise Http404(_("There is only undo and redo."))
    try:
        sent = read_edit_request(request)
        done = replay(person_of(request), draft_id, read_origin(sent)[0])
    except Draft.DoesNotExist:
        return _reject(_("This draft doesn't exist. It may have been discarded."), 404)
    except (InvalidEdit, InvalidEditRequest) as error:
        return _reject(str(error))
    if done is None:
        nothing = {"undo": _("There is nothing to undo."), "redo": _("There is nothing to redo.")}
        return JsonResponse({"nothing": True, "sentence": nothing[direction]})
    return JsonResponse(describe_applied(done, {"part": "changed", **sent}))


@needs(Role.EDITOR)
@require_safe
def show_state(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The draft as it is now, for a tab that has missed changes."""
    opened = open_draft(request, draft_id)
    return JsonResponse(
        {
            "text": opened.draft.text,
            "revision": opened.draft.revision,
            **describe_problems(opened.problems),
            "half": describe_editor(opened.state),
            "variables": list_variable_names(opened),
            "connection": _describe_connection(request, opened),
        }
    )


def _describe_connection(request: HttpRequest, opened: DraftContext) -> dict[str, Any]:
    """The connection's button and menu as HTML, and the name to type if it is protected."""
    connection = opened.draft.connection
    context = {"connection": connection, "connections": connections_of(opened)}
    html = render_to_string("builder/_connection.html", context, request)
    return {
        "html": html,
        "protected": connection.name if connection and connection.protected else "",
        "host": connection_host(connection),
    }


def describe_applied(done: Applied, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a tab needs to show a change.

    `base` and `revision` are the revisions before and after it, `lines` the changed lines (see
    `find_lines`), `half` what `describe_editor` returns. `problems` and their `digest` come if
    they differ from those that the tab has, `html` if it asked for a part. `payload` means that
    Send would send something different, although no line changed.
    """
    opened = DraftContext(done.draft)
    answer: dict[str, Any] = {
        "base": done.draft.revision - (1 if done.changed else 0),
        "revision": done.draft.revision,
    }
    if done.draft.template_id:
        answer |= describe_link_state(done.draft)
    if lines := find_lines(done.before.text, done.splice):
        answer["lines"] = lines
    elif _sent_beside_text(done.before) != _sent_beside_text(done.after):
        answer["payload"] = True
    if done.before.metadata.incomplete != done.after.metadata.incomplete:
        answer["half"] = describe_editor(done.after)
    problems = describe_problems(opened.problems)
    # Most keystrokes change no problem, and a long document may have thousands.
    if problems["digest"] != sent.get("digest"):
        answer |= problems
    if sent.get("part") == "changed":
        answer |= _describe_sections(done, opened)
    elif sent.get("part"):
        pointer = sent.get("at", sent.get("pointer", ""))
        answer["html"] = draw_part(opened, {**sent, "pointer": pointer})
    return answer


def _sent_beside_text(state: State) -> tuple[object, ...]:
    """What determines, in addition to the document, what Send would send."""
    metadata = state.metadata
    body = (metadata.media_type, metadata.is_body_left_out)
    return (state.path_values, state.connection, metadata.variables, *body)


def find_lines(before: str, splice: Splice) -> tuple[int, int, list[str]] | None:
    """The changed lines: index of the first, number replaced, new lines."""
    if not splice.changes:
        return None
    # Only these lines are sent: a document may be a megabyte and a keystroke one character.
    removed_end = splice.offset + len(splice.removed)
    first = before.count("\n", 0, splice.offset)
    start = before.rfind("\n", 0, splice.offset) + 1
    end = before.find("\n", removed_end)
    tail = before[removed_end : end if end >= 0 else len(before)]
    lines = before[start : splice.offset] + splice.inserted + tail
    return first, splice.removed.count("\n") + 1, lines.split("\n")


def describe_editor(state: State) -> list[Any] | None:
    """How the JSON editor's text differs: offset, length removed, text inserted."""
    entry = state.metadata.incomplete.get(EDITOR)
    return json.loads(entry) if entry is not None else None


def describe_problems(problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems, and a digest that tells a tab whether they have changed."""
    described = [problem.as_dict() for problem in problems]
    text = json.dumps(described, sort_keys=True).encode("utf-8", "replace")
    return {"problems": described, "digest": hashlib.blake2b(text, digest_size=8).hexdigest()}


def _describe_sections(done: Applied, opened: DraftContext) -> dict[str, Any]:
    """The changed sections of the form, for a change made elsewhere, such as in the editor.

    `html` has those sections and the index, `sections` the ids of all sections in order;
    `reload` means that the whole page depends on the change.
    """
    before, after = done.before, done.after
    is_left_out = after.metadata.is_body_left_out
    if before.connection != after.connection or before.metadata.is_body_left_out != is_left_out:
        return {"reload": True}
    if before.metadata.media_type != after.metadata.media_type:
        return {"html": draw_part(opened, {"part": "form"})}
    if before.path_values != after.path_values:
        return {"html": draw_part(opened, {"part": "form"})}
    if before.text == after.text and before.metadata == after.metadata:
        return {}
    old_tree = parse(before.text)
    old = {each.id: each for each in opened.read_sections(before, old_tree)}
    changed = [
        each.id
        for each in opened.sections
        if old.get(each.id) != each or _differs_below(each, old_tree, opened.tree)
    ]
    # The index counts the values of all sections, so it is redrawn with any of them.
    html = ""
    if changed or len(old) != len(opened.sections):
        form = describe_form(opened)
        drawn = [each for each in form["sections"] if each["section"].id in changed]
        html = "".join(render_to_string("builder/_section.html", each) for each in drawn)
        html += render_to_string("builder/_index.html", form)
    return {"html": html, "sections": [each.id for each in opened.sections]}


def _differs_below(section: Section, old: Any, new: Any) -> bool:
    """Whether the values of a wide widget, such as a grid, differ."""
    # The fields of other sections hold their values, so comparing the sections is enough.
    if not section.is_wide:
        return False
    key = section.fields[0].key
    old_value, new_value = (
        tree.get(key) if isinstance(tree, dict) else None for tree in (old, new)
    )
    return bool(old_value != new_value)


def _reject(message: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"sentence": message}, status=status)


def _report_conflict(conflict: Conflict) -> JsonResponse:
    return JsonResponse(
        {
            "sentence": _("Another tab changed this value too."),
            "pointer": conflict.pointer,
            "theirs": conflict.theirs,
            "yours": conflict.yours,
            "revision": conflict.draft.revision,
        },
        status=409,
    )
