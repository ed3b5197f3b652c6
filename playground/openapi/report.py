"""Report what was understood of a document and what wasn't, for the page and the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from playground.jsontext.errors import excerpt
from playground.openapi.bundling import list_places
from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import DocumentFault, OperationEntry, list_operation_entries
from playground.openapi.keywords import find_unusable, is_pattern
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.reading import SourceDocument
from playground.openapi.samples import has_sample
from playground.openapi.schemas import SchemaNode
from playground.openapi.security import UNDEFINED, read_document_security
from playground.openapi.values import Operation

# A generated document may repeat the same fault in thousands of schemas.
MOST_FAULTS = 500


@dataclass(frozen=True)
class JsonField:
    """A place in a body that is a JSON field: its pointer in the document, and the reason."""

    pointer: str
    reason: str


@dataclass(frozen=True)
class OperationReport:
    """What was understood of one operation; `obstacles` say why it can't be sent."""

    id: str
    method: str
    path: str
    title: str
    json_fields: tuple[JsonField, ...] = ()
    obstacles: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the form has a field for everything and the call can be sent."""
        return not self.json_fields and not self.obstacles


@dataclass(frozen=True)
class LocatedFault:
    """A fault of a document and its line, from 1."""

    line: int
    pointer: str
    message: str


@dataclass(frozen=True)
class DocumentReport:
    """The report of a document; `more_faults` is the number of faults that aren't listed."""

    title: str
    version: str
    openapi: str
    operations: tuple[OperationReport, ...] = ()
    faults: tuple[LocatedFault, ...] = ()
    more_faults: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data for scripts."""
        return asdict(self)


# Callbacks of the packages for forms and sending, which this package can't import.
FindJsonFields = Callable[[Operation], Iterable[JsonField]]
FindObstacles = Callable[[Operation], Iterable[str]]


def make_report(
    source: SourceDocument,
    find_json_fields: FindJsonFields | None = None,
    find_obstacles: FindObstacles | None = None,
) -> DocumentReport:
    """Read every operation of a document and report what was understood."""
    document = ApiDocument(source.raw)
    reader = OperationReader(document, read_api(document, "", Credential((), ())))
    entries = list_operation_entries(document, reader.faults)
    seen: set[str] = set()
    reports = []
    for entry in entries:
        operation = reader.read(entry)
        reader.faults += _find_schema_faults(document, operation, seen)
        obstacles = [*_find_endless(operation), *(find_obstacles or _find_nothing)(operation)]
        reports.append(
            OperationReport(
                id=entry.id,
                method=entry.method,
                path=entry.path,
                title=entry.title,
                json_fields=tuple((find_json_fields or _find_nothing)(operation)),
                obstacles=tuple(obstacles),
            )
        )
    found = [*_find_document_faults(document), *_find_security_faults(document, entries)]
    faults = dict.fromkeys([*found, *reader.faults])
    complete = sum(each.is_complete for each in reports)
    unsendable = sum(bool(each.obstacles) for each in reports)
    return DocumentReport(
        title=reader.api.title,
        version=reader.api.version,
        openapi=document.version,
        operations=tuple(reports),
        faults=_locate_faults(source, list(faults)),
        more_faults=max(0, len(faults) - MOST_FAULTS),
        counts={
            "operations": len(reports),
            "complete": complete,
            "with_json_fields": len(reports) - complete - unsendable,
            "unsendable": unsendable,
            "faults": len(faults) + len(source.faults),
        },
    )


def _find_security_faults(
    document: ApiDocument, entries: Iterable[OperationEntry]
) -> Iterator[DocumentFault]:
    """Undefined security schemes, each where it is first used."""
    security, _ = read_document_security(document)
    seen: set[str] = set()
    for pointer in ("", *(each.pointer for each in entries)):
        named = security.list_undefined(document.get(pointer).get("security"))
        for name in [each for each in named if each not in seen]:
            seen.add(name)
            yield DocumentFault(f"{pointer}/security", UNDEFINED.format(name=name))


def _find_nothing(operation: Operation) -> tuple[()]:
    return ()


def _find_document_faults(document: ApiDocument) -> Iterator[DocumentFault]:
    info = document.raw.get("info")
    if not isinstance(info, Mapping) or not isinstance(info.get("title"), str):
        yield DocumentFault("/info", "The document has no title (`info.title`).")
    if not document.raw.get("paths") and not document.raw.get("webhooks"):
        yield DocumentFault("", "The document has no operations: `paths` is missing or empty.")


def _find_endless(operation: Operation) -> Iterator[str]:
    schema = operation.body_schema
    if isinstance(schema, SchemaNode) and not has_sample(schema):
        yield "The schema is endlessly recursive: every valid body contains another one."


def _find_schema_faults(
    document: ApiDocument, operation: Operation, seen: set[str]
) -> Iterator[DocumentFault]:
    schemas = [each.schema for each in operation.parameters]
    schemas += [each.schema for each in operation.bodies]
    for content in operation.replies.values():
        schemas += [each["schema"] for each in content.values() if "schema" in each]
    for schema in schemas:
        for pointer in list_places(schema, seen) if isinstance(schema, SchemaNode) else ():
            yield from _find_faults_at(document, pointer)


def _find_faults_at(document: ApiDocument, pointer: str) -> Iterator[DocumentFault]:
    raw = document.get(pointer)
    if not isinstance(raw, Mapping):
        if raw is not None and not isinstance(raw, bool):
            yield DocumentFault(pointer, "This schema isn't an object, so anything is valid here.")
        return
    reference = raw.get("$ref")
    if isinstance(reference, str) and document.resolve(reference) is None:
        shown = excerpt(reference)
        if reference.startswith("#"):
            message = f"The reference {shown} has no target, so anything is valid here."
        else:
            message = f"The reference {shown} leads to another document, which isn't read."
        yield DocumentFault(pointer, message)
    for keyword in find_unusable(raw):
        yield DocumentFault(pointer, _explain_unusable(keyword, raw[keyword]))


def _explain_unusable(keyword: str, value: Any) -> str:
    if keyword == "pattern" and isinstance(value, str) and not is_pattern(value):
        return f"The pattern {excerpt(value)} uses unsupported syntax, so it isn't checked."
    if keyword == "patternProperties" and isinstance(value, Mapping):
        refused = next((each for each in value if not is_pattern(each)), "")
        return (
            f"The pattern {excerpt(refused)} of keys uses unsupported syntax, so it isn't checked."
        )
    if isinstance(value, Mapping | list):
        return f"The value of `{keyword}` isn't usable, so it is ignored in whole or in part."
    return f"The value of `{keyword}`, {excerpt(str(value))}, isn't usable, so it is ignored."


def _locate_faults(source: SourceDocument, faults: list[DocumentFault]) -> tuple[LocatedFault, ...]:
    listed = faults[:MOST_FAULTS]
    lines = source.find_lines(each.pointer for each in listed)
    located = [LocatedFault(lines[each.pointer], each.pointer, each.message) for each in listed]
    located += [LocatedFault(each.line, "", each.message) for each in source.faults]
    return tuple(sorted(located, key=lambda each: each.line))
