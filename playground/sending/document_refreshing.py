"""Refresh an API: fetch its document again, on request or by schedule."""

from __future__ import annotations

import logging

from playground.apis.catalog import parse_api
from playground.apis.importing import ApiImport, ImportRefused
from playground.apis.models import ImportedApi, WaitingDocument
from playground.apis.refreshes import (
    claim_refresh,
    find_due_apis,
    postpone_refresh,
    record_refresh,
)
from playground.apis.waiting import offer_document
from playground.engine.tasks import enqueue, task
from playground.openapi.external import EMBEDDED
from playground.openapi.yaml_reading import InvalidDocument
from playground.people.models import Person
from playground.sending.document_fetching import FetchersBusy, FetchRefused
from playground.sending.reference_fetching import fetch_source

logger = logging.getLogger("playground.sending")


def refresh_api(person: Person | None, api: ImportedApi) -> ApiImport | WaitingDocument:
    """Fetch the document again, and import or offer it if it has changed.

    Failures are stored with the API. Raises FetchRefused, InvalidDocument and ImportRefused.
    """
    try:
        needed = list_read_references(api) if api.reads_references else []
        source = fetch_source(person, api.url, api.reads_references, needed)
        found = offer_document(person, source, api, api.url, api.reads_references)
    except FetchersBusy:
        raise  # says nothing about the document
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        record_refresh(api, explain_refresh_failure(error))
        raise
    record_refresh(api)
    return found


def list_read_references(api: ImportedApi) -> list[str]:
    """The addresses of the other documents included in the API's.

    If one of them is temporarily unavailable, the API must not lose its content.
    """
    document = parse_api(api.id, api.document_id, api.url).reader.document
    embedded = document.raw.get(EMBEDDED)
    return list(embedded) if isinstance(embedded, dict) else []


def explain_refresh_failure(error: ValueError) -> str:
    """The error as a sentence, with its position in the document."""
    if isinstance(error, InvalidDocument) and error.line:
        return f"Line {error.line}: {error}"
    return str(error)


def refresh_due_apis() -> None:
    """Enqueue the refreshes that are due; each is claimed when it starts."""
    for api_id in find_due_apis().values_list("pk", flat=True):
        enqueue(refresh_by_schedule, api_id)


@task
def refresh_by_schedule(api_id: str) -> None:
    """Refresh an API unless another process has claimed it."""
    api = claim_refresh(api_id)
    if api is None:
        return
    try:
        found = refresh_api(None, api)
    except FetchersBusy:
        postpone_refresh(api)
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        # Without the message, which may quote the document or part of its address.
        logger.warning("The API %s couldn't be refreshed: %s", api.pk, type(error).__name__)
    else:
        if isinstance(found, WaitingDocument):
            logger.info("A newer document of the API %s waits for a person", api.pk)
