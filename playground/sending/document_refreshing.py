"""Refreshing an API: its document is fetched again, when people ask and by schedule."""

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
    """Fetch the document again, and import or offer it if it changed.

    What went wrong is stored with the API. Raises FetchRefused, InvalidDocument, ImportRefused.
    """
    try:
        needed = list_read_references(api) if api.reads_references else []
        source = fetch_source(person, api.url, api.reads_references, needed)
        found = offer_document(person, source, api, api.url, api.reads_references)
    except FetchersBusy:
        raise  # that says nothing about the document
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        record_refresh(api, explain_refresh_failure(error))
        raise
    record_refresh(api)
    return found


def list_read_references(api: ImportedApi) -> list[str]:
    """The addresses of the documents that were read with the API's.

    If one of them can't be read for a while, the API mustn't lose what it says.
    """
    document = parse_api(api.id, api.document_id, api.url).reader.document
    embedded = document.raw.get(EMBEDDED)
    return list(embedded) if isinstance(embedded, dict) else []


def explain_refresh_failure(error: ValueError) -> str:
    """The error as a sentence, with its place in the document."""
    if isinstance(error, InvalidDocument) and error.line:
        return f"Line {error.line}: {error}"
    return str(error)


def refresh_due_apis() -> None:
    """Enqueue the refreshes that are due; each is claimed when it begins."""
    for api_id in find_due_apis().values_list("pk", flat=True):
        enqueue(refresh_by_schedule, api_id)


@task
def refresh_by_schedule(api_id: str) -> None:
    """Refresh an API if nobody else has begun to."""
    api = claim_refresh(api_id)
    if api is None:
        return
    try:
        found = refresh_api(None, api)
    except FetchersBusy:
        postpone_refresh(api)
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        # Without the message: it may quote the document or a part of its address.
        logger.warning("The API %s couldn't be refreshed: %s", api.pk, type(error).__name__)
    else:
        if isinstance(found, WaitingDocument):
            logger.info("A newer document of the API %s waits for a person", api.pk)
