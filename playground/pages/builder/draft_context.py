"""A draft with everything its pages draw from, read once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest

from playground.drafts.drafts import find_draft, state_of
from playground.drafts.editing import State
from playground.drafts.models import Draft
from playground.forms.fields import FieldMetadata
from playground.forms.sections import Section, read_sections
from playground.jsontext import parsing
from playground.openapi.operations import Operation, get_operation
from playground.people.permissions import person_of
from playground.rules.facts import Facts
from playground.rules.problems import Problem
from playground.sending.plans import check_plan, gather_facts, plan_draft


@dataclass(frozen=True)
class Opened:
    """One draft and what is read from it; nothing here changes it."""

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
    def facts(self) -> Facts:
        return gather_facts(plan_draft(self.draft))

    @cached_property
    def field_metadata(self) -> FieldMetadata:
        metadata = self.state.metadata
        return FieldMetadata(metadata.off, metadata.notes, metadata.incomplete)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return read_sections(self.operation.body_schema or {}, self.tree, self.field_metadata)

    @cached_property
    def problems(self) -> list[Problem]:
        return check_plan(plan_draft(self.draft), self.facts)

    def section_of(self, pointer: str) -> Section | None:
        return next((s for s in self.sections if any(f.pointer == pointer for f in s.fields)), None)


def open_draft(request: HttpRequest, draft_id: uuid.UUID) -> Opened:
    """One's own draft; somebody else's is not there (404)."""
    try:
        return Opened(find_draft(person_of(request), draft_id))
    except Draft.DoesNotExist:
        raise Http404("There is no such draft of yours.") from None
