"""Newer documents that would break something and wait until a person imports them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from playground.apis.catalog import parse_other
from playground.apis.importing import (
    ApiImport,
    ImportRefused,
    ReadDocument,
    compare_with,
    delete_unused,
    lock_api,
    replace_document,
    report_on,
    store_document,
    write_document,
)
from playground.apis.models import ImportedApi, WaitingDocument
from playground.openapi.reading import SourceDocument
from playground.people.audit import record_event
from playground.people.models import Person


def offer_document(
    person: Person | None,
    source: SourceDocument,
    api: ImportedApi,
    url: str = "",
    reads_references: bool = False,
) -> ApiImport | WaitingDocument:
    """Import a newer document if it breaks nothing; otherwise store it until a person decides.

    `person` is None for a scheduled refresh, which doesn't offer a document again that was
    turned down. Raises ImportRefused.
    """
    if person is not None and not person.may_edit:
        raise ImportRefused(_("Viewers can't import APIs. An owner can make you an editor."))
    digest = write_document(source)[1]
    if digest == api.document_id:
        # The document is the same; only its address may have changed.
        settings = {"url": url or api.url, "reads_references": reads_references}
        ImportedApi.objects.filter(pk=api.pk).update(**settings)
        return ApiImport(api)
    if person is None and digest == api.ignored_digest:
        return ApiImport(api)
    report = report_on(source)
    with transaction.atomic():
        api = lock_api(api)
        api.reads_references = reads_references
        read = store_document(api.id, source, report, url or api.url, parse_other)
        changes = compare_with(api, read)
        if not any(each["breaking"] for each in changes):
            return replace_document(person, api, read, changes)
        former = WaitingDocument.objects.filter(api=api).first()
        if former is not None and former.document_id == digest:
            return former
        if former is not None:
            former.delete()
            delete_unused(former.document_id)
        api.save(update_fields=["reads_references"])
        return WaitingDocument.objects.create(
            api=api,
            document=read.document,
            version=read.version,
            url=read.url,
            report=read.report,
            obstacles=dict(read.obstacles),
            changes=changes,
            person=person,
        )


def import_waiting(person: Person, api: ImportedApi, digest: str) -> ApiImport:
    """Import the waiting document if it still has the digest that the person saw.

    Raises ImportRefused.
    """
    with transaction.atomic():
        api = lock_api(api)
        waiting = WaitingDocument.objects.select_related("document").filter(api=api).first()
        if waiting is None or waiting.document_id != digest:
            raise ImportRefused(_("Another document has arrived since. Review its changes first."))
        read = ReadDocument(
            document=waiting.document,
            parsed=parse_other(api.id, digest, waiting.url),
            version=waiting.version,
            url=waiting.url,
            report=waiting.report,
            obstacles=waiting.obstacles,
        )
        # The API's own document may have changed since it was compared.
        return replace_document(person, api, read, compare_with(api, read))


def ignore_waiting(person: Person, api: ImportedApi, digest: str) -> None:
    """Turn the waiting document down if it still has the digest that the person saw.

    Raises ImportRefused.
    """
    with transaction.atomic():
        api = lock_api(api)
        waiting = WaitingDocument.objects.filter(api=api).first()
        if waiting is None or waiting.document_id != digest:
            raise ImportRefused(_("Another document came meanwhile. Look at its changes first."))
        api.ignored_digest = waiting.document_id
        api.save(update_fields=["ignored_digest"])
        waiting.delete()
        delete_unused(waiting.document_id)
        record_event(person, "update-api", api.title, "turned down")
