"""The one door for edits of a draft: what was typed comes in, what changed goes out."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.changes import Applied, Conflict, apply_edit, is_recorded, redo, undo
from playground.drafts.editing import Edit, InvalidEdit, State
from playground.drafts.incomplete import EDITOR
from playground.drafts.models import Draft
from playground.forms.kinds import IncompleteInput, parse_input
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.splices import Splice
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.builder.edit_requests import BadEdit, complete
from playground.pages.builder.following import describe_sections
from playground.pages.builder.parts import draw_part
from playground.pages.builder.template_link import describe_link_state
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.rules.problems import Problem

LONGEST_POINTER = 5000
# Escapes of which JSON makes halves of pairs, where the other one is missing.
HALVES = re.compile(r"\\u[dD]")
PART_KINDS = ("set", "remove", "rename", "replace")


@needs(Role.EDITOR)
@require_POST
def edit_draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`{kind, pointer, typed|value, as, revision, tab, step, part}` → what changed.

    200 with `base`, `revision`, `lines` (start, how many went, the new ones), `problems`
    when they changed, `html` when a part was asked for. 409 when another tab changed the
    same place, 422 for an edit that cannot be, 404 for a draft that is gone.
    """
    try:
        sent = read_edit_request(request)
        if sent.get("again") and is_recorded(person_of(request), draft_id, *_origin(sent)):
            return JsonResponse({"done": True})
        edit = complete(request, draft_id, read_edit(sent), emptied=sent.get("as") == "json")
        done = apply_edit(
            person_of(request),
            draft_id,
            edit,
            int(sent.get("revision", 0)),
            *_origin(sent),
        )
    except Draft.DoesNotExist:
        return _refuse(_("This draft is gone: discarded in another tab, or never yours."), 404)
    except JSONSyntaxError as error:
        return _refuse(error.message, 422)
    except (InvalidEdit, BadEdit) as error:
        return _refuse(str(error), 422)
    except RequestDataTooBig:
        return _refuse(_("That is too large to be saved."), 413)
    if isinstance(done, Conflict):
        return _explain_conflict(done)
    return JsonResponse(describe_applied(done, sent))


@needs(Role.EDITOR)
@require_POST
def turn_back(request: HttpRequest, draft_id: uuid.UUID, direction: str) -> HttpResponse:
    """Undo or redo one step; the form is drawn anew where the person is not typing."""
    turn = {"undo": undo, "redo": redo}.get(direction)
    if turn is None:
        raise Http404(_("Drafts are turned by undo and redo."))
    try:
        sent = read_edit_request(request)
        done = turn(person_of(request), draft_id, str(sent.get("tab", ""))[:40])
    except Draft.DoesNotExist:
        return _refuse(_("This draft is gone: discarded in another tab, or never yours."), 404)
    except (InvalidEdit, BadEdit) as error:
        return _refuse(str(error), 422)
    if done is None:
        nothing = {"undo": _("There is nothing to undo."), "redo": _("There is nothing to redo.")}
        return JsonResponse({"nothing": True, "sentence": nothing[direction]})
    return JsonResponse(describe_applied(done, {"part": "changed", **sent}))


