"""Files of a draft: uploaded, downloaded, and described for the form."""

from __future__ import annotations

import mimetypes
import re
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
from playground.forms.field import Field
from playground.jsontext import printing
from playground.jsontext.references import find_references
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.errors import show_error
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.body_checks import measure_body
from playground.sending.file_access import find_openable_files
from playground.vault.storage_errors import FilesUnavailable, explain_storage_error
from playground.workspace.files import (
    VAGUE,
    FileRejected,
    data_uri_size,
    find_damage,
    find_referenced_files,
    format_size,
    read_file_start,
    read_pieces,
    store_file,
)
from playground.workspace.models import File

# Without parameters such as `charset`: the type becomes part of the data URI.
MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}")
# Formats that browsers draw without running anything in them, which SVG may contain.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
PREVIEW_BYTES = 2000  # of a text file
URI_BYTES = 60_000  # of a file whose data URI is expanded in the preview
CHIP_BYTES = 18  # of a file whose data URI is shown as a chip


@needs(Role.EDITOR)
@require_POST
def upload_file(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Store one file, the field `file` of a form.

    Responds with its `name`, its reference as `data`, and both as an object `value`, all JSON
    texts ready for an edit; a `sentence` if the file is rejected (422) or not stored (503, 507).
    """
    # Not `open_draft`, whose 404 is a page: the uploading script shows the message.
    try:
        find_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        return _reject(_("This draft was discarded in another tab, or it isn't yours."), 404)
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or not sent.name:
        return _reject(_("The upload has no file, or the file has no name."), 422)
    try:
        file = store_file(sent.chunks(), sent.name, media_type_of(sent), person_of(request))
    except FileRejected as error:
        return _reject(str(error), 422)
    except OSError as error:
        failed = explain_storage_error(error)
        if failed is None:
            raise
        return _reject(failed.message, failed.status)
    reference = f"{{{{file:{file.id}}}}}"
    return JsonResponse(
        {
            "name": printing.quote(sent.name),
            "data": printing.quote(reference),
            "value": printing.dump({"name": sent.name, "data": reference}),
        }
    )


def media_type_of(sent: UploadedFile[Any]) -> str:
    """The type that the browser states, else the one that the name suggests."""
    stated = sent.content_type or ""
    if MEDIA_TYPE.fullmatch(stated) and stated != VAGUE:
        return stated
    return mimetypes.guess_type(sent.name or "")[0] or VAGUE


@needs(Role.EDITOR)
@require_safe
def show_file(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> HttpResponseBase:
    """The bytes, for download or as the source of a picture.

    An HTML file opened from here would run as a page of this site. Three things prevent that: it
    is an attachment without its own media type, browsers must not guess one, and the policy
    forbids scripts.
    """
    file = _find_file(request, draft_id, file_id)
    if damage := _show_damage(request, file):
        return damage
    bare = _bare_type(file)
    content_type = bare if bare in PICTURES else VAGUE
    response = StreamingHttpResponse(read_pieces(file), content_type=content_type)
    name = file.name or "file"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@needs(Role.EDITOR)
@require_safe
def show_uri(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> HttpResponse:
    """The data URI as it is sent, at most its first part."""
    file = _find_file(request, draft_id, file_id)
    if damage := _show_damage(request, file):
        return damage
    uri = shorten_uri(file, URI_BYTES)
    return HttpResponse(uri, content_type="text/plain; charset=utf-8")


def _find_file(request: HttpRequest, draft_id: uuid.UUID, file_id: str) -> File:
    """A file that the person's own draft refers to and that the person can open."""
    file = _find_files(open_draft(request, draft_id).draft).get(file_id)
    if file is None:
        raise Http404(_("This draft has no such file."))
    return file


def _show_damage(request: HttpRequest, file: File) -> HttpResponse | None:
    """The response for a file that can't be read, determined before its first byte is sent."""
    why = find_damage(file)
    if not why:
        return None
    message = _("The file %(name)s is damaged: %(why)s. Attach it again.")
    names = {"name": file.name or file.id, "why": why}
    return show_error(request, 410, _("Damaged file"), message % names)


def _find_files(draft: Draft) -> dict[str, File]:
    # Anybody can type a reference: knowing an ID doesn't grant access.
    files = find_referenced_files(draft.text)
    openable = find_openable_files(draft.person, files)
    return {id: file for id, file in files.items() if id in openable}


def shorten_uri(file: File, max_bytes: int) -> str:
    """The data URI of at most that many bytes of the file, then its size."""
    # Base64 encodes three bytes at a time. Cut elsewhere, it would end in padding.
    return _format_uri(file, read_file_start(file, max_bytes - max_bytes % 3))


def _format_uri(file: File, head: bytes) -> str:
    digits = b64encode(head).decode()
    rest = f"… ({format_size(file.size)})" if file.size > len(head) else ""
    return f"data:{file.media_type};base64,{digits}{rest}"


@dataclass(frozen=True)
class FileRow:
    """One element of the array of attachments: its `name` and `data`, and the file behind them.

    `is_object` is false for an element that isn't an object, which only the JSON editor can make.
    """

    name: str
    data: str
    file: File | None
    is_object: bool = True

    @property
    def size(self) -> str:
        return format_size(self.file.size) if self.file else ""

    @cached_property
    def _start(self) -> tuple[bytes, str]:
        """The first bytes, and why they can't be read; the rest is checked when it is needed."""
        if self.file is None or not self.file.size:
            return b"", ""
        try:
            start = read_file_start(self.file, PREVIEW_BYTES)
        except FilesUnavailable:
            return b"", _("Can't be read now.")
        return start, "" if start else _("Damaged. Attach it again.")

    @property
    def problem(self) -> str:
        return self._start[1]

    @property
    def is_picture(self) -> bool:
        return self.file is not None and _bare_type(self.file) in PICTURES

    @property
    def preview(self) -> str:
        """The beginning of a text file; empty for any other."""
        head, problem = self._start
        if self.file is None or self.is_picture or problem:
            return ""
        text = head.decode("utf-8", "replace")
        # The cut may split the last character, so a replacement character alone says nothing.
        is_text = b"\0" not in head and text.count("\ufffd") <= 2
        return text + ("…" if self.file.size > len(head) else "") if is_text else ""

    @property
    def uri(self) -> str:
        return _format_uri(self.file, self._start[0][:CHIP_BYTES]) if self.file else ""

    @property
    def data_uri_size(self) -> int:
        return data_uri_size(self.file) if self.file else 0


def _bare_type(file: File) -> str:
    """The media type without parameters such as `charset`."""
    return file.media_type.partition(";")[0].lower()


def describe_files(opened: DraftContext, field: Field) -> dict[str, Any]:
    """The context of `builder/_attachments.html`."""
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    rows = list(_read_rows(opened, tree if isinstance(tree, list) else []))
    # Counted as sent: files as base64 in the document, not as references.
    most, size = opened.operation.max_bytes, measure_body(opened.plan.text, opened.facts)
    return {
        "field": field,
        "files": rows,
        "order": printing.dump(list(opened.operation.key_order)),
        "body_size": format_size(size),
        "most": most,
        "body_most": format_size(most) if most else "",
        "is_over": bool(most) and size > most,
        "body_share": min(100, round(100 * size / most)) if most else 0,
        "largest": settings.MAX_FILE_BYTES,
        "largest_text": format_size(settings.MAX_FILE_BYTES),
    }


def _read_rows(opened: DraftContext, items: list[Any]) -> Iterator[FileRow]:
    files = _find_files(opened.draft)
    for item in items:
        values = item if isinstance(item, dict) else {}
        name, data = values.get("name"), values.get("data")
        # A reference with text around it, or two of them, isn't a file but a value made of files.
        found = find_references(data) if isinstance(data, str) else []
        file = files.get(found[0].name) if len(found) == 1 and found[0].kind == "file" else None
        yield FileRow(
            name if isinstance(name, str) else "",
            data if isinstance(data, str) else "",
            file,
            isinstance(item, dict),
        )


def _reject(message: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": message}, status=status)
