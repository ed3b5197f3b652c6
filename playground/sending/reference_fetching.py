"""Fetch the other documents that an OpenAPI document refers to, from its own origin only."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from playground.openapi.external import embed_documents, locate_external_addresses
from playground.openapi.reading import MOST_BYTES, SourceDocument, read_any_document, read_openapi
from playground.openapi.yaml_reading import InvalidDocument, SourceFault
from playground.people.models import Person
from playground.sending.document_fetching import (
    FetchersBusy,
    FetchRefused,
    check_address,
    fetch_document,
)

MOST_DOCUMENTS, MOST_FAULTS = 50, 50
# For all of them together: somebody is waiting for the page.
LONGEST_SECONDS = 40.0
DEFAULT_PORTS = {"http": 80, "https": 443}


def fetch_source(
    person: Person | None, url: str, with_references: bool, needed: Collection[str] = ()
) -> SourceDocument:
    """Fetch the OpenAPI document at an address; raises FetchRefused or InvalidDocument.

    It fails if one of the `needed` documents that it refers to can't be read.
    """
    source = read_openapi(fetch_document(person, url))
    return add_references(person, source, url, needed) if with_references else source


def add_references(
    person: Person | None, source: SourceDocument, url: str, needed: Collection[str] = ()
) -> SourceDocument:
    """Embed the documents it refers to, and add a fault for each that wasn't read.

    `url` is its address; without one, it has no origin to fetch others from. Raises FetchersBusy,
    and FetchRefused for a `needed` document.
    """
    fetching = _Fetching(person, check_address(url) if url else "", len(source.text))
    for target, pointer in locate_external_addresses(source.raw, fetching.url).items():
        fetching.waiting.setdefault(target, pointer)
    fetching.run()
    for target in needed:
        if target in fetching.failures:
            raise FetchRefused(f"{target} wasn't read: {fetching.failures[target]}")
    lines = source.find_lines(fetching.failures_at.values())
    faults = [
        SourceFault(lines[fetching.failures_at[target]], f"{target} wasn't read: {why}")
        for target, why in list(fetching.failures.items())[:MOST_FAULTS]
    ]
    if len(fetching.failures) > MOST_FAULTS:
        left = len(fetching.failures) - MOST_FAULTS
        faults.append(SourceFault(1, f"{left} more documents weren't read."))
    if not fetching.found:
        return replace(source, faults=(*source.faults, *faults))
    raw = embed_documents(source.raw, fetching.url, fetching.found)
    return replace(source, raw=raw, written=source.raw, faults=(*source.faults, *faults))


@dataclass
class _Fetching:
    """What has been fetched and what hasn't; `waiting` has the pointers of the references."""

    person: Person | None
    url: str
    size: int
    waiting: dict[str, str] = field(default_factory=dict)
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    failures_at: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        end = time.monotonic() + LONGEST_SECONDS
        while self.waiting:
            target, pointer = self.waiting.popitem()
            try:
                self._fetch(target, pointer, end)
            except FetchersBusy:
                raise  # says nothing about the document
            except (FetchRefused, InvalidDocument) as error:
                self.failures[target], self.failures_at[target] = str(error), pointer

    def _fetch(self, target: str, pointer: str, end: float) -> None:
        self._check(target, end)
        # A redirect could lead to another origin.
        data = fetch_document(self.person, target, follow_redirects=False)
        self.size += len(data)
        if self.size > MOST_BYTES:
            raise FetchRefused(_("All documents together are larger than 20 MB."))
        raw: Any = read_any_document(data).raw
        if not isinstance(raw, dict):
            raise FetchRefused(_("It isn't an object."))
        self.found[target] = raw
        for other in locate_external_addresses(raw, target):
            if other not in self.found and other not in self.failures and other != self.url:
                # Report it at the reference in the imported document.
                self.waiting.setdefault(other, pointer)

    def _check(self, target: str, end: float) -> None:
        if not self.url:
            raise FetchRefused(_("The document was imported without an address."))
        if split_origin(target) != split_origin(self.url):
            raise FetchRefused(_("Only documents of the same origin are fetched."))
        if len(self.found) + len(self.failures) >= MOST_DOCUMENTS:
            message = _("At most %(most)s other documents are fetched.")
            raise FetchRefused(message % {"most": MOST_DOCUMENTS})
        if time.monotonic() > end:
            raise FetchRefused(_("Fetching the others took too long."))


def split_origin(url: str) -> tuple[str, str, int | None]:
    """The scheme, host and port of an address."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(scheme)
    except ValueError:
        return "", "", None
