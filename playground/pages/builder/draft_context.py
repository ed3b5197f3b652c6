"""A draft and everything its pages need, read once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from playground.drafts.documents import read_document
from playground.drafts.drafts import find_draft, state_of
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.forms.field import Field, FieldMetadata
from playground.forms.sections import Section, find_field, read_sections
from playground.jsontext import parsing
from playground.openapi.operations import Operation, get_operation
from playground.people.access import person_of
from playground.rules.facts import Facts
from playground.rules.problems import Problem
from playground.sending.plans import Plan, check_plan, gather_facts, plan_draft


@dataclass(frozen=True)
class DraftContext:
    """One draft and what is read from it; nothing here changes it."""

    # Each property is read when first needed: an edit doesn't draw sections, and the preview of
    # a long document doesn't need facts.
    draft: Draft

    @cached_property
    def operation(self) -> Operation:
        return get_operation(self.draft.operation)

    @cached_property
    def state(self) -> State:
        return state_of(self.draft)

    @cached_property
    def tree(self) -> Any:
        return parsing.parse(self.draft.text)

    @cached_property
    def plan(self) -> Plan:
        return plan_draft(self.draft)

    @cached_property
    def facts(self) -> Facts:
        return gather_facts(self.plan)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return self.read_sections(self.state, self.tree)

    @cached_property
    def problems(self) -> list[Problem]:
        read = partial(read_document, self.draft.pk)
        return check_plan(self.plan, self.facts, read)

    @cached_property
    def field_metadata(self) -> FieldMetadata:
        return _field_metadata(self.state)

    def read_sections(self, state: State, tree: Any) -> tuple[Section, ...]:
        """The sections of the form for any state of this draft, including earlier ones."""
        return read_sections(self._read_schema(state), tree, _field_metadata(state))

    def section_of(self, pointer: str) -> Section | None:
        """The section with the field at this pointer."""
        return next((s for s in self.sections if any(f.pointer == pointer for f in s.fields)), None)

    def find_field(self, pointer: str) -> Field | None:
        """The field for the value at a pointer, however deep it is in the document."""
        return find_field(self.schema, self.tree, self.field_metadata, pointer)

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The schema of the document, which depends on its media type; empty without a body."""
        return self._read_schema(self.state)

    def _read_schema(self, state: State) -> Mapping[str, Any]:
        chosen = state.metadata.media_type
        body = self.operation.find_body(chosen) if chosen else None
        return body.schema if body else self.operation.body_schema or {}


def _field_metadata(state: State) -> FieldMetadata:
    metadata = state.metadata
    return FieldMetadata(metadata.off, metadata.notes, metadata.incomplete, metadata.away)


def open_draft(request: HttpRequest, draft_id: uuid.UUID) -> DraftContext:
    """The context of one of the person's own drafts. Raises Http404 for anyone else's."""
    try:
        return DraftContext(find_draft(person_of(request), draft_id))
    except Draft.DoesNotExist:
        raise Http404(_("There is no such draft.")) from None