@needs(Role.EDITOR)
@require_safe
def show_state(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The draft as it is now, for a tab that fell behind."""
    opened = open_draft(request, draft_id)
    return JsonResponse(
        {
            "text": opened.draft.text,
            "revision": opened.draft.revision,
            **see(opened.draft)._asdict(),
            "half": half_of(opened.state),
        }
    )


def _origin(sent: Mapping[str, Any]) -> tuple[str, str]:
    """The tab an edit comes from, and the step it belongs to."""
    return str(sent.get("tab", ""))[:40], str(sent.get("step", ""))[:80]


def read_edit_request(request: HttpRequest) -> dict[str, Any]:
    """The object that a page sends; halves of surrogate pairs in it become question marks, since
    they can neither be kept nor sent on."""
    try:
        text = request.body.decode() or "{}"
        sent = json.loads(text)
        if HALVES.search(text):
            sent = json.loads(json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise BadEdit(_("An edit is sent as JSON.")) from None
    if not isinstance(sent, dict):
        raise BadEdit(_("An edit is sent as a JSON object."))
    revision = sent.get("revision", 0)
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise BadEdit(_("The revision is a whole number."))
    return sent


def read_edit(sent: Mapping[str, Any]) -> Edit:
    """`typed` is text from a field of the kind `as`; `value` is JSON text already."""
    kind, pointer = sent.get("kind", "set"), sent.get("pointer", "")
    if not isinstance(kind, str) or not isinstance(pointer, str) or len(pointer) > LONGEST_POINTER:
        raise BadEdit(_("An edit has a kind and a pointer."))
    if pointer and not pointer.startswith("/") and kind not in ("path", "variable"):
        raise BadEdit(_("A JSON Pointer begins with a slash."))
    edit = Edit(
        kind,
        pointer,
        value=_text(sent.get("value")),
        index=_whole(sent.get("index")),
        to=_whole(sent.get("to")),
        order=[each for each in _list(sent.get("order")) if isinstance(each, str)],
        parts=[_read_part(part) for part in _list(sent.get("parts"))],
        removed=_text(sent.get("removed")),
    )
    return _typed(edit, sent) if "typed" in sent else edit


def _read_part(sent: Any) -> Edit:
    """One of several edits that are made together; whatever needs more than its own place to
    be judged, such as a connection, comes alone."""
    if not isinstance(sent, dict) or sent.get("kind", "set") not in PART_KINDS or "parts" in sent:
        raise BadEdit(_("Several edits at once set, remove, rename or replace."))
    return read_edit(sent)


def _typed(edit: Edit, sent: Mapping[str, Any]) -> Edit:
    typed = _text(sent["typed"])
    try:
        value = parse_input(_text(sent.get("as")) or "text", typed)
    except IncompleteInput:
        return Edit("half", edit.pointer, typed)
    if value is None:
        return Edit("remove", edit.pointer)
    return Edit("set", edit.pointer, value, order=edit.order)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise BadEdit(_("The order and the parts of an edit are lists."))
    return value or []


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


class Seen(NamedTuple):
    """What is wrong with a draft."""

    problems: list[dict[str, Any]]
    digest: str


def see(draft: Draft) -> Seen:
    problems = list_problems(Opened(draft).problems)
    return Seen(problems, digest_of(problems))


def describe_applied(done: Applied, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a tab needs to follow: changed lines, changed problems, the part it asked for, and
    `half`, what the JSON editor shows instead of the document (null: nothing)."""
    opened = Opened(done.draft)
    seen = see(done.draft)
    answer: dict[str, Any] = {
        "base": done.draft.revision - (1 if done.changed else 0),
        "revision": done.draft.revision,
    }
    if done.draft.template_id:
        answer |= describe_link_state(done.draft)
    if lines := find_lines(done.before.text, done.splice):
        answer["lines"] = lines
    if done.before.metadata.incomplete != done.after.metadata.incomplete:
        answer["half"] = half_of(done.after)
    if seen.digest != sent.get("digest"):
        answer |= seen._asdict()
    if sent.get("part") == "changed":
        answer |= describe_sections(done, opened)
    elif sent.get("part"):
        place = sent.get("at", sent.get("pointer", ""))
        answer["html"] = draw_part(opened, {**sent, "pointer": place})
    return answer


def half_of(state: State) -> list[Any] | None:
    """The editor's difference to the document: offset, how many signs go, what comes."""
    entry = state.metadata.incomplete.get(EDITOR)
    return json.loads(entry) if entry is not None else None


def find_lines(before: str, splice: Splice) -> tuple[int, int, list[str]] | None:
    """The changed lines: the first one's index, how many went, those that replace them."""
    if not splice.changes:
        return None
    gone = splice.offset + len(splice.removed)
    first = before.count("\n", 0, splice.offset)
    start = before.rfind("\n", 0, splice.offset) + 1
    end = before.find("\n", gone)
    tail = before[gone : end if end >= 0 else len(before)]
    fresh = before[start : splice.offset] + splice.inserted + tail
    return first, splice.removed.count("\n") + 1, fresh.split("\n")


def list_problems(problems: list[Problem]) -> list[dict[str, Any]]:
    return [problem.as_dict() for problem in problems]


def digest_of(problems: list[dict[str, Any]]) -> str:
    text = json.dumps(problems, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _refuse(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": sentence}, status=status)


def _explain_conflict(conflict: Conflict) -> JsonResponse:
    return JsonResponse(
        {
            "sentence": _("Another tab changed this place too."),
            "pointer": conflict.pointer,
            "theirs": conflict.theirs,
            "yours": conflict.yours,
            "revision": conflict.draft.revision,
        },
        status=409,
    )
