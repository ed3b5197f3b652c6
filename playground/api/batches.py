"""The operations of the HTTP API on batches: list, create, change, check and delete them."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Status, UploadedFile
from ninja.errors import HttpError

from playground.api.authentication import Bearer, get_person
from playground.api.batch_schemas import (
    BatchChanges,
    BatchDetail,
    BatchFilter,
    BatchList,
    FileInput,
    NewBatch,
)
from playground.api.batch_sending import SENDING, get_own, get_stoppable
from playground.api.parameters import reject_unknown_fields, reject_unknown_parameters
from playground.api.schemas import READ, SAVE
from playground.batches import batches
from playground.batches.access import BatchRefused, get_batch, may_run, visible_batches
from playground.batches.ending import describe_batch
from playground.batches.mapping import InvalidMapping, Mapping, number_columns
from playground.batches.models import Batch
from playground.batches.options import change_options, check_changes
from playground.importers.tables import Reading
from playground.payload_templates.models import Version
from playground.payload_templates.templates import get_template, record_use
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.people.search import contain_words
from playground.workspace.models import Connection

router = Router()
PAGE_SIZE = 100
OPTIONS = (
    *("requests_per_second", "concurrency", "stop_after_failures", "stop_after_percent"),
    "webhook",
)
# They may be megabytes, and a list doesn't need them.
LARGE = ("text", "metadata", "path_values", "mapping", "source", "columns")
OTHER_BATCH = "This key was used for another batch. Use a new one."


@router.get("", response={200: BatchList, **READ}, auth=Bearer("read"))
def list_batches(
    request: HttpRequest,
    state: BatchFilter = "",
    template: uuid.UUID | None = None,
    find: str = Query("", max_length=200),  # type: ignore[type-arg]
    page: int = Query(0, ge=0, le=10_000),  # type: ignore[type-arg]
) -> Any:
    """List the batches that you can see, the newest first, a hundred per page.

    `find` looks for words in their names, files and people.
    """
    reject_unknown_parameters(request, "state", "template", "find", "page")
    found = visible_batches(get_person(request))
    found = found.filter(contain_words(find.replace("\0", ""), "name", "file_name", "person_name"))
    if state:
        found = found.filter(state=state)
    if template is not None:
        found = found.filter(template=template)
    start = page * PAGE_SIZE
    # One more than shown tells whether there is another page.
    ordered = found.defer(*LARGE).order_by("-created_at", "pk")
    rows = list(ordered[start : start + PAGE_SIZE + 1])
    return {"batches": list(map(_summarise, rows[:PAGE_SIZE])), "more": len(rows) > PAGE_SIZE}


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
        return Status(200, _describe(found, person))
    mapping = _read_json(body.mapping) if body.mapping else None
    connection = _find_connection(body.connection)
    try:
        batch = found or _create(person, version, body, file, key)
    except BatchRefused as error:
        raise HttpError(422, str(error)) from None
    options = body.model_dump(include=set(OPTIONS))
    try:
        check_changes(options)
        _change(person, batch, options, mapping, connection)
        batches.check_rows(person, batch.pk)
    except (BatchRefused, HttpError) as error:
        batches.remove_batch(batch)
        raise HttpError(422, str(error)) from None
    record_use(version.template)
    return Status(201, _describe(get_batch(person, batch.pk), person))


@router.get("/{batch_id}", response={200: BatchDetail, **READ}, auth=Bearer("read"))
def get_state(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Get a batch: its state, the counts of its requests, its columns and their mapping."""
    person = get_person(request)
    return _describe(get_batch(person, batch_id), person)


@router.patch("/{batch_id}", response={200: BatchDetail, **SAVE}, **SENDING)
def change(request: HttpRequest, batch_id: uuid.UUID, body: BatchChanges) -> Any:
    """Change what columns fill, the connection, how fast it sends, or when it stops by itself.

    What is left out stays. Mapping and connection change only before the start, and have the rows
    checked again; the others also change while it runs, `concurrency` from the next start on.
    """
    person = get_person(request)
    batch = get_own(person, batch_id)
    given = body.model_dump(exclude_unset=True)
    options = {name: given[name] for name in OPTIONS if name in given}
    check_changes(options)
    mapping, connection = given.get("mapping"), _find_connection(body.connection)
    with transaction.atomic():
        _change(person, batch, options, mapping, connection)
        if mapping is not None or connection is not None:
            batches.check_rows(person, batch.pk)
    return _describe(get_batch(person, batch.pk), person)


