"""Import a document as a new API or as an update of an existing one; delete APIs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    WaitingDocument,
)
from playground.apis.reports import add_obstacles, find_obstacle, shorten_report
from playground.forms.coverage import find_json_fields
from playground.openapi.comparison import OperationChange, compare_operations
from playground.openapi.entries import read_plain_text
from playground.openapi.external import list_external_addresses
from playground.openapi.operations import Operation, list_api_titles
from playground.openapi.reading import SourceDocument, read_openapi
from playground.openapi.report import DocumentReport, make_report
from playground.people.audit import record_event
from playground.people.models import Person

LONGEST_TITLE, LONGEST_VERSION = 300, 100
MOST_TRIES = 5
Parse = Callable[[str, str, str], ParsedApi]
_not_in_ids = re.compile(r"[^a-z0-9]+")


class ImportRefused(ValueError):
    """The document can't be imported; the message is shown to users."""


@dataclass(frozen=True)
class ApiImport:
    """The API after an import, and its changes as stored in `ApiChange`: none if it is new."""

    api: ImportedApi
    changes: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class ReadDocument:
    """A document and everything stored with it; `obstacles` are by operation key."""

    document: StoredDocument
    parsed: ParsedApi
    version: str
    url: str
    report: dict[str, Any]
    obstacles: Mapping[str, str]


def import_document(
    person: Person, data: bytes, *, name: str = "", url: str = "", api: ImportedApi | None = None
) -> ApiImport:
    """Import a document from its bytes; also raises InvalidDocument."""
    return import_source(person, read_openapi(data), name=name, url=url, api=api)


def import_source(
    person: Person,
    source: SourceDocument,
    *,
    name: str = "",
    url: str = "",
    api: ImportedApi | None = None,
    reads_references: bool = False,
) -> ApiImport:
    """Store a document and the index of its operations; with `api`, replace that API's document.

    A new API is titled `name`, or by default like its document. `url` is where the document was
    fetched from. Raises ImportRefused.
    """
    if not person.may_edit:
        raise ImportRefused(_("Viewers can't import APIs. An owner can make you an editor."))
    report = report_on(source)
    with transaction.atomic():
        if api is None:
            api = _add(person, source, report, name, url, reads_references)
            return ApiImport(api)
        # If two imports run at once, the second is compared with what the first stored.
        api = lock_api(api)
        api.reads_references = reads_references
        read = store_document(api.id, source, report, url or api.url)
        return replace_document(person, api, read, compare_with(api, read))


def report_on(source: SourceDocument) -> DocumentReport:
    """Analyse a document. Raises ImportRefused if it has no operations."""
    report = make_report(source, find_json_fields)
    if not report.operations:
        raise ImportRefused(_("The document has no operations."))
    return report


