"""Importing a document: a new API, or a newer document of one that is there; deleting APIs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from playground.apis.catalog import ParsedApi, parse_api
from playground.apis.models import (
    LONGEST_API_ID,
    ApiChange,
    ImportedApi,
    ImportedOperation,
    StoredDocument,
)
from playground.apis.reports import add_obstacles, find_obstacle, shorten_report
from playground.forms.coverage import find_json_fields
from playground.openapi.comparison import OperationChange, compare_operations
from playground.openapi.entries import read_plain_text
from playground.openapi.operations import Operation, list_api_titles
from playground.openapi.reading import SourceDocument, read_openapi
from playground.openapi.report import DocumentReport, make_report
from playground.people.audit import record_event
from playground.people.models import Person

LONGEST_TITLE, LONGEST_VERSION = 300, 100
MOST_TRIES = 5
_not_in_ids = re.compile(r"[^a-z0-9]+")


class ImportRefused(ValueError):
    """The document can't be imported; the text is a sentence for people."""


@dataclass(frozen=True)
class ApiImport:
    """An API as it is now, and what changed in it: nothing for a new one."""

    api: ImportedApi
    changes: tuple[OperationChange, ...] = ()


def import_document(
    person: Person, data: bytes, *, name: str = "", url: str = "", api: ImportedApi | None = None
) -> ApiImport:
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
            return ApiImport(_add(person, source, report, name, url))
        return _update(person, api, source, report, url)


def _store(source: SourceDocument) -> StoredDocument:
    text = json.dumps(source.raw, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return StoredDocument.objects.get_or_create(digest=digest, defaults={"text": text})[0]


def _add(
    person: Person, source: SourceDocument, report: DocumentReport, name: str, url: str
) -> ImportedApi:
    named = read_plain_text(name) or report.title or _("Imported API")
    api = _create(
        title=" ".join(named.split())[:LONGEST_TITLE],
        version=report.version[:LONGEST_VERSION],
        url=url,
        document=_store(source),
        person=person,
    )
    _index(api, report)
    record_event(person, "import-api", api.title)
    return api


def _create(title: str, **fields: Any) -> ImportedApi:
    """A new API with an id of its own, even if another import takes the first choice."""
    for _attempt in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return ImportedApi.objects.create(id=_choose_id(title), title=title, **fields)
        except IntegrityError:
            continue
    raise ImportRefused(_("Other imports took this name at the same time. Import it again."))


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
) -> ApiImport:
    # Of two imports at once, the second compares with what the first one stored.
    api = ImportedApi.objects.select_for_update().select_related("document").get(pk=api.pk)
    former, stored = api.document, _store(source)
    before = parse_api(api.id, former.digest, api.url)
    api.document, api.url = stored, url or api.url
    api.version = report.version[:LONGEST_VERSION]
    api.save(update_fields=["document", "url", "version", "changed_at"])
    after = parse_api(api.id, stored.digest, api.url)
    changes = tuple(compare_operations(_read_all(before), _read_all(after)))
    _index(api, report)
    if former != stored:
        ApiChange.objects.create(
            api=api,
            person=person,
            before=former,
            after=stored,
            changes=[_describe(each) for each in changes],
        )
    record_event(person, "update-api", api.title)
    return ApiImport(api, changes)


def _read_all(parsed: ParsedApi) -> Iterable[Operation]:
    return [each for key in parsed.entries if (each := parsed.get(key))]


def _describe(change: OperationChange) -> dict[str, Any]:
    return {**asdict(change), "breaking": change.breaking}


def _index(api: ImportedApi, report: DocumentReport) -> None:
    """List the operations of an API's document anew, and store what was understood of them."""
    parsed = parse_api(api.id, api.document_id, api.url)
    report = add_obstacles(report, {key: find_obstacle(parsed, key) for key in parsed.entries})
    api.report = shorten_report(report)
    api.save(update_fields=["report"])
    obstacles = {each.id: " ".join(each.obstacles) for each in report.operations}
    tags: dict[str, int] = {}
    for entry in parsed.entries.values():
        for tag in entry.tags[:1]:
            tags.setdefault(tag, len(tags))
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
            # Those without a tag come last.
            tag_position=tags[entry.tags[0]] if entry.tags else len(tags),
            tag_lines=write_tag_lines(entry.tags),
            deprecated=entry.deprecated,
            has_body="requestBody" in parsed.reader.document.get(entry.pointer),
            obstacle=obstacles.get(entry.id, ""),
        )
        for position, entry in enumerate(parsed.entries.values())
    )


def write_tag_lines(tags: Iterable[str]) -> str:
    """The tags, each on a line of its own, so that `contains` finds whole ones."""
    return "".join(f"\n{' '.join(each.split())}\n" for each in tags)


def delete_api(person: Person, api: ImportedApi) -> None:
    """Delete an API with its operations, and the documents that no other API has."""
    with transaction.atomic():
        digests = {api.document_id}
        for pair in api.changes.values_list("before", "after"):
            digests.update(pair)
        record_event(person, "delete-api", api.title)
        api.delete()
        for digest in digests:
            _delete_unused(digest)


def _delete_unused(digest: str) -> None:
    is_used = ImportedApi.objects.filter(document=digest).exists()
    in_changes = ApiChange.objects.filter(Q(before=digest) | Q(after=digest)).exists()
    if not is_used and not in_changes:
        StoredDocument.objects.filter(pk=digest).delete()
