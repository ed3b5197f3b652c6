"""Importing template files, with their schedules: a preview first, then what was chosen."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from playground.pages.responses import breadcrumbs
from playground.payload_templates.imports import (
    ImportStep,
    import_template,
    plan_import,
    read_upload,
)
from playground.payload_templates.template_files import (
    MAX_FILE_BYTES,
    InvalidTemplateFile,
    TemplateFile,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.schedule_imports import ScheduleStep, import_schedules, plan_schedules

MAX_UPLOADS = 100
# Bytes of the files between preview and import, unpacked and packed; and their number. One form
# must be able to bring them back: settings limit its fields to 5,000 and its size to 12 MB.
MAX_HELD_BYTES, MAX_PACKED_BYTES, MAX_STEPS = 100_000_000, 11_000_000, 4_000
# Of schedules, in the messages after an import.
MOST_REMARKS = 20
# What a file would do: its template, and its schedules.
Planned = tuple[ImportStep, list[ScheduleStep]]


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_files(request: HttpRequest) -> HttpResponse:
    """Preview the uploaded files; the preview's form sends them back, as `held`, to import."""
    person = person_of(request)
    trail = breadcrumbs((_("Templates"), reverse("templates")), _("Import"))
    context: dict[str, object] = {"trail": trail}
    if request.method != "POST":
        return render(request, "templates/import.html", context)
    try:
        files = _unpack_held(request) if "held" in request.POST else _read_uploads(request)
        held, steps = _pack_held(files), _plan_steps(person, files)
    except InvalidTemplateFile as error:
        context["message"] = str(error)
        return render(request, "templates/import.html", context, status=422)
    if "held" not in request.POST:
        context |= {"steps": _describe_steps(steps), "held": held}
        return render(request, "templates/import.html", context)
    imported, schedules = 0, list[ScheduleStep]()
    for number, planned in enumerate(steps):
        choice = request.POST.get(f"choice-{number}", "")
        if choice != "skip":
            is_stored, done = _import_step(person, planned, as_copy=choice == "copy")
            imported, schedules = imported + is_stored, schedules + done
    message = ngettext("Imported %(n)s template.", "Imported %(n)s templates.", imported)
    messages.success(request, message % {"n": imported})
    _report_schedules(request, schedules)
    return redirect("templates")


def _plan_steps(person: Person, files: Sequence[TemplateFile]) -> list[Planned]:
    """Raises InvalidTemplateFile for schedules that aren't valid."""
    steps = plan_import(person, files)
    return [(each, plan_schedules(person, each.file, each.template)) for each in steps]


def _describe_steps(steps: Sequence[Planned]) -> list[dict[str, object]]:
    return [
        {
            "number": number,
            "step": step,
            "schedules": schedules,
            # A template that is the same may have schedules that aren't.
            "has_more": any(each.is_stored for each in schedules),
        }
        for number, (step, schedules) in enumerate(steps)
    ]


def _import_step(
    person: Person, planned: Planned, as_copy: bool
) -> tuple[bool, list[ScheduleStep]]:
    """Store a file; return whether its template was stored, and its schedules as they went."""
    step, schedules = planned
    # An identical file changes nothing, unless a copy of it is wanted.
    is_stored = step.kind != "same" or as_copy
    template = step.template
    if is_stored or template is None:
        template = import_template(person, step, as_copy=as_copy)
    if as_copy:
        schedules = plan_schedules(person, step.file, None)
    return is_stored, import_schedules(person, step.file, template, schedules)


def _report_schedules(request: HttpRequest, steps: Sequence[ScheduleStep]) -> None:
    stored = [each for each in steps if each.is_stored]
    if stored:
        text = ngettext(
            "Imported %(n)s schedule, which is paused: check it, then resume it.",
            "Imported %(n)s schedules, which are paused: check them, then resume them.",
            len(stored),
        )
        messages.success(request, text % {"n": len(stored)})
    for each in [each for each in steps if each.remark][:MOST_REMARKS]:
        names = {"name": each.name, "remark": each.remark}
        messages.warning(request, _("%(name)s: %(remark)s") % names)


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
