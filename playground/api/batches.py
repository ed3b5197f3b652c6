"""The operations of the HTTP API on batches: create, follow, start, pause, retry, results."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import File, Form, Query, Router, Status, UploadedFile
from ninja.errors import HttpError

from playground.api.authentication import Bearer, get_person
from playground.api.parameters import reject_unknown_fields, reject_unknown_parameters
from playground.api.schemas import (
    READ,
    SAVE,
    BatchDetail,
    BatchRows,
    BatchState,
    Confirmed,
    NewBatch,
    ResultFormat,
    RowFilter,
    StartInput,
)
from playground.batches import batches, running
from playground.batches.access import BatchRefused, get_batch, may_run, may_stop
from playground.batches.ending import describe_batch
from playground.batches.mapping import InvalidMapping, Mapping
from playground.batches.models import Batch, Row
from playground.batches.results import (
    describe_row,
    write_bad_rows,
    write_junit,
    write_result,
    write_result_lines,
)
from playground.batches.running import Options
from playground.importers.tables import Reading
from playground.payload_templates.models import Version
from playground.payload_templates.templates import get_template, record_use
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection

router = Router()
SENDING: Any = {"auth": Bearer("send"), "openapi_extra": {"x-scope": "send"}}
FORMATS: dict[str, tuple[Callable[[Batch], Iterator[str]], str]] = {
    "csv": (write_result, "text/csv"),
    "jsonl": (write_result_lines, "application/jsonl"),
    "junit": (write_junit, "application/xml"),
    "bad": (write_bad_rows, "text/csv"),
}
CONTENT = {media: {"schema": {"type": "string"}} for _, media in FORMATS.values()}
NO_ROWS = "This key was used for another batch. Use a new one."


@router.post("", response={200: BatchDetail, 201: BatchDetail, **SAVE}, **SENDING)
def create_from_file(request: HttpRequest, body: Form[NewBatch], file: File[UploadedFile]) -> Any:
    """Make a batch of a template and a file of rows, and check the rows; nothing is sent.

    Without a `mapping` one is proposed. The check runs in the background: get the batch until its
    state isn't `checking`. Repeating the same `press`, template and file returns the same batch.
    """
    reject_unknown_fields(request, *NewBatch.model_fields, "file")
    person = get_person(request)
    version = get_version(get_template(person, body.template), body.version)
    if body.variant and find_variant(read_content(version).variants, body.variant) is None:
        raise HttpError(404, "There is no such variant.")
    key = uuid.uuid5(body.press, f"batch of {person.pk}") if body.press else uuid.uuid4()
    found = _find_repeated(key, version, body.variant, file)
    if found is not None and found.state != Batch.State.DRAFT:
        return Status(200, _describe(found))
    mapping = _read_mapping(body.mapping) if body.mapping else None
    options = Options(
        body.requests_per_second,
        body.concurrency,
        body.stop_after_failures,
        body.stop_after_percent,
    )
    connection = None
    if body.connection:
        connection = Connection.objects.get(name=body.connection.replace("\0", ""))
    try:
        batch = found or _create(person, version, body, file, key)
    except BatchRefused as error:
        raise HttpError(422, str(error)) from None
    try:
        if connection is not None:
            batches.set_connection(person, batch.pk, connection)
        if mapping is not None:
            batches.set_mapping(person, batch.pk, mapping)
        running.set_options(person, batch.pk, options)
        batches.check_rows(person, batch.pk)
    except BatchRefused as error:
        batches.remove_batch(batch)
        raise HttpError(422, str(error)) from None
    record_use(version.template)
    return Status(201, _describe(get_batch(person, batch.pk)))


@router.get("/{batch_id}", response={200: BatchDetail, **READ}, auth=Bearer("read"))
def get_state(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Get a batch: its state, the counts of its requests, its columns and their mapping."""
    return _describe(get_batch(get_person(request), batch_id))


@router.get("/{batch_id}/rows", response={200: BatchRows, **READ}, auth=Bearer("read"))
def list_batch_rows(
    request: HttpRequest,
    batch_id: uuid.UUID,
    state: RowFilter = "",
    after: int = Query(0, ge=0, le=2**31 - 1),  # type: ignore[type-arg]
    limit: int = Query(100, ge=1, le=1000),  # type: ignore[type-arg]
) -> Any:
    """List the rows of a batch in the order of the file, those with one state or all.

    `next` is the value of `after` for the next page, null on the last one.
    """
    reject_unknown_parameters(request, "state", "after", "limit")
    batch = get_batch(get_person(request), batch_id)
    rows = Row.objects.filter(batch=batch, number__gt=after)
    if state:
        rows = rows.filter(state=state)
    found = list(rows.order_by("number")[: limit + 1])
    listed = [{**describe_row(row, batch), "cells": row.cells} for row in found[:limit]]
    return {"rows": listed, "next": found[limit - 1].number if len(found) > limit else None}


