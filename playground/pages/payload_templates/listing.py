"""The list of templates, with its search and filters, and exporting and importing files."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from playground.apis.catalog import find_titles
from playground.openapi.operations import list_operations
from playground.pages.lists import ListColumn, ListShape
from playground.pages.payload_templates.access import get_template_or_404
from playground.pages.payload_templates.chosen import list_actions
from playground.pages.responses import breadcrumbs, respond_with_file
from playground.pages.selection import read_chosen_ids
from playground.payload_templates.drift import find_broken_templates
from playground.payload_templates.exports import (
    export_file_name,
    find_exported_credentials,
    write_json,
    write_templates_zip,
    write_yaml,
)
from playground.payload_templates.imports import import_template, plan_import, read_upload
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.template_files import (
    MAX_FILE_BYTES,
    InvalidTemplateFile,
    TemplateFile,
)
from playground.payload_templates.templates import (
    Search,
    find_favourites,
    list_folders,
    list_templates,
    may_change,
    visible_templates,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.workspace.models import Workflow

LIST = ListShape(
    "changed",
    (
        ListColumn("star", gettext_lazy("Favourite"), is_unseen=True),
        ListColumn("name", gettext_lazy("Name"), (Lower("name"),)),
        ListColumn("target", gettext_lazy("Sends to")),
        ListColumn("folder", gettext_lazy("Folder and tags"), (Lower("folder"),)),
        ListColumn("used", gettext_lazy("Last used"), ("used_at",), descends=True, has_nulls=True),
        ListColumn("changed", gettext_lazy("Changed"), ("changed_at",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s template", "%(n)s templates", "n"),
)
MAX_WARNINGS, MAX_OPERATIONS = 100, 200
WHOSE_LABELS = {
    "": gettext_lazy("All templates"),
    "mine": gettext_lazy("My templates"),
    "team": gettext_lazy("Team templates"),
}
MAX_UPLOADS = 100
# Bytes of the files between preview and import, unpacked and packed; and their number. One form
# must be able to bring them back: settings limit its fields to 5,000 and its size to 12 MB.
MAX_HELD_BYTES, MAX_PACKED_BYTES, MAX_STEPS = 100_000_000, 11_000_000, 4_000


@dataclass(frozen=True)
class TemplateRow:
    """One template as the list draws it."""

    id: str
    name: str
    pressed: str
    variants: int
    is_fork: bool
    target: str
    connection: str
    folder: str
    tags: list[str]
    creator: str
    used_at: str
    changed_at: str
    may_change: bool
    is_outdated: bool


@needs(Role.VIEWER)
@require_safe
def show_templates(request: HttpRequest) -> HttpResponse:
    """The page; only its list for htmx."""
    person, search = person_of(request), _read_search(request)
    listed = LIST.read(request, list_templates(person, search))
    context = {
        "list": listed,
        "rows": _describe_rows(person, listed.rows),
        "search": search,
        "actions": list_actions(person, search.archived),
        "act": reverse("act_on_templates"),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "templates/_list.html", context)
    context |= {
        "folders": list_folders(person),
        "operations": _list_filters(person, search),
        "whose": list(WHOSE_LABELS.items()),
    }
    return render(request, "templates/page.html", context)


def _list_filters(person: Person, search: Search) -> list[tuple[str, str]]:
    """The operations to filter by: the built-in ones, and imported ones with templates."""
    # There may be thousands of others without any template.
    imported = visible_templates(person).filter(operation__contains=":").order_by("operation")
    ids = imported.values_list("operation", flat=True).distinct()[:MAX_OPERATIONS]
    titles = {each.id: each.title for each in list_operations()}
    return list((titles | find_titles([*ids, search.operation])).items())


def _read_search(request: HttpRequest) -> Search:
    query = request.GET
    return Search(
        text=query.get("find", "").strip()[:200],
        tag=query.get("tag", "").strip()[:100],
        folder=query.get("folder", "")[:200],
        operation=query.get("operation", "")[:100],
        whose=query.get("whose", "")[:10],
        starred=bool(query.get("starred")),
        archived=bool(query.get("archived")),
    )


def _describe_rows(person: Person, templates: Sequence[Template]) -> list[TemplateRow]:
    # Unless some are outdated, any number of rows needs the same few queries.
    outdated = find_broken_templates(templates)
    names = _workflow_names(templates)
    starred = find_favourites(person, templates)
    titles = find_titles(row.operation for row in templates)
    return [
        TemplateRow(
            id=str(row.id),
            name=row.name,
            pressed="true" if row.id in starred else "false",
            variants=row.variant_count,
            is_fork=row.parent_id is not None,
            target=names.get((row.connection_id, row.workflow_uid), row.workflow_uid)
            or titles.get(row.operation, row.operation),
            connection=row.connection.name if row.connection else "",
            folder=row.folder,
            tags=row.tag_list,
            # A private template's creator is always the person who looks at it.
            creator="" if row.sharing == Sharing.PRIVATE else row.person.username,
            used_at=row.used_at.isoformat(timespec="seconds") if row.used_at else "",
            changed_at=row.changed_at.isoformat(timespec="seconds"),
            may_change=may_change(person, row),
            is_outdated=row.id in outdated,
        )
        for row in templates
    ]


def _workflow_names(templates: Sequence[Template]) -> Mapping[tuple[object, str], str]:
    uids = {row.workflow_uid for row in templates if row.workflow_uid}
    rows = Workflow.objects.filter(uid__in=uids).values_list("connection_id", "uid", "name")
    return {(connection, uid): name for connection, uid, name in rows}


@needs(Role.VIEWER)
@require_safe
def export_one(request: HttpRequest, template_id: uuid.UUID, ending: str) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    writers = {"yaml": write_yaml, "json": write_json}
    if ending not in writers:
        raise Http404(_("Choose YAML or JSON."))
    if warning := _warn_of_credentials(request, [template]):
        return warning
    name = export_file_name(template, ending)
    return respond_with_file(writers[ending](template), name, f"application/{ending}")


def _warn_of_credentials(request: HttpRequest, rows: Iterable[Template]) -> HttpResponse | None:
    """A page that lists the credentials in the files; None once the person has confirmed."""
    if "sure" in request.GET:
        return None
    found = [(row, places) for row in rows if (places := find_exported_credentials(row))]
    if not found:
        return None
    trail = breadcrumbs((_("Templates"), reverse("templates")), _("Export"))
    context = {"found": found[:MAX_WARNINGS], "trail": trail}
    return render(request, "templates/export.html", context, status=409)


@needs(Role.VIEWER)
@require_safe
def export_all(request: HttpRequest) -> HttpResponse:
    """A zip of all templates this person sees, or of the chosen ones."""
    # A stable order gives the same bytes for the same templates.
    rows = visible_templates(person_of(request)).order_by("folder", "name", "id")
    if "chosen" in request.GET:
        rows = rows.filter(id__in=read_chosen_ids(request))
    if warning := _warn_of_credentials(request, rows):
        return warning
    return respond_with_file(write_templates_zip(rows), "templates.zip", "application/zip")


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_files(request: HttpRequest) -> HttpResponse:
    """Preview the uploaded files; the preview's form sends them back, as `held`, to import."""
    trail = breadcrumbs((_("Templates"), reverse("templates")), _("Import"))
    context: dict[str, object] = {"trail": trail}
    if request.method != "POST":
        return render(request, "templates/import.html", context)
    try:
        files = _unpack_held(request) if "held" in request.POST else _read_uploads(request)
        held = _pack_held(files)
    except InvalidTemplateFile as error:
        context["message"] = str(error)
        return render(request, "templates/import.html", context, status=422)
    steps = plan_import(person_of(request), files)
    if "held" not in request.POST:
        context |= {"steps": list(enumerate(steps)), "held": held}
        return render(request, "templates/import.html", context)
    imported = 0
    for number, step in enumerate(steps):
        choice = request.POST.get(f"choice-{number}", "")
        # An identical file changes nothing, unless a copy of it is wanted.
        if choice != "skip" and (step.kind != "same" or choice == "copy"):
            import_template(person_of(request), step, as_copy=choice == "copy")
            imported += 1
    message = ngettext("Imported %(n)s template.", "Imported %(n)s templates.", imported)
    messages.success(request, message % {"n": imported})
    return redirect("templates")


