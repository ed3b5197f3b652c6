"""Find what uses the operations of an API: drafts, templates and batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from playground.apis.catalog import find_titles
from playground.batches.access import visible_batches
from playground.batches.models import Batch
from playground.drafts.drafts import list_drafts
from playground.drafts.models import Draft
from playground.payload_templates.models import Template
from playground.payload_templates.templates import visible_templates
from playground.people.models import Person

# Per kind; a page names what people may see and counts the rest.
MOST_NAMED = 200


@dataclass(frozen=True)
class Use:
    """A draft, template or batch of an operation that the person may open."""

    kind: str
    icon: str
    name: str
    address: str


@dataclass(frozen=True)
class Usage:
    """The uses of an API by operation, and the number of those that aren't named."""

    by_operation: Mapping[str, list[Use]]
    unnamed: int

    def all(self) -> list[Use]:
        return [each for uses in self.by_operation.values() for each in uses]


def find_usage(person: Person, api_id: str) -> Usage:
    """Find the uses of an imported API: three queries for names, three for counts."""
    prefix = f"{api_id}:"
    found: dict[str, list[Use]] = defaultdict(list)
    drafts = list_drafts(person) if person.may_edit else Draft.objects.none()
    own = list(drafts.filter(operation__startswith=prefix)[:MOST_NAMED])
    titles = find_titles(draft.operation for draft in own)
    for draft in own:
        name = draft.name or titles.get(draft.operation, draft.operation)
        use = Use(_("draft"), "pen", name, reverse("builder", args=[draft.id]))
        found[draft.operation].append(use)
    templates = visible_templates(person).filter(operation__startswith=prefix)
    for id, name, operation in templates.values_list("id", "name", "operation")[:MOST_NAMED]:
        use = Use(_("template"), "save", name, reverse("template", args=[id]))
        found[operation].append(use)
    batches = visible_batches(person).filter(operation__startswith=prefix)
    for id, name, operation in batches.values_list("pk", "name", "operation")[:MOST_NAMED]:
        use = Use(_("batch"), "table", name, reverse("batch", args=[id]))
        found[operation].append(use)
    total = (
        Draft.objects.filter(operation__startswith=prefix, discarded_at=None).count()
        + Template.objects.filter(operation__startswith=prefix, deleted_at=None).count()
        + Batch.objects.filter(operation__startswith=prefix).count()
    )
    named = sum(len(uses) for uses in found.values())
    return Usage(found, max(0, total - named))
