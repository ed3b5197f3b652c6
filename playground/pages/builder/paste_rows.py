"""Pasting a table into a grid of the builder, as one edit."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.drafts.assignments import AssignmentError, list_columns
from playground.drafts.changes import Conflict, apply_edit, is_recorded
from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit, InvalidEdit
from playground.importers.rows import Table, read_table
from playground.importers.tables import InvalidTable
from playground.importers.titles import TableColumn
from playground.jsontext import parsing, pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.edit_requests import (
    InvalidEditRequest,
    read_edit,
    read_edit_request,
    read_origin,
)
from playground.pages.builder.edits import describe_applied
from playground.pages.builder.field_parts import find_table
from playground.people.access import needs, person_of
from playground.people.models import Role


@needs(Role.EDITOR)
@require_POST
def paste_rows(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`{text, pointer, index, column, keys, revision, tab, step}` → the response to an edit, and
    `said`: sentences about what was pasted and what was left out.

    A file has its content as Base64 in `file`, and its `name`, instead of a text.

    The cells fill the rows from `index` on: if the table has titles, the columns of those names,
    otherwise the columns from `column` on. `keys` are the columns that the page shows.
    """
    opened = open_draft(request, draft_id)
    try:
        sent = read_edit_request(request)
        person, (tab, undo_step) = person_of(request), read_origin(sent)
        if sent.get("again") and is_recorded(person, draft_id, tab, undo_step):
            return JsonResponse({"done": True})
        place = read_edit({**sent, "kind": "paste"})
        keys = [key for key in sent.get("keys") or () if isinstance(key, str)]
        known = _list_known(opened, place.pointer, keys)
        name = str(sent.get("name", ""))
        table = read_table(_read_source(sent), known, name=name, needs_titles=False)
        count = _count_rows(opened, place, table.rows[-1].index + 1)
        kinds = _list_kinds(opened, place.pointer)
        edit = _build_edit(place, table, keys, sent.get("column"), count, kinds)
        done = apply_edit(person, draft_id, edit, sent["revision"], tab, undo_step)
    except RequestDataTooBig:
        return _reject(_("This is too large to paste. Use send_template or the HTTP API."), 413)
    except JSONSyntaxError as error:
        return _reject(error.message)
    except (AssignmentError, InvalidTable, InvalidEdit, InvalidEditRequest) as error:
        return _reject(str(error))
    if isinstance(done, Conflict):
        return _reject(_("Another tab changed this draft. Paste again."))
    part = sent["part"] if sent.get("part") in ("field", "card") else "section"
    section = {**sent, "part": part, "at": edit.pointer}
    said = [_say_pasted(len(table.rows)), *(note.message for note in table.notes)]
    return JsonResponse({**describe_applied(done, section), "said": said})


def _read_source(sent: Mapping[str, Any]) -> str | bytes:
    """The text that was pasted, or the content of a file."""
    if "file" not in sent:
        return str(sent.get("text", ""))
    try:
        return base64.b64decode(str(sent["file"]), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidEditRequest(_("The file was damaged on its way. Drop it again.")) from None


def _list_known(opened: DraftContext, pointer: str, keys: Sequence[str]) -> list[TableColumn]:
    """The columns of the page, then any others of the workflow and the rows."""
    known = list_columns(opened.schema, opened.facts, opened.draft.text, pointer)
    labels = {each.key: each.labels for each in known}
    return [TableColumn(key, labels.get(key, ())) for key in dict.fromkeys([*keys, *labels])]


def _list_kinds(opened: DraftContext, pointer: str) -> dict[str, str]:
    """The columns of a schema's list that hold numbers or booleans."""
    try:
        grid = find_table(opened, {"pointer": pointer})
    except LookupError:
        return {}
    kinds = {"integer": "number", "number": "number", "toggle": "boolean"}
    return {each.key: kinds[each.kind] for each in grid.columns if each.kind in kinds}


def _build_edit(
    place: Edit,
    table: Table,
    keys: Sequence[str],
    column: Any,
    count: int,
    kinds: Mapping[str, str],
) -> Edit:
    """The edit that fills the cells of a list that has `count` rows."""
    first = column if isinstance(column, int) and column >= 0 else 0
    width = max(len(row.cells) for row in table.rows)
    columns = table.keys or _name_columns(keys, min(first, len(keys)), width)
    cells: list[list[str]] = []
    for row in table.rows:
        # Over existing rows, each value keeps its row; new rows are never blank.
        blank = min(row.index, count - place.index) - len(cells)
        cells += [[]] * blank + [[cell or "" for cell in row.cells]]
    value = {"keys": list(columns), "cells": cells, "kinds": dict(kinds)}
    # A missing list is created at its place in the schema's key order.
    order = place.order or [pointers.last(place.pointer)]
    return Edit("paste", place.pointer, json.dumps(value), place.index, order=order)


def _count_rows(opened: DraftContext, place: Edit, pasted: int) -> int:
    """How many rows the list has. Raises InvalidEditRequest for one that can't take cells."""
    tree = parsing.parse(text_at(opened.draft.text, place.pointer) or "null")
    rows = tree if isinstance(tree, list) else []
    for index, row in enumerate(rows[: place.index + pasted]):
        if index >= place.index and not isinstance(row, dict):
            message = _("Row %(number)s isn't an object, so it has no cells. Change or remove it.")
            raise InvalidEditRequest(message % {"number": index + 1})
    return len(rows)


def _name_columns(keys: Sequence[str], first: int, width: int) -> list[str]:
    """The keys of the columns from `first` on; those beyond the last one get new names."""
    named = list(keys[first : first + width])
    number = first + len(named)
    while len(named) < width:
        number += 1
        if (name := f"column_{number}") not in keys:
            named.append(name)
    return named


def _say_pasted(count: int) -> str:
    message = ngettext("%(count)s row pasted.", "%(count)s rows pasted.", count)
    return message % {"count": f"{count:,}"}


def _reject(message: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"sentence": message}, status=status)
