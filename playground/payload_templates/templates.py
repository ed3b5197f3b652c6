"""Templates: who may do what with one, finding them, naming, filing, putting away."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import Q
from django.utils import timezone

from playground.payload_templates.models import Favourite, Sharing, Template
from playground.people.models import Person

SORTS = {
    "changed": ("-changed_at",),
    "used": ("-used_at", "-changed_at"),
    "name": ("name", "-changed_at"),
    "created": ("-created_at",),
}


@dataclass(frozen=True)
class TemplateInput:
    """What somebody asks a template to be called, and where it is filed."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    folder: str = ""
    sharing: str = Sharing.PRIVATE


@dataclass(frozen=True)
class Search:
    """What the library page is asked for; empty texts do not filter."""

    text: str = ""
    tag: str = ""
    folder: str = ""
    operation: str = ""
    whose: str = ""
    sort: str = "changed"
    starred: bool = False
    archived: bool = False

    @property
    def filtered(self) -> bool:
        words = (self.text, self.tag, self.folder, self.operation, self.whose)
        return any(words) or self.starred or self.archived


def visible_templates(person: Person) -> models.QuerySet[Template]:
    """One's own and what is shared with the team; what was deleted is not there."""
    shared = Q(person=person) | ~Q(sharing=Sharing.PRIVATE)
    return Template.objects.filter(shared, deleted_at=None)


def get_template(person: Person, template_id: uuid.UUID) -> Template:
    """Raises Template.DoesNotExist: somebody else's private template is not there."""
    return visible_templates(person).select_related("connection", "person").get(id=template_id)


def find_templates_by_name(person: Person, name: str) -> list[Template]:
    """Those of this name or with this id, one's own first."""
    found = visible_templates(person).filter(archived_at=None)
    try:
        rows = found.filter(id=uuid.UUID(name))
    except ValueError:
        rows = found.filter(name=name)
    return sorted(rows, key=lambda row: row.person_id != person.pk)


def may_change(person: Person, template: Template) -> bool:
    """Save versions, rename, file: the owner of the template, and editors where shared so."""
    if not person.may_edit:
        return False
    return template.person_id == person.pk or template.sharing == Sharing.EDIT


def may_manage(person: Person, template: Template) -> bool:
    """Delete, choose who sees it, share by link: who made it, and for what the team sees the
    owners of the playground."""
    if template.person_id == person.pk:
        return person.may_edit
    return person.is_owner and template.sharing != Sharing.PRIVATE


def list_templates(person: Person, search: Search) -> models.QuerySet[Template]:
    """The rows of the library, without any document."""
    found = visible_templates(person).select_related("connection", "person")
    found = found.filter(archived_at__isnull=not search.archived)
    for word in search.text.split()[:8]:
        found = found.filter(
            Q(name__icontains=word) | Q(description__icontains=word) | Q(tags__icontains=word)
            | Q(folder__icontains=word)
        )  # fmt: skip
    if search.tag:
        found = found.filter(tags__contains=f"|{search.tag}|")
    if search.folder:
        found = found.filter(Q(folder=search.folder) | Q(folder__startswith=search.folder + "/"))
    if search.operation:
        found = found.filter(operation=search.operation)
    if search.whose == "mine":
        found = found.filter(person=person)
    if search.whose == "team":
        found = found.exclude(sharing=Sharing.PRIVATE)
    if search.starred:
        found = found.filter(favourites__person=person)
    return found.order_by(*_sorted_by(search.sort))


def list_folders(person: Person) -> list[str]:
    rows = visible_templates(person).exclude(folder="").order_by("folder")
    return list(rows.values_list("folder", flat=True).distinct()[:200])


def find_favourites(person: Person, rows: list[Template]) -> set[uuid.UUID]:
    """Which of these templates this person marked."""
    stars = Favourite.objects.filter(person=person, template__in=[row.id for row in rows])
    return set(stars.values_list("template_id", flat=True))


def validate_template_input(wanted: TemplateInput) -> str:
    """The sentence that keeps this from being saved, or an empty text."""
    if not wanted.name.strip():
        return "Give the template a name."
    if len(wanted.name.strip()) > 200:
        return "A name has at most 200 characters."
    if len(format_tags(wanted.tags)) > 500:
        return "These are too many tags: together they may have 500 characters."
    if len(normalize_folder(wanted.folder)) > 200:
        return "A folder has at most 200 characters."
    if wanted.sharing not in Sharing.values:
        return "Choose who sees the template."
    return ""


def assign_input(template: Template, wanted: TemplateInput) -> None:
    """Put the words on; ValueError where `judge_wanted` has something to say."""
    if sentence := validate_template_input(wanted):
        raise ValueError(sentence)
    template.name, template.description = wanted.name.strip(), wanted.description.strip()[:5000]
    template.tags, template.folder = format_tags(wanted.tags), normalize_folder(wanted.folder)
    template.sharing = wanted.sharing


def update_details(template: Template, wanted: TemplateInput) -> None:
    """The words alone; who sees it stays."""
    assign_input(template, replace(wanted, sharing=template.sharing))
    template.save(update_fields=["name", "description", "tags", "folder"])


def format_tags(tags: tuple[str, ...]) -> str:
    cleaned = dict.fromkeys(" ".join(tag.replace("|", " ").split()).lower() for tag in tags)
    words = [tag for tag in cleaned if tag]
    return f"|{'|'.join(words)}|" if words else ""


def parse_tags(typed: str) -> tuple[str, ...]:
    """Tags as people type them: separated by commas."""
    return tuple(tag.strip() for tag in typed.split(",") if tag.strip())


def normalize_folder(typed: str) -> str:
    return "/".join(part.strip() for part in typed.split("/") if part.strip())


def toggle_favourite(person: Person, template: Template) -> bool:
    """Mark it, or take the mark away; whether it is marked now."""
    star, made = Favourite.objects.get_or_create(person=person, template=template)
    if not made:
        star.delete()
    return made


def set_archived(template: Template, away: bool = True) -> None:
    Template.objects.filter(id=template.id).update(archived_at=timezone.now() if away else None)


def delete_template(template: Template) -> None:
    """Gone from every list, its links with it; `restore_template` takes that back."""
    Template.objects.filter(id=template.id).update(deleted_at=timezone.now())


def restore_template(person: Person, template_id: uuid.UUID) -> bool:
    """Only who could delete it brings it back."""
    row = Template.objects.filter(id=template_id).exclude(deleted_at=None).first()
    if row is None or not may_manage(person, row):
        return False
    return bool(Template.objects.filter(id=template_id).update(deleted_at=None))


def record_use(template: Template) -> None:
    Template.objects.filter(id=template.id).update(used_at=timezone.now())


def _sorted_by(sort: str) -> list[models.F | models.expressions.OrderBy]:
    """Never used ones stand last, whichever way the database sorts nothing."""
    names = SORTS.get(sort, SORTS["changed"])
    return [
        models.F(name[1:]).desc(nulls_last=True) if name[0] == "-" else models.F(name).asc()
        for name in names
    ]
