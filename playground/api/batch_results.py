"""The operations of the HTTP API that return the rows of a batch and what became of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from playground.api.authentication import Bearer, get_person
from playground.api.batch_schemas import BatchRows, ResultFormat, RowFilter
from playground.api.parameters import reject_unknown_parameters
from playground.api.schemas import READ
from playground.batches.access import get_batch
from playground.batches.models import Batch, Row
from playground.batches.results import (
    describe_row,
    write_bad_rows,
    write_junit,
    write_result,
    write_result_lines,
)

router = Router()
FORMATS: dict[str, tuple[Callable[[Batch], Iterator[str]], str]] = {
    "csv": (write_result, "text/csv"),
    "jsonl": (write_result_lines, "application/jsonl"),
    "junit": (write_junit, "application/xml"),
    "bad": (write_bad_rows, "text/csv"),
}
CONTENT = {media: {"schema": {"type": "string"}} for _, media in FORMATS.values()}


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