@router.get(
    "/{batch_id}/result",
    response={200: None, **READ},
    auth=Bearer("read"),
    openapi_extra={"responses": {200: {"description": "The file", "content": CONTENT}}},
)
def get_result(request: HttpRequest, batch_id: uuid.UUID, format: ResultFormat = "csv") -> Any:
    """Get the rows of the file with their outcomes, a JUnit report, or the bad rows to correct."""
    reject_unknown_parameters(request, "format")
    batch = get_batch(get_person(request), batch_id)
    write, media_type = FORMATS[format]
    # Half characters can't be encoded; a question mark replaces them.
    data = (part.encode("utf-8", "replace") for part in write(batch))
    return StreamingHttpResponse(data, content_type=f"{media_type}; charset=utf-8")


@router.post("/{batch_id}/start", response={200: BatchState, **SAVE}, **SENDING)
def start_sending(request: HttpRequest, batch_id: uuid.UUID, body: StartInput) -> Any:
    """Send the good rows, or with `trial` the first request only.

    Only once: for a batch that was started before, this changes nothing and returns its state.
    """
    person = get_person(request)
    batch = _get_own(person, batch_id)
    if batch.state in (Batch.State.DRAFT, Batch.State.CHECKING, Batch.State.CHECKED):
        batch = running.start(person, batch.pk, body.confirm, body.trial)
    return describe_batch(batch)


@router.post("/{batch_id}/pause", response={200: BatchState, **SAVE}, **SENDING)
def pause_sending(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Send no more for now; requests under way finish."""
    person = get_person(request)
    return describe_batch(running.pause(person, _get_stoppable(person, batch_id).pk))


@router.post("/{batch_id}/resume", response={200: BatchState, **SAVE}, **SENDING)
def resume_sending(request: HttpRequest, batch_id: uuid.UUID, body: Confirmed) -> Any:
    """Go on after a pause or a stop."""
    person = get_person(request)
    batch = _get_own(person, batch_id)
    return describe_batch(running.resume(person, batch.pk, body.confirm))


@router.post("/{batch_id}/stop", response={200: BatchState, **SAVE}, **SENDING)
def stop_sending(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """End the batch with its waiting rows unsent; requests under way finish."""
    person = get_person(request)
    return describe_batch(running.stop(person, _get_stoppable(person, batch_id).pk))


@router.post("/{batch_id}/retry", response={200: BatchState, **SAVE}, **SENDING)
def retry_sending(request: HttpRequest, batch_id: uuid.UUID, body: Confirmed) -> Any:
    """Send what was refused or not sent once more. Unknown requests stay unknown."""
    person = get_person(request)
    batch = _get_own(person, batch_id)
    return describe_batch(running.retry_failed(person, batch.pk, body.confirm))


@router.delete("/{batch_id}", response={204: None, **SAVE}, **SENDING)
def delete_with_rows(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Delete a batch that isn't running, with its rows; what was sent stays in the history."""
    person = get_person(request)
    batches.delete_batch(person, _get_stoppable(person, batch_id).pk)
    return HttpResponse(status=204)


def _create(
    person: Person, version: Version, body: NewBatch, file: UploadedFile, key: uuid.UUID
) -> Batch:
    delimiter = {"tab": "\t", "none": ""}.get(body.delimiter, body.delimiter or None)
    reading = Reading(None, body.encoding or None, delimiter, body.sheet or None)
    media_type = file.content_type or ""
    try:
        return batches.create_batch(
            person,
            version,
            file.chunks(),
            file.name or "rows",
            media_type,
            body.variant,
            reading,
            key,
        )
    except IntegrityError:
        # The same request arrived twice at once.
        raise HttpError(409, "This batch is being created. Get it in a moment.") from None


def _find_repeated(
    key: uuid.UUID, version: Version, variant: str, file: UploadedFile
) -> Batch | None:
    """The batch that an earlier request with this key made. Raises HttpError for another one."""
    batch = Batch.objects.select_related("file", "connection").filter(pk=key).first()
    if batch is None:
        return None
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    text = read_content(version).state(variant).text
    is_same = batch.version_id == version.pk and batch.text == text
    if not is_same or batch.file is None or batch.file.digest != digest.hexdigest():
        raise HttpError(409, NO_ROWS)
    return batch


def _read_mapping(text: str) -> Mapping:
    try:
        return Mapping.read(json.loads(text))
    except (InvalidMapping, ValueError, RecursionError) as error:
        message = str(error) if isinstance(error, InvalidMapping) else "it isn't valid JSON."
        raise HttpError(422, f"The mapping can't be used: {message}") from None


def _get_own(person: Person, batch_id: uuid.UUID) -> Batch:
    batch = get_batch(person, batch_id)
    if not may_run(person, batch):
        raise HttpError(403, "Only the person who made this batch can send it.")
    return batch


def _get_stoppable(person: Person, batch_id: uuid.UUID) -> Batch:
    batch = get_batch(person, batch_id)
    if not may_stop(person, batch):
        raise HttpError(403, "Only the person who made this batch or an owner can do that.")
    return batch


def _describe(batch: Batch) -> dict[str, Any]:
    return {
        **describe_batch(batch),
        "template": batch.template_id,
        "connection": batch.connection_name,
        "file": batch.file_name,
        "columns": batch.columns,
        "mapping": batch.mapping,
    }
