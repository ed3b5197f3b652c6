"""Setting up a batch: its file, its columns, its connection, and the check of its rows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from playground.batches.access import BatchRefused, may_run
from playground.batches.batches import (
    check_rows,
    replace_file,
    set_connection,
    set_mapping,
    set_source,
)
from playground.batches.copying import copy_batch, count_arrived, require_copyable
from playground.batches.drift import find_batch_drift
from playground.batches.mapping import InvalidMapping
from playground.batches.mapping import Mapping as RowMapping
from playground.batches.models import Batch
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.batches.access import find_run_of_schedule, get_batch_or_404
from playground.pages.batches.checked import describe_checked
from playground.pages.batches.mapping_form import (
    InvalidMappingForm,
    describe_mapping,
    read_mapping_form,
)
from playground.pages.batches.options_form import describe_options
from playground.pages.batches.source_form import describe_source, read_reading
from playground.pages.batches.starting import read_rows_of
from playground.pages.parameters import read_uuid
from playground.pages.responses import breadcrumbs
from playground.pages.selection import Action, ask, is_confirmed
from playground.pages.templatetags.markup import operation_title
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.vault.storage_errors import explain_storage_error
from playground.workspace.models import Connection

COPY = Action("copy", gettext_lazy("Copy"), "duplicate")


def show_setup(
    request: HttpRequest,
    batch: Batch,
    mapping: RowMapping | None = None,
    errors: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page on which a batch is set up; `mapping` is one that was sent and is not saved."""
    person, errors = person_of(request), errors or {}
    source = describe_source(batch)
    context: dict[str, object] = {
        "batch": batch,
        "may_run": may_run(person, batch),
        "source": source,
        "errors": errors,
        "trail": breadcrumbs((_("Batches"), reverse("batches")), batch.name),
        "operation": operation_title(batch.operation),
        "connections": list_usable_connections(batch),
        **describe_checked(request, batch),
        **describe_options(batch, errors),
        **_describe_columns(batch, source.samples, mapping, errors),
        "drift": find_batch_drift(batch),
        "slot": find_run_of_schedule(person, batch),
        "repair": reverse("repair_batch", args=[batch.pk]) if may_run(person, batch) else "",
        **more,
    }
    return render(request, "batch/setup.html", context, status=422 if errors else 200)


def _describe_columns(
    batch: Batch, samples: Any, mapping: RowMapping | None, errors: Mapping[str, str]
) -> dict[str, object]:
    try:
        operation = get_operation(batch.operation)
        stored = mapping or RowMapping.read(batch.mapping)
    except UnknownOperation:
        return {"broken": _("The operation no longer exists. Make a new batch.")}
    except InvalidMapping as error:
        return {"broken": str(error)}
    return {"form": describe_mapping(batch, operation, samples, stored, errors)}


def list_usable_connections(batch: Batch) -> list[Connection]:
    try:
        api = get_operation(batch.operation).api.id
    except UnknownOperation:
        return []
    return list(Connection.objects.filter(api=api).order_by("-practice", "name"))


@needs(Role.EDITOR)
@require_POST
def read_file_again(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Read the file with another format, encoding, separator, sheet or header row."""
    batch = get_batch_or_404(request, batch_id)
    try:
        set_source(person_of(request), batch_id, read_reading(request.POST))
    except BatchRefused as error:
        return show_setup(request, batch, errors={"source": str(error)})
    return redirect("batch", batch_id)


@needs(Role.EDITOR)
@require_POST
def change_file(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Use another file, such as the corrected one; with the same columns, check it at once."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    rows = read_rows_of(request)
    if rows is None:
        return show_setup(request, batch, errors={"file": _("Choose a file.")})
    former, was_checked = list(batch.columns), batch.state != Batch.State.DRAFT
    try:
        changed = replace_file(person, batch_id, rows.pieces, rows.name, rows.media_type)
        if was_checked and list(changed.columns) == former:
            check_rows(person, batch_id)
        elif list(changed.columns) != former:
            text = _("The columns are others than before. Look through what they fill.")
            messages.info(request, text)
    except BatchRefused as error:
        return show_setup(request, batch, errors={"file": str(error)})
    except OSError as error:
        failed = explain_storage_error(error)
        if failed is None:
            raise
        return show_setup(request, batch, errors={"file": failed.message})
    return redirect("batch", batch_id)


@needs(Role.EDITOR)
@require_POST
def change_mapping(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Save what the columns fill and the connection; `do=check` has the rows checked then."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    mapping = None
    try:
        mapping = read_mapping_form(request.POST, batch)
        set_mapping(person, batch_id, mapping)
        _save_connection(request, batch)
        if request.POST.get("do") == "check":
            check_rows(person, batch_id)
    except InvalidMappingForm as error:
        return show_setup(request, batch, errors=error.errors, typed=request.POST)
    except BatchRefused as error:
        return show_setup(request, batch, mapping, {"form": str(error)})
    return redirect("batch", batch_id)


def _save_connection(request: HttpRequest, batch: Batch) -> None:
    chosen = read_uuid(request.POST.get("connection", ""))
    if chosen is None or chosen == batch.connection_id:
        return
    found = next((each for each in list_usable_connections(batch) if each.pk == chosen), None)
    if found is None:
        raise BatchRefused(_("This connection no longer exists. Choose another one."))
    set_connection(person_of(request), batch.pk, found)


@needs(Role.EDITOR)
@require_POST
def confirm_copy(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Copy a batch with its file, after a warning if its requests may have arrived."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    page, warning = reverse("batch", args=[batch_id]), warn_of_doubling(batch)
    try:
        require_copyable(person, batch)
        if warning and not is_confirmed(request):
            names = [batch.name, batch.file_name]
            title = _("Copy this batch to change its columns?")
            return ask(request, COPY, title, warning, names, page)
        copy = copy_batch(person, batch_id)
    except BatchRefused as error:
        messages.warning(request, str(error))
        return redirect(page)
    messages.success(request, _("This is the copy. Change its columns, then check the rows."))
    return redirect("batch", copy.pk)


def warn_of_doubling(batch: Batch) -> str:
    """What happens if a copy of the batch sends all rows; empty if none may have arrived."""
    arrived, unknown = count_arrived(batch)
    parts = []
    if arrived:
        text = ngettext(
            "%(n)s request of this batch was accepted.",
            "%(n)s requests of this batch were accepted.",
            arrived,
        )
        parts.append(text % {"n": f"{arrived:,}"})
    if unknown:
        text = ngettext(
            "The outcome of %(n)s request is unknown: it may have arrived.",
            "The outcome of %(n)s requests is unknown: they may have arrived.",
            unknown,
        )
        parts.append(text % {"n": f"{unknown:,}"})
    if parts:
        text = _(
            "The copy has all rows of the file. Whatever has arrived is done twice if the copy "
            "sends it again: replace the file of the copy with one without those rows. The result "
            "file of this batch says which they are. Copying sends nothing."
        )
        parts.append(text)
    return " ".join(parts)


def count_requests(number: int) -> str:
    """A number of requests in words."""
    return ngettext("%(n)s request", "%(n)s requests", number) % {"n": f"{number:,}"}
