"""Importing a document: a new API, or a newer document of one that is there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from playground.apis.catalog import ParsedApi, parse_api
from playground.apis.models import (
    LONGEST_API_ID,
    ApiChange,
    ImportedApi,
    ImportedOperation,
    StoredDocument,
)
from playground.forms.coverage import find_json_fields
from playground.openapi.comparison import OperationChange, compare_operations
from playground.openapi.operations import Operation, list_api_titles
from playground.openapi.reading import SourceDocument, read_openapi
from playground.openapi.report import DocumentReport, make_report
from playground.people.audit import record_event
from playground.people.models import Person

LONGEST_TITLE, LONGEST_VERSION = 300, 100
_not_in_ids = re.compile(r"[^a-z0-9]+")


class ImportRefused(ValueError):
    """The document can't be imported; the text is a sentence for people."""


@dataclass(frozen=True)
class Imported:
    """An API as it is now, and what changed in it: nothing for a new one."""

    api: ImportedApi
    changes: tuple[OperationChange, ...] = ()


def import_document(
    person: Person, data: bytes, *, name: str = "", url: str = "", api: ImportedApi | None = None
) -> Imported:
    """Store a document and the index of its operations; with `api`, in place of its older one.

    `name` becomes the title of a new API, else the document's own does. `url` is where the
    document was fetched. Raises InvalidDocument or ImportRefused.
    """
    if not person.may_edit:
        raise ImportRefused(_("Viewers can't import APIs. An owner can make you an editor."))
    source = read_openapi(data)
    report = make_report(source, find_json_fields)
    if not report.operations:
        raise ImportRefused(_("The document has no operations."))
    with transaction.atomic():
        if api is None:
            return Imported(_add(person, source, report, name, url))
        return _update(person, api, source, report, url)


def _store(source: SourceDocument) -> StoredDocument:
    text = json.dumps(source.raw, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return StoredDocument.objects.get_or_create(digest=digest, defaults={"text": text})[0]


def _add(
    person: Person, source: SourceDocument, report: DocumentReport, name: str, url: str
) -> ImportedApi:
    title = (name.strip() or report.title or _("Imported API"))[:LONGEST_TITLE]
    api = ImportedApi.objects.create(
        id=_choose_id(title),
        title=title,
        version=report.version[:LONGEST_VERSION],
        url=url,
        document=_store(source),
        report=report.as_dict(),
        person=person,
    )
    _index(api)
    record_event(person, "import-api", api.title)
    return api


def _choose_id(title: str) -> str:
    """An id made of the title that no other API has."""
    taken = list_api_titles()
    plain = _not_in_ids.sub("-", title.lower()).strip("-")[:LONGEST_API_ID].strip("-") or "api"
    id, number = plain, 2
    while id in taken:
        suffix = f"-{number}"
        id, number = plain[: LONGEST_API_ID - len(suffix)] + suffix, number + 1
    return id


def _update(
    person: Person, api: ImportedApi, source: SourceDocument, report: DocumentReport, url: str
) -> Imported:
    # Of two imports at once, the second compares with what the first one stored.
    api = ImportedApi.objects.select_for_update().select_related("document").get(pk=api.pk)
    former, stored = api.document, _store(source)
    before = parse_api(api.id, former.digest, api.url)
    api.document, api.url, api.report = stored, url or api.url, report.as_dict()
    api.version = report.version[:LONGEST_VERSION]
    api.save(update_fields=["document", "url", "report", "version", "changed_at"])
    after = parse_api(api.id, stored.digest, api.url)
    changes = tuple(compare_operations(_read_all(before), _read_all(after)))
    _index(api)
    if former != stored:
        ApiChange.objects.create(
            api=api,
            person=person,
            before=former,
            after=stored,
            changes=[_describe(each) for each in changes],
        )
    record_event(person, "update-api", api.title)
    return Imported(api, changes)


def _read_all(parsed: ParsedApi) -> Iterable[Operation]:
    return [each for key in parsed.entries if (each := parsed.get(key))]


def _describe(change: OperationChange) -> dict[str, Any]:
    return {**asdict(change), "breaking": change.breaking}


def _index(api: ImportedApi) -> None:
    """List the operations of an API's document anew."""
    parsed = parse_api(api.id, api.document_id, api.url)
    api.operations.all().delete()
    ImportedOperation.objects.bulk_create(
        ImportedOperation(
            api=api,
            key=entry.id,
            position=position,
            method=entry.method,
            path=entry.path,
            title=entry.title,
            summary=entry.summary,
            tags=list(entry.tags),
            deprecated=entry.deprecated,
        )
        for position, entry in enumerate(parsed.entries.values())
    )