def _read_uploads(request: HttpRequest) -> list[TemplateFile]:
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise InvalidTemplateFile("", _("Choose a file."))
    files: list[TemplateFile] = []
    for upload in uploads[:MAX_UPLOADS]:
        name = upload.name or "file"
        # Checked before reading: a large upload lies in a file, not in memory.
        if (upload.size or 0) > MAX_FILE_BYTES:
            raise InvalidTemplateFile(name, _("Too large. The limit is 10 MB."))
        files += read_upload(name, upload.read())
    return files


def _pack_held(files: list[TemplateFile]) -> str:
    """The files as text for a hidden field. Nothing is stored before somebody confirms."""
    rows = json.dumps([[file.path, file.source] for file in files])
    packed = base64.b64encode(zlib.compress(rows.encode())).decode()
    if len(files) > MAX_STEPS or len(packed) > MAX_PACKED_BYTES:
        message = _("Too many files to preview. Use manage.py import_templates instead.")
        raise InvalidTemplateFile("", message)
    return packed


def _unpack_held(request: HttpRequest) -> list[TemplateFile]:
    try:
        # What comes back is input like any other: it may be a bomb, and is checked again.
        packed = base64.b64decode(request.POST["held"], validate=True)
        text = zlib.decompressobj().decompress(packed, MAX_HELD_BYTES)
        rows = [(str(path), str(source).encode()) for path, source in json.loads(text)]
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        message = _("The files were damaged on the way. Choose them again.")
        raise InvalidTemplateFile("", message) from None
    return [file for path, source in rows for file in read_upload(path, source)]
