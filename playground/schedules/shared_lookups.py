"""What many runs of the same moment share is looked up once: people, templates, secrets.

Of 1,000 runs that are due in the same minute, each would otherwise take a dozen statements.
"""

import uuid
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from playground.drafts.metadata import Metadata, own_variables
from playground.history.bodies import pack_body
from playground.history.models import Body
from playground.jsontext.references import may_have_references
from playground.payload_templates.models import Template
from playground.payload_templates.templates import visible_templates
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.rules.facts import Facts
from playground.sending.listed_values import Choices, load_choices
from playground.sending.pipeline import Wire, load_wire
from playground.sending.plans import (
    WORKFLOW_UID,
    Lookups,
    Plan,
    describe_context,
    gather_facts,
    make_resolver,
)
from playground.workspace.connections import load_connection


class SharedLookups:
    """Remembers what it has looked up. Things change: keep it for a moment only."""

    def __init__(self) -> None:
        self.find_person = cache(_find_person)
        self.find_template = cache(_find_template)
        self.get_version = cache(get_version)
        self.read_content = cache(read_content)
        self.load_connection = cache(load_connection)
        self._found: dict[Hashable, Any] = {}

    def look_up(self, plan: Plan) -> Lookups:
        """What the check of a plan needs. It finds no lines: nobody sees them."""
        return Lookups(
            self._find_facts(plan), make_resolver(plan), self._load_choices(plan), lines=False
        )

    def find_wire(self, plan: Plan) -> Wire:
        """What joins the plan's call last."""
        wire: Wire = self._share("wire", plan, load_wire)
        return wire

    def describe_context(self, plan: Plan) -> Body:
        """What surrounds the plan's document, packed."""
        if _has_references(plan):
            return _pack_context(plan)
        context: Body = self._share("context", plan, _pack_context)
        return context

    def _find_facts(self, plan: Plan) -> Facts:
        # A payload's own variables and the files that it refers to are facts, too.
        if _has_references(plan) or own_variables(Metadata.read(plan.metadata)):
            return gather_facts(plan)
        facts: Facts = self._share("facts", plan, gather_facts)
        return facts

    def _load_choices(self, plan: Plan) -> dict[str, Choices]:
        def load(plan: Plan) -> dict[str, Choices]:
            return load_choices(plan.operation, plan.connection)

        choices: dict[str, Choices] = self._share("choices", plan, load)
        return choices

    def _share(self, kind: str, plan: Plan, find: Callable[[Plan], Any]) -> Any:
        """What is the same for all plans with this sender, target and workflow."""
        workflow = plan.path_values.get(WORKFLOW_UID, "")
        target = (plan.operation.id, plan.connection, workflow)
        key = (kind, *target, plan.version, plan.person, plan.schedule_version)
        if key not in self._found:
            self._found[key] = find(plan)
        return self._found[key]


def _find_person(person_id: int | None) -> Person | None:
    return Person.objects.filter(pk=person_id or 0).first()


def _find_template(person: Person, template_id: uuid.UUID) -> Template | None:
    return visible_templates(person).filter(pk=template_id).first()


def _has_references(plan: Plan) -> bool:
    return any(map(may_have_references, (plan.sent_text, *plan.path_values.values())))


def _pack_context(plan: Plan) -> Body:
    return pack_body(describe_context(plan).encode())