@router.post("/{batch_id}/file", response={200: BatchDetail, **SAVE}, **SENDING)
def replace_rows(
    request: HttpRequest, batch_id: uuid.UUID, body: Form[FileInput], file: File[UploadedFile]
) -> Any:
    """Use another file, such as the corrected one, and check its rows; only before the start.

    Columns with the same titles keep what they fill.
    """
    reject_unknown_fields(request, *FileInput.model_fields, "file")
    person = get_person(request)
    batch = get_own(person, batch_id)
    name, media_type = file.name or "rows", file.content_type or ""
    reading = _make_reading(body)
    batches.replace_file(person, batch.pk, file.chunks(), name, media_type, reading)
    batches.check_rows(person, batch.pk)
    return _describe(get_batch(person, batch.pk), person)


@router.post("/{batch_id}/check", response={200: BatchDetail, **SAVE}, **SENDING)
def check_again(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Check the rows again, for example after a correction of the connection."""
    person = get_person(request)
    batches.check_rows(person, get_own(person, batch_id).pk)
    return _describe(get_batch(person, batch_id), person)


@router.delete("/{batch_id}", response={204: None, **SAVE}, **SENDING)
def delete_with_rows(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """Delete a batch that isn't running, with its rows; what was sent stays in the history."""
    person = get_person(request)
    batches.delete_batch(person, get_stoppable(person, batch_id).pk)
    return HttpResponse(status=204)


def _create(
    person: Person, version: Version, body: NewBatch, file: UploadedFile, key: uuid.UUID
) -> Batch:
    try:
        return batches.create_batch(
            person,
            version,
            file.chunks(),
            file.name or "rows",
            file.content_type or "",
            body.variant,
            _make_reading(body),
            key,
        )
    except IntegrityError:
        # The same request arrived twice at once.
        raise HttpError(409, "This batch is being created. Get it in a moment.") from None


def _make_reading(body: FileInput) -> Reading:
    return Reading(
        format=body.format or None,
        encoding=body.encoding or None,
        delimiter={"tab": "\t", "none": ""}.get(body.delimiter, body.delimiter or None),
        sheet=body.sheet or None,
        has_header=body.header,
    )


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
        raise HttpError(409, OTHER_BATCH)
    return batch


def _change(
    person: Person,
    batch: Batch,
    options: dict[str, Any],
    mapping: Any,
    connection: Connection | None,
) -> None:
    """Change what is given. Raises BatchRefused, HttpError."""
    if options:
        change_options(person, batch.pk, options)
    if connection is not None:
        batches.set_connection(person, batch.pk, connection)
    if mapping is not None:
        try:
            read = Mapping.read(number_columns(mapping, batch.columns))
        except InvalidMapping as error:
            raise HttpError(422, f"The mapping can't be used: {error}") from None
        batches.set_mapping(person, batch.pk, read)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HttpError(422, "The mapping can't be used: it isn't valid JSON.") from None


def _find_connection(name: str) -> Connection | None:
    # PostgreSQL rejects a query with a NUL character.
    return Connection.objects.get(name=name.replace("\0", "")) if name else None


def _summarise(batch: Batch) -> dict[str, Any]:
    return {
        **describe_batch(batch),
        "person": batch.person_name,
        "template": batch.template_id,
        "connection": batch.connection_name,
        "file": batch.file_name,
        "created_at": batch.created_at,
    }


def _describe(batch: Batch, person: Person) -> dict[str, Any]:
    is_waiting = batch.next_start_at is not None and batch.next_start_at > timezone.now()
    return {
        **_summarise(batch),
        "columns": batch.columns,
        "mapping": batch.mapping,
        "reading": batch.source.get("reading", {}),
        "warned_rows": batch.warned_row_count,
        **{name: getattr(batch, name) for name in OPTIONS},
        # The addresses of many services are secret.
        "webhook": batch.webhook if may_run(person, batch) else "",
        "webhook_result": batch.webhook_result,
        "next_start_at": batch.next_start_at if is_waiting else None,
    }
