"""Credentials that stand in a document go to the secrets before others may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from playground.drafts.changes import apply_state
from playground.drafts.drafts import state_of
from playground.drafts.editing import State
from playground.drafts.metadata import Metadata, Shelf
from playground.drafts.models import Draft
from playground.drafts.secrets import take_in
from playground.importers.credentials import Collector, mask_document
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references
from playground.people.models import Person

# Keys of well-known makers, signed tokens, and long runs of mixed signs that are no UID.
LOOKS_SECRET = re.compile(
    r"(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AIza|glpat|npm|key|token)[-_]?[A-Za-z0-9_-]{12,}"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])(?![0-9a-fA-F]{8}-)[A-Za-z0-9+/_=-]{24,}"
    r"|-----BEGIN [\s\S]*"
)


class IntoSecrets(Collector):
    """Keeps each credential as a secret of the draft; the reference takes its place."""

    def __init__(self, draft: Draft, person: Person) -> None:
        super().__init__()
        self.draft, self.person = draft, person
        self.taken: list[str] = []

    def reference(self, name: str, place: str, value: str) -> str:
        reference = take_in(self.draft, name, value, self.person)
        self.taken += [each.name for each in find_references(reference)]
        return reference


def mask_text(text: str, collector: Collector) -> str:
    """The document with every credential replaced by a reference; a text that is no JSON as
    it is. `mask_document` takes a bounded number at a time."""
    try:
        masked = mask_document(text, parse(text), collector)
        while masked != text:
            text, masked = masked, mask_document(masked, parse(masked), collector)
    except JSONSyntaxError:
        return text
    return masked


def mask_value(pointer: str, text: str, collector: Collector) -> str:
    """One value that stands beside the document, judged by the keys that lead to it."""
    keys = [quote(each) for each in pointers.split(pointer)]
    lead, tail = "".join(f"{{{key}:" for key in keys), "}" * len(keys)
    masked = mask_text(lead + text + tail, collector)
    return masked[len(lead) : len(masked) - len(tail)]


def mask_shelf(shelf: Shelf, collector: Collector) -> dict[str, str]:
    return {place: mask_value(place, kept, collector) for place, kept in shelf.items()}


def mask_metadata(metadata: Metadata, collector: Collector) -> Metadata:
    """The same for values that are switched off or belong to another way."""
    off, away = mask_shelf(metadata.off, collector), mask_shelf(metadata.away, collector)
    return replace(metadata, off=off, away=away)


def mask_state(state: State, collector: Collector) -> State:
    text = mask_text(state.text, collector)
    return replace(state, text=text, metadata=mask_metadata(state.metadata, collector))


def find_credentials(text: str) -> list[str]:
    """The pointers of values that look like secrets; none in a text that is no JSON."""
    collector = Collector()
    try:
        mask_document(text, parse(text), collector)
    except JSONSyntaxError:
        return []
    return [found.location.removeprefix("body:") for found in collector.found]


def find_suspicious(text: str) -> list[str]:
    """The pointers of values that look like credentials by their key or by how they are made."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return []
    odd = [place for place, value in _strings(tree, "") if LOOKS_SECRET.fullmatch(value)]
    return list(dict.fromkeys([*find_credentials(text), *odd]))


def _strings(tree: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield at, tree
    elif isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            yield from _strings(inner, pointers.child(at, segment))


def clean_draft(draft: Draft, person: Person, tab: str = "") -> list[str]:
    """Move what looks like a credential out of the draft, from the values beside its document
    too; the names of what went."""
    state = state_of(draft)
    if mask_state(state, Collector()) == state:
        return []
    into = IntoSecrets(draft, person)
    done = apply_state(person, draft.id, mask_state(state, into), tab)
    draft.text, draft.metadata = done.draft.text, done.draft.metadata
    draft.revision = done.draft.revision
    return list(dict.fromkeys(into.taken))
