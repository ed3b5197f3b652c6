"""The report of an import, as stored with its API: what was understood and what wasn't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from playground.apis.catalog import ParsedApi
from playground.openapi.credentials import NO_CREDENTIAL
from playground.openapi.operation_reading import find_requirement
from playground.openapi.report import DocumentReport

# Operations with a complete form are only counted.
MOST_OPERATIONS, MOST_REFERENCES = 1000, 200


def find_obstacle(parsed: ParsedApi, key: str) -> str:
    """Why an operation can't be sent; empty if it can."""
    document, security = parsed.reader.document, parsed.reader.security
    requirement = find_requirement(document, document.get(parsed.entries[key].pointer))
    # Without alternatives, the operation needs no credential.
    alternatives = requirement if isinstance(requirement, list) else [requirement or {}]
    if security is None or not alternatives or {} in alternatives:
        return ""
    # An undefined scheme is a fault of the document; calls are sent without it.
    defined = [each for each in alternatives if not security.list_undefined([each])]
    if not defined:
        return ""
    reading = security.read(defined)
    # One usable alternative is enough.
    if not reading.faults or reading.credential.schemes != (NO_CREDENTIAL,):
        return ""
    return " ".join(reading.faults)


def add_obstacles(report: DocumentReport, obstacles: Mapping[str, str]) -> DocumentReport:
    """The report with further reasons why operations can't be sent, by their keys."""
    operations = tuple(
        replace(each, obstacles=(*each.obstacles, obstacles[each.id]))
        if obstacles.get(each.id)
        else each
        for each in report.operations
    )
    complete = sum(each.is_complete for each in operations)
    unsendable = sum(bool(each.obstacles) for each in operations)
    counts = {
        **report.counts,
        "complete": complete,
        "with_json_fields": len(operations) - complete - unsendable,
        "unsendable": unsendable,
    }
    return replace(report, operations=operations, counts=counts)


def shorten_report(report: DocumentReport, references: Sequence[str]) -> dict[str, Any]:
    """The report as plain data, without the operations that are only counted.

    `references` are the addresses of other documents that weren't read.
    """
    incomplete = [each for each in report.operations if not each.is_complete]
    return {
        "openapi": report.openapi,
        "counts": dict(report.counts),
        "operations": [asdict(each) for each in incomplete[:MOST_OPERATIONS]],
        "more_operations": max(0, len(incomplete) - MOST_OPERATIONS),
        "faults": [asdict(each) for each in report.faults],
        "more_faults": report.more_faults,
        "references": list(references[:MOST_REFERENCES]),
    }
