"""The report of an import as it is stored with its API: what was understood, and what wasn't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from playground.apis.catalog import ParsedApi
from playground.openapi.credentials import NO_CREDENTIAL
from playground.openapi.operation_reading import find_requirement
from playground.openapi.report import DocumentReport

# Those with a complete form are only counted.
MOST_OPERATIONS, MOST_REFERENCES = 1000, 200


def find_obstacle(parsed: ParsedApi, key: str) -> str:
    """Why an operation can't be sent; empty if it can."""
    document, security = parsed.reader.document, parsed.reader.security
    requirement = find_requirement(document, document.get(parsed.entries[key].pointer))
    # Without an alternative there is nothing to sign in to, or none has to be.
    alternatives = requirement if isinstance(requirement, list) else [requirement or {}]
    if security is None or not alternatives or {} in alternatives:
        return ""
    # A scheme that isn't defined is a fault of the document, and calls go out without it.
    defined = [each for each in alternatives if not security.list_undefined([each])]
    if not defined:
        return ""
    reading = security.read(defined)
    # Of several alternatives, one that can be used is enough.
    if not reading.faults or reading.credential.schemes != (NO_CREDENTIAL,):
        return ""
    return " ".join(reading.faults)


def add_obstacles(report: DocumentReport, obstacles: Mapping[str, str]) -> DocumentReport:
    """The report with what else keeps operations from being sent, by their keys."""
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
    """The report as plain data, without what is only counted.

    `references` are the addresses of other documents, which weren't read.
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
