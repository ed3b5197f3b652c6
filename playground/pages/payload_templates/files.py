"""Templates out as files and in from files; importing shows first what it would do."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
import zlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from playground.pages.payload_templates.finding import get_template_or_404
from playground.payload_templates.exports import (
    export_file_name,
    write_json,
    write_templates_zip,
    write_yaml,
)
from playground.payload_templates.imports import import_template, plan_import, read_upload
from playground.payload_templates.template_files import InvalidTemplateFile, TemplateFile
from playground.payload_templates.templates import visible_templates
from playground.people.models import Role
from playground.people.permissions import needs, person_of

MOST_HELD = 100_000_000
# What one form can bring back: its fields and its bytes are bounded in the settings.
MOST_SHOWN, MOST_PACKED = 4_000, 11_000_000


@needs(Role.VIEWER)
@require_safe
def export_one(request: HttpRequest, template_id: uuid.UUID, ending: str) -> HttpResponse:
    template = get_template_or_404(request, template_id)
    writers = {"yaml": write_yaml, "json": write_json}
    if ending not in writers:
        raise Http404(_("Templates are exported as yaml or json."))
    response = HttpResponse(writers[ending](template), content_type=f"application/{ending}")
    name = export_file_name(template, ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Role.VIEWER)
@require_safe
def export_all(request: HttpRequest) -> HttpResponse:
    """Everything this person sees, as a zip; the same library gives the same bytes."""
    rows = visible_templates(person_of(request)).order_by("folder", "name", "id")
    response = HttpResponse(write_templates_zip(rows), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="templates.zip"'
    return response


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_files(request: HttpRequest) -> HttpResponse:
    """A file comes in, what it would do goes out; `held` brings it back to be carried out."""
    trail = [{"href": reverse("templates"), "text": _("Templates")}, {"text": _("Import")}]
    context: dict[str, object] = {"trail": trail}
    if request.method != "POST":
        return render(request, "templates/import.html", context)
    try:
        files = _read_held(request) if "held" in request.POST else _read_uploads(request)
        held = _hold(files)
    except InvalidTemplateFile as refused:
        context["sentence"] = str(refused)
        return render(request, "templates/import.html", context, status=422)
    steps = plan_import(person_of(request), files)
    if "held" not in request.POST:
        context |= {"steps": list(enumerate(steps)), "held": held}
        return render(request, "templates/import.html", context)
    done = 0
    for number, step in enumerate(steps):
        choice = request.POST.get(f"choice-{number}", "")
        if choice != "skip" and (step.kind != "same" or choice == "copy"):
            import_template(person_of(request), step, as_copy=choice == "copy")
            done += 1
    sentence = ngettext("%(n)s template was imported.", "%(n)s templates were imported.", done)
    messages.info(request, sentence % {"n": done})
    return redirect("templates")


def _read_uploads(request: HttpRequest) -> list[TemplateFile]:
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise InvalidTemplateFile(_("Choose a file first."))
    files: list[TemplateFile] = []
    for upload in uploads[:100]:
        if (upload.size or 0) > 10_000_000:
            raise InvalidTemplateFile(
                _("%(name)s is too large: at most 10 MB are read.") % {"name": upload}
            )
        files += read_upload(upload.name or "file", upload.read())
    return files


def _hold(files: list[TemplateFile]) -> str:
    """The files, packed, to come back with the answer; they are judged again then."""
    rows = json.dumps([[filed.path, filed.source] for filed in files])
    packed = base64.b64encode(zlib.compress(rows.encode())).decode()
    if len(files) > MOST_SHOWN or len(packed) > MOST_PACKED:
        raise InvalidTemplateFile(
            _("These are too many to be shown first: use manage.py import_templates.")
        )
    return packed


def _read_held(request: HttpRequest) -> list[TemplateFile]:
    try:
        opened = zlib.decompressobj()
        packed = base64.b64decode(request.POST["held"], validate=True)
        text = opened.decompress(packed, MOST_HELD)
        rows = [(str(path), str(source).encode()) for path, source in json.loads(text)]
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        raise InvalidTemplateFile(
            _("The files did not come back whole. Choose them again.")
        ) from None
    return [filed for path, source in rows for filed in read_upload(path, source)]
