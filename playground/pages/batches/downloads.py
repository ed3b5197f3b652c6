"""Files about a batch: its result, its bad rows, and a report for build servers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.batches.models import Batch
from playground.batches.results import (
    write_bad_rows,
    write_junit,
    write_result,
    write_result_lines,
)
from playground.pages.batches.access import get_batch_or_404
from playground.people.access import needs
from playground.people.models import Role

Write = Callable[[Batch], Iterator[str]]
# What follows the batch's name in that of the file, and the media type.
RESULTS: dict[str, tuple[Write, str]] = {
    "csv": (write_result, "text/csv; charset=utf-8"),
    "jsonl": (write_result_lines, "application/jsonl; charset=utf-8"),
    "xml": (write_junit, "application/xml; charset=utf-8"),
}


@needs(Role.VIEWER)
@require_safe
def save_result(request: HttpRequest, batch_id: uuid.UUID, ending: str) -> StreamingHttpResponse:
    """The rows with their outcomes, as CSV, JSON Lines or JUnit."""
    if ending not in RESULTS:
        raise Http404(_("Results are CSV, JSON Lines or JUnit."))
    write, content_type = RESULTS[ending]
    batch = get_batch_or_404(request, batch_id)
    return _stream(write(batch), f"{_name_file(batch)}-result.{ending}", content_type)


@needs(Role.VIEWER)
@require_safe
def save_bad_rows(request: HttpRequest, batch_id: uuid.UUID) -> StreamingHttpResponse:
    """The rows with a problem, to be corrected, with a column of reasons."""
    batch = get_batch_or_404(request, batch_id)
    name = f"{_name_file(batch)}-rows-to-correct.csv"
    return _stream(write_bad_rows(batch), name, "text/csv; charset=utf-8")


def _name_file(batch: Batch) -> str:
    return slugify(batch.name)[:80] or "batch"


def _stream(parts: Iterator[str], name: str, content_type: str) -> StreamingHttpResponse:
    # Half characters can't be encoded; a question mark replaces them.
    data = (part.encode("utf-8", "replace") for part in parts)
    response = StreamingHttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response
