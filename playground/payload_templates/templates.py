"""Templates: permissions, search, details, archive and deletion."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.payload_templates.models import Favourite, Sharing, Template
from playground.people.models import Person
from playground.people.search import contain_words

MAX_NAME, MAX_DESCRIPTION, MAX_TAGS, MAX_FOLDER = 200, 5000, 500, 200
MAX_FOLDERS = 200


@dataclass(frozen=True)
class TemplateInput:
    """The details of a template as a person enters them."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    folder: str = ""
    sharing: str = Sharing.PRIVATE


@dataclass(frozen=True)
class Search:
    """Filters of the list of templates; empty texts don't filter."""

    text: str = ""
    tag: str = ""
    folder: str = ""
    operation: str = ""
    whose: str = ""
    starred: bool = False
    archived: bool = False

    @property
    def has_filters(self) -> bool:
        texts = (self.text, self.tag, self.folder, self.operation, self.whose)
        return any(texts) or self.starred or self.archived


def visible_templates(person: Person) -> models.QuerySet[Template]:
    """The person's own templates and those shared with the team, without deleted ones."""
    own_or_shared = Q(person=person) | ~Q(sharing=Sharing.PRIVATE)
    return Template.objects.filter(own_or_shared, deleted_at=None)


def get_template(person: Person, template_id: uuid.UUID) -> Template:
    """The template, if this person may see it. Raises Template.DoesNotExist otherwise."""
    return visible_templates(person).select_related("connection", "person").get(id=template_id)


def find_templates_by_name(person: Person, name: str) -> list[Template]:
    """The templates with this name or id, the person's own first."""
    found = visible_templates(person).filter(archived_at=None)
    try:
        # Ids are accepted wherever names are, since names can repeat.
        rows = found.filter(id=uuid.UUID(name))
    except ValueError:
        rows = found.filter(name=name)
    return sorted(rows, key=lambda row: row.person_id != person.pk)


def may_change(person: Person, template: Template) -> bool:
    """Whether the person may save versions, rename and file the template."""
    # A creator who became a viewer may no longer change even their own templates.
    if not person.may_edit:
        return False
    return template.person_id == person.pk or template.sharing == Sharing.EDIT


def may_manage(person: Person, template: Template) -> bool:
    """Whether the person may delete the template, share it by link or set who sees it."""
    if template.person_id == person.pk:
        return person.may_edit
    # Owners look after what the team shares; private templates stay private even from them.
    return person.is_owner and template.sharing != Sharing.PRIVATE


def list_templates(person: Person, search: Search) -> models.QuerySet[Template]:
    """The visible templates that match, without their documents."""
    found = visible_templates(person).select_related("connection", "person")
    found = found.filter(archived_at__isnull=not search.archived)
    found = found.filter(contain_words(search.text, "name", "description", "tags", "folder"))
    if search.tag:
        # Tags are stored as `|night|vip|`, so that `vi` doesn't match `vip`.
        found = found.filter(tags__contains=f"|{search.tag}|")
    if search.folder:
        # Folders are paths: a folder contains those below it.
        found = found.filter(Q(folder=search.folder) | Q(folder__startswith=search.folder + "/"))
    if search.operation:
        found = found.filter(operation=search.operation)
    if search.whose == "mine":
        found = found.filter(person=person)
    if search.whose == "team":
        found = found.exclude(sharing=Sharing.PRIVATE)
    if search.starred:
        found = found.filter(favourites__person=person)
    return found


def list_folders(person: Person) -> list[str]:
    rows = visible_templates(person).exclude(folder="").order_by("folder")
    return list(rows.values_list("folder", flat=True).distinct()[:MAX_FOLDERS])


def find_favourites(person: Person, templates: Iterable[Template]) -> set[uuid.UUID]:
    """The ids of those templates that this person starred."""
    stars = Favourite.objects.filter(person=person, template__in=[row.id for row in templates])
    return set(stars.values_list("template_id", flat=True))


