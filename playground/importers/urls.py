"""Reads a bare address: of a job, whose `?step=` names a step, or of an operation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

from playground.importers.credentials import Collector, mask_url
from playground.importers.operation_matching import path_segments, recognise
from playground.importers.values import UNDERSTOOD, OperationShape, Refused, Understood, note

ADDRESS = re.compile(r"<?((?:https?://)?[\w.-]{1,253}(?::\d{1,5})?(?:/\S*?|\?\S*?))>?", re.I)
LONGEST = 8000
JOB_PARTS = ("job", "jobs", "run", "runs", "results")


def looks_like(text: str) -> bool:
    """Whether the whole text is one address."""
    return len(text) < LONGEST and ADDRESS.fullmatch(text.strip()) is not None


def read_address(text: str, operations: Sequence[OperationShape]) -> Understood | Refused:
    """What an address says: a step's UID, or an operation and its path values.

    The address is only read, never visited.
    """
    found = ADDRESS.fullmatch(text.strip())
    url = found[1] if found else text.strip()
    try:
        step = _step(url)
    except ValueError:
        return Refused("This address cannot be read.", "bad-address")
    if step:
        return _job(url, step)
    operation = recognise(None, url, None, operations)
    if operation is None:
        return Refused(
            "This address belongs to no known operation and names no step (?step=…). "
            "Addresses are never visited: paste the request itself.",
            "unknown-address",
        )
    collector = Collector()
    masked = mask_url(url, collector)
    said = note(
        UNDERSTOOD,
        "address",
        "The address of the operation {operation}.",
        operation=operation.operation.id,
    )
    return Understood(
        kind="address",
        operation=operation.operation.id,
        method=operation.operation.method,
        url=masked,
        path_values=operation.path_values,
        credentials=tuple(collector.found),
        notes=(said,),
    )


def _step(url: str) -> str | None:
    """The value of `step` in the query, or in the query of the fragment of a one-page app."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    fragment = parts.fragment.partition("?")[2]
    for key, value in parse_qsl(f"{parts.query}&{fragment}"):
        if key in ("step", "step_uid") and value.strip():
            return value.strip()
    return None


def _job(url: str, step: str) -> Understood:
    segments = path_segments(url)
    job = next(
        (after for part, after in pairwise(segments) if part in JOB_PARTS),
        "",
    )
    said = note(
        UNDERSTOOD,
        "job-address",
        "The address of a job: its step has the UID {step}. Choose the step that gets it.",
        step=step,
    )
    collector = Collector()
    return Understood(
        kind="job-address",
        url=mask_url(url, collector),
        path_values={"job_uid": job} if job else {},
        credentials=tuple(collector.found),
        notes=(said,),
        step_uid=step,
    )
