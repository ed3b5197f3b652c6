"""Credentials that stand in a document go to the secrets before others may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from playground.library.changes import apply_state
from playground.library.drafts import state_of
from playground.library.models import Draft
from playground.library.secrets import take_in
from playground.payload import pointers
from playground.payload.reading import NotJson, read
from playground.payload.understanding.credentials import Collector, mask_document
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
        self.taken.append(name)
        return take_in(self.draft, name, value, self.person)


def find_credentials(text: str) -> list[str]:
    """The pointers of values that look like secrets; none in a text that is no JSON."""
    collector = Collector()
    try:
        mask_document(text, read(text), collector)
    except NotJson:
        return []
    return [found.place.removeprefix("body:") for found in collector.found]


def find_suspicious(text: str) -> list[str]:
    """The pointers of values that look like credentials by their key or by how they are made."""
    try:
        tree = read(text)
    except NotJson:
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
    """Move what looks like a credential out of the draft; the names of what went."""
    if not find_credentials(draft.text):
        return []
    into = IntoSecrets(draft, person)
    text = mask_document(draft.text, read(draft.text), into)
    done = apply_state(person, draft.id, replace(state_of(draft), text=text), tab)
    draft.text, draft.revision = done.draft.text, done.draft.revision
    return into.taken
