"""A draft and everything its pages need, read once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from playground.calls.file_parts import read_form_schema
from playground.drafts.documents import read_document
from playground.drafts.drafts import find_draft, state_of
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.forms.field import ChosenFile, Field, FieldMetadata
from playground.forms.sections import Section, find_field, read_sections
from playground.jsontext import parsing
from playground.openapi.operations import Operation, get_operation
from playground.people.access import person_of
from playground.rules.facts import Facts, FileFacts
from playground.rules.problems import Problem
from playground.sending.plans import Plan, check_plan, gather_facts, plan_draft
from playground.workspace.files import format_size


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
        return self._read_metadata(self.state)

    def read_sections(self, state: State, tree: Any) -> tuple[Section, ...]:
        """The sections of the form for any state of this draft, including earlier ones."""
        return read_sections(self._read_schema(state), tree, self._read_metadata(state))

    def section_of(self, pointer: str) -> Section | None:
        """The section with the field at this pointer."""
        return next((s for s in self.sections if any(f.pointer == pointer for f in s.fields)), None)

    def find_field(self, pointer: str) -> Field | None:
        """The field for the value at a pointer, at any depth of the document."""
        return find_field(self.schema, self.tree, self.field_metadata, pointer)

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The schema of the document, which depends on its media type; empty without a body."""
        return self._read_schema(self.state)

    @property
    def has_body(self) -> bool:
        """Whether a body is sent: the operation has one and it isn't left out."""
        return self.operation.body_schema is not None and not self.plan.is_body_left_out

    @cached_property
    def files(self) -> Mapping[str, ChosenFile]:
        """The files of the document that the person can open, by id."""
        found = self.facts.files or {} if "{{file:" in self.draft.text else {}
        return {id: self._describe_file(id, each) for id, each in found.items()}

    def _describe_file(self, id: str, file: FileFacts) -> ChosenFile:
        url = reverse("draft_file", args=[self.draft.pk, id])
        return ChosenFile(id, file.name or id, file.media_type, format_size(file.size), url)

    def _read_metadata(self, state: State) -> FieldMetadata:
        kept = state.metadata
        return FieldMetadata(kept.off, kept.notes, kept.incomplete, kept.away, self.files)

    def _read_schema(self, state: State) -> Mapping[str, Any]:
        body = self.operation.find_body(state.metadata.media_type)
        return read_form_schema(body) if body else {}


def open_draft(request: HttpRequest, draft_id: uuid.UUID) -> DraftContext:
    """The context of one of the person's own drafts. Raises Http404 for anyone else's."""
    try:
        return DraftContext(find_draft(person_of(request), draft_id))
    except Draft.DoesNotExist:
        raise Http404(_("There is no such draft.")) from None
