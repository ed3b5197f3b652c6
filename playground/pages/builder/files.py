"""Files of a draft: taken in, shown, and described for the form."""

from __future__ import annotations

import mimetypes
import re
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.drafts import find_draft
from playground.drafts.models import Draft
from playground.forms.fields import Field
from playground.jsontext import printing
from playground.jsontext.references import find_references
from playground.pages.builder.draft_context import Opened, open_draft
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.plans import measure_body, plan_draft
from playground.workspace.files import (
    VAGUE,
    FileRejected,
    data_uri_size,
    find_referenced_files,
    format_size,
    read_file_start,
    read_pieces,
    store_file,
)
from playground.workspace.models import File

MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}")
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
LOOK = 2000  # bytes of a text that are shown
EXPANDED = 60_000  # bytes of a file whose data URI is shown


@needs(Role.EDITOR)
@require_POST
def upload_file(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """One file, as `file` of a form. The answer has the `name`, the reference as `data`, both
    as JSON text, and both together as `value`; 422 with a sentence where it is refused."""
    try:
        find_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        return _refuse(_("This draft is gone: discarded in another tab, or never yours."), 404)
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or not sent.name:
        return _refuse(_("No file came, or one without a name."), 422)
    try:
        file = store_file(sent.chunks(), sent.name, type_of(sent), person_of(request))
    except FileRejected as refused:
        return _refuse(str(refused), 422)
    reference = f"{{{{file:{file.id}}}}}"
    return JsonResponse(
        {
            "name": printing.quote(sent.name),
            "data": printing.quote(reference),
            "value": printing.dump({"name": sent.name, "data": reference}),
        }
    )


def type_of(sent: UploadedFile[Any]) -> str:
    """What the browser says, else what the name says."""
    said = sent.content_type or ""
    if MEDIA_TYPE.fullmatch(said) and said != VAGUE:
        return said
    return mimetypes.guess_type(sent.name or "")[0] or VAGUE


@needs(Role.EDITOR)
@require_safe
def show_file(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> HttpResponseBase:
    """The bytes, never as a page of ours: to be saved, or a picture to be looked at."""
    file = _find_file(request, draft_id, file_id)
    bare = file.media_type.partition(";")[0].lower()
    response = StreamingHttpResponse(
        read_pieces(file), content_type=bare if bare in PICTURES else VAGUE
    )
    name = file.name or "file"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@needs(Role.EDITOR)
@require_safe
def show_uri(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> HttpResponse:
    """The data URI as the wire has it, at most its first part."""
    file = _find_file(request, draft_id, file_id)
    uri = shorten_uri(file, EXPANDED)
    return HttpResponse(uri, content_type="text/plain; charset=utf-8")


def _find_file(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> File:
    """A file that one's own draft refers to."""
    draft = open_draft(request, draft_id).draft
    file = find_referenced_files(draft.text).get(file_id)
    if file is None or (not read_file_start(file, 1) and file.size):
        raise Http404(_("This draft has no such file."))
    return file


def shorten_uri(file: File, most: int) -> str:
    """Its data URI from the front: whole where the file has at most that many bytes."""
    head = read_file_start(file, most - most % 3)
    digits = b64encode(head).decode()
    rest = f"… ({format_size(file.size)})" if file.size > len(head) else ""
    return f"data:{file.media_type};base64,{digits}{rest}"


@dataclass(frozen=True)
class FileRow:
    """One element of the array: what its `name` and `data` are, and the file behind it."""

    name: str
    data: str
    file: File | None
    is_object: bool = True

    @property
    def size(self) -> str:
        return format_size(self.file.size) if self.file else ""

    @property
    def is_picture(self) -> bool:
        return bool(self.file) and self._bare in PICTURES

    @property
    def look(self) -> str:
        """The beginning of a text; empty for anything else."""
        if self.file is None or self.is_picture:
            return ""
        head = read_file_start(self.file, LOOK)
        text = head.decode("utf-8", "replace")
        readable = b"\0" not in head and text.count("\ufffd") <= 2
        return text + ("…" if self.file.size > len(head) else "") if readable else ""

    @property
    def uri(self) -> str:
        return shorten_uri(self.file, 18) if self.file else ""

    @property
    def data_uri_size(self) -> int:
        return data_uri_size(self.file) if self.file else 0

    @property
    def _bare(self) -> str:
        return self.file.media_type.partition(";")[0].lower() if self.file else ""


def describe_files(opened: Opened, field: Field) -> dict[str, Any]:
    """What the section of attachments draws."""
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    rows = list(_read_rows(opened, tree if isinstance(tree, list) else []))
    most, size = opened.operation.max_bytes, measure_body(plan_draft(opened.draft), opened.facts)
    return {
        "field": field,
        "files": rows,
        "order": printing.dump(list(opened.operation.key_order)),
        "body_size": format_size(size),
        "most": most,
        "body_most": format_size(most) if most else "",
        "body_share": min(100, round(100 * size / most)) if most else 0,
        "largest": settings.MAX_FILE_BYTES,
        "say_largest": format_size(settings.MAX_FILE_BYTES),
    }


def _read_rows(opened: Opened, items: list[Any]) -> Iterator[FileRow]:
    kept = find_referenced_files(opened.draft.text)
    for item in items:
        values = item if isinstance(item, dict) else {}
        name, data = values.get("name"), values.get("data")
        marks = find_references(data) if isinstance(data, str) else []
        file = kept.get(marks[0].name) if len(marks) == 1 and marks[0].kind == "file" else None
        yield FileRow(
            name if isinstance(name, str) else "",
            data if isinstance(data, str) else "",
            file,
            isinstance(item, dict),
        )


def _refuse(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": sentence}, status=status)