def toggle_favourite(person: Person, template: Template) -> bool:
    """Star the template or remove the star. Returns whether it is starred now."""
    star, created = Favourite.objects.get_or_create(person=person, template=template)
    if not created:
        star.delete()
    return created


def validate_template_input(details: TemplateInput) -> str:
    """A message if the details can't be saved, otherwise an empty text."""
    if not details.name.strip():
        return _("Enter a name for the template.")
    if len(details.name.strip()) > MAX_NAME:
        return _("Name can have at most %(limit)s characters.") % {"limit": MAX_NAME}
    if len(details.description.strip()) > MAX_DESCRIPTION:
        return _("Description can have at most %(limit)s characters.") % {"limit": MAX_DESCRIPTION}
    if len(format_tags(details.tags)) > MAX_TAGS:
        return _("Tags can have at most %(limit)s characters in total.") % {"limit": MAX_TAGS}
    if len(normalize_folder(details.folder)) > MAX_FOLDER:
        return _("Folder can have at most %(limit)s characters.") % {"limit": MAX_FOLDER}
    texts = (details.name, details.description, *details.tags, details.folder)
    # Forms reject it, template files and scripts bring it in, and PostgreSQL can't store it.
    if any("\0" in text for text in texts):
        return _("Name, description, tags and folder can't contain the NUL character.")
    if details.sharing not in Sharing.values:
        return _("Choose who can see the template.")
    return ""


def assign_details(template: Template, details: TemplateInput) -> None:
    """Set the details without saving. Raises ValueError where they aren't valid."""
    if message := validate_template_input(details):
        raise ValueError(message)
    template.name = details.name.strip()
    template.description = details.description.strip()
    template.tags = format_tags(details.tags)
    template.folder = normalize_folder(details.folder)
    template.sharing = details.sharing


def update_details(template: Template, details: TemplateInput) -> None:
    """Save the details except who sees the template, which an import must not change."""
    assign_details(template, replace(details, sharing=template.sharing))
    template.save(update_fields=["name", "description", "tags", "folder"])


def format_tags(tags: tuple[str, ...]) -> str:
    """Tags as they are stored: lower case, without repeats, as in `|night|vip|`."""
    cleaned = dict.fromkeys(" ".join(tag.replace("|", " ").split()).lower() for tag in tags)
    words = [tag for tag in cleaned if tag]
    return f"|{'|'.join(words)}|" if words else ""


def parse_tags(typed: str) -> tuple[str, ...]:
    """Tags as people type them, separated by commas."""
    return tuple(tag.strip() for tag in typed.split(",") if tag.strip())


def normalize_folder(typed: str) -> str:
    return "/".join(part.strip() for part in typed.split("/") if part.strip())


def move_template(template: Template, folder: str) -> None:
    """Move the template to a folder, or out of all for an empty text. Raises ValueError."""
    wanted = TemplateInput(template.name, folder=folder)
    if message := validate_template_input(wanted):
        raise ValueError(message)
    Template.objects.filter(id=template.id).update(folder=normalize_folder(folder))


def set_archived(template: Template, archived: bool = True) -> None:
    time = timezone.now() if archived else None
    Template.objects.filter(id=template.id).update(archived_at=time)


def delete_template(template: Template) -> None:
    """Hide the template and stop its links. `restore_template` undoes this."""
    Template.objects.filter(id=template.id).update(deleted_at=timezone.now())


def restore_template(person: Person, template_id: uuid.UUID) -> bool:
    """Undo a deletion. Returns False if this person couldn't have deleted the template."""
    row = Template.objects.filter(id=template_id).first()
    if row is None or not may_manage(person, row):
        return False
    return bool(Template.objects.filter(id=template_id).update(deleted_at=None))


def record_use(template: Template) -> None:
    Template.objects.filter(id=template.id).update(used_at=timezone.now())