def write_document(source: SourceDocument) -> tuple[str, str]:
    """The document as stored text, and its digest."""
    text = json.dumps(source.raw, ensure_ascii=False, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def store_document(
    api_id: str, source: SourceDocument, report: DocumentReport, url: str, parse: Parse = parse_api
) -> ReadDocument:
    """Store a document, without importing it."""
    text, digest = write_document(source)
    stored, _new = StoredDocument.objects.get_or_create(digest=digest, defaults={"text": text})
    parsed = parse(api_id, digest, url)
    report = add_obstacles(report, {key: find_obstacle(parsed, key) for key in parsed.entries})
    return ReadDocument(
        document=stored,
        parsed=parsed,
        version=report.version[:LONGEST_VERSION],
        url=url,
        report=shorten_report(report, list_external_addresses(source.raw, url)),
        obstacles={each.id: " ".join(each.obstacles) for each in report.operations},
    )


def lock_api(api: ImportedApi) -> ImportedApi:
    """The current row of the API, locked until the end of this transaction."""
    return ImportedApi.objects.select_for_update().get(pk=api.pk)


def compare_with(api: ImportedApi, read: ReadDocument) -> list[dict[str, Any]]:
    """What importing a document would change, in the format of `ApiChange`."""
    before = parse_api(api.id, api.document_id, api.url)
    changes = compare_operations(_read_all(before), _read_all(read.parsed))
    return [_describe(each) for each in changes]


def replace_document(
    person: Person | None, api: ImportedApi, read: ReadDocument, changes: list[dict[str, Any]]
) -> ApiImport:
    """Replace the document of a locked API and record the changes.

    This also deletes a document that is waiting for a decision.
    """
    former = api.document_id
    waiting = WaitingDocument.objects.filter(api=api).first()
    api.document, api.url, api.version = read.document, read.url, read.version
    api.ignored_digest = ""
    api.save()
    _index(api, read)
    if former != read.document.digest:
        ApiChange.objects.create(
            api=api, person=person, before_id=former, after=read.document, changes=changes
        )
    if waiting is not None:
        waiting.delete()
        delete_unused(waiting.document_id)
    record_event(person, "update-api", api.title)
    return ApiImport(api, tuple(changes))


def _add(
    person: Person,
    source: SourceDocument,
    report: DocumentReport,
    name: str,
    url: str,
    reads_references: bool,
) -> ImportedApi:
    named = read_plain_text(name) or report.title or _("Imported API")
    text, digest = write_document(source)
    stored, _new = StoredDocument.objects.get_or_create(digest=digest, defaults={"text": text})
    api = _create(
        title=" ".join(named.split())[:LONGEST_TITLE],
        version=report.version[:LONGEST_VERSION],
        url=url,
        document=stored,
        person=person,
        reads_references=reads_references,
    )
    _index(api, store_document(api.id, source, report, url))
    record_event(person, "import-api", api.title)
    return api


def _create(title: str, **fields: Any) -> ImportedApi:
    """Create an API with a unique id, even if a concurrent import takes the first choice."""
    for _attempt in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return ImportedApi.objects.create(id=_choose_id(title), title=title, **fields)
        except IntegrityError:
            continue
    raise ImportRefused(_("Other imports took this name at the same time. Import it again."))


def _choose_id(title: str) -> str:
    """A unique id derived from the title."""
    taken = list_api_titles()
    plain = _not_in_ids.sub("-", title.lower()).strip("-")[:LONGEST_API_ID].strip("-") or "api"
    id, number = plain, 2
    while id in taken:
        suffix = f"-{number}"
        id, number = plain[: LONGEST_API_ID - len(suffix)] + suffix, number + 1
    return id


def _read_all(parsed: ParsedApi) -> Iterable[Operation]:
    return [each for key in parsed.entries if (each := parsed.get(key))]


def _describe(change: OperationChange) -> dict[str, Any]:
    return {**asdict(change), "breaking": change.breaking}


def _index(api: ImportedApi, read: ReadDocument) -> None:
    """Rebuild the index of an API's operations, and store the report."""
    parsed, obstacles = read.parsed, read.obstacles
    api.report = read.report
    api.save(update_fields=["report"])
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
            # Untagged operations come last.
            tag_position=tags[entry.tags[0]] if entry.tags else len(tags),
            tag_lines=write_tag_lines(entry.tags),
            deprecated=entry.deprecated,
            has_body="requestBody" in parsed.reader.document.get(entry.pointer),
            obstacle=obstacles.get(entry.id, ""),
        )
        for position, entry in enumerate(parsed.entries.values())
    )


def write_tag_lines(tags: Iterable[str]) -> str:
    """The tags, one per line, so that `contains` matches whole tags."""
    return "".join(f"\n{' '.join(each.split())}\n" for each in tags)


def delete_api(person: Person, api: ImportedApi) -> None:
    """Delete an API, its operations, and the documents that no other API uses."""
    with transaction.atomic():
        digests = {api.document_id}
        digests.update(WaitingDocument.objects.filter(api=api).values_list("document", flat=True))
        for pair in api.changes.values_list("before", "after"):
            digests.update(pair)
        record_event(person, "delete-api", api.title)
        api.delete()
        for digest in digests:
            delete_unused(digest)


def delete_unused(digest: str) -> None:
    """Delete a document if nothing refers to it."""
    is_used = ImportedApi.objects.filter(document=digest).exists()
    is_waiting = WaitingDocument.objects.filter(document=digest).exists()
    in_changes = ApiChange.objects.filter(Q(before=digest) | Q(after=digest)).exists()
    if not is_used and not is_waiting and not in_changes:
        StoredDocument.objects.filter(pk=digest).delete()
