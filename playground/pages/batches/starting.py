"""A new batch: what is sent, and the file or the pasted cells that it is sent for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from playground.batches.access import BatchRefused, get_batch
from playground.batches.batches import create_batch
from playground.batches.models import Batch
from playground.drafts.drafts import find_draft, list_drafts
from playground.drafts.models import Draft
from playground.openapi.operations import operation_exists
from playground.pages.batches.source_form import FORMATS
from playground.pages.builder.files import media_type_of
from playground.pages.parameters import read_uuid
from playground.pages.responses import breadcrumbs
from playground.pages.templatetags.markup import operation_title
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import get_template, visible_templates
from playground.payload_templates.versions import get_version, read_content
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.vault.storage_errors import explain_storage_error

MOST_SOURCES = 200
Source = Version | Draft | Batch


@dataclass(frozen=True)
class Rows:
    """The rows of a new batch: an uploaded file, or pasted cells as one."""

    pieces: Iterable[bytes]
    name: str
    media_type: str


@dataclass(frozen=True)
class SourceChoice:
    """A template or a draft to choose; `value` is `template:ID` or `draft:ID`."""

    value: str
    name: str


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create_new_batch(request: HttpRequest) -> HttpResponse:
    """Choose a file for a template, a draft, or the payload of an earlier batch."""
    person = person_of(request)
    if request.method != "POST":
        return _show_form(request, _find_chosen(person, request.GET))
    source = _find_chosen(person, request.POST)
    text = request.POST.get("text", "")
    if source is None:
        error = _("Choose the template or draft that the rows fill.")
        return _show_form(request, None, {"source": error}, text)
    rows = read_rows_of(request)
    if rows is None:
        error = _("Choose a file, or paste cells with their titles in the first row.")
        return _show_form(request, source, {"file": error}, text)
    variant = request.POST.get("variant", "")
    try:
        batch = create_batch(person, source, rows.pieces, rows.name, rows.media_type, variant)
    except BatchRefused as error:
        field = "text" if text.strip() and rows.name == _name_pasted() else "file"
        return _show_form(request, source, {field: str(error)}, text)
    except OSError as error:
        failed = explain_storage_error(error)
        if failed is None:
            raise
        return _show_form(request, source, {"file": failed.message}, text, failed.status)
    return redirect("batch", batch.pk)


def read_rows_of(request: HttpRequest) -> Rows | None:
    """The file of a form, or its pasted cells; None without either."""
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile) and sent.name:
        return Rows(sent.chunks(), sent.name, media_type_of(sent))
    text = request.POST.get("text", "")
    if not text.strip():
        return None
    # Half characters can be pasted, but not encoded.
    return Rows([text.encode("utf-8", "replace")], _name_pasted(), "text/plain")


def _name_pasted() -> str:
    return _("Pasted cells.txt")


def _show_form(
    request: HttpRequest,
    source: Source | None,
    errors: dict[str, str] | None = None,
    text: str = "",
    status: int = 422,
) -> HttpResponse:
    person = person_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    variants: Sequence[Any] = ()
    if isinstance(source, Version):
        variants = [each.name for each in read_content(source).variants]
    context = {
        "source": _value_of(source),
        "source_name": name_source(source) if source else "",
        "source_address": _address_of(source),
        "choices": () if source else list_sources(person),
        "variants": variants,
        "variant": sent.get("variant", ""),
        "formats": FORMATS,
        "errors": errors or {},
        "text": text,
        "trail": breadcrumbs((_("Batches"), reverse("batches")), _("New batch")),
    }
    return render(request, "batch/new.html", context, status=status if errors else 200)


def _find_chosen(person: Person, sent: Any) -> Source | None:
    """What `source` (or `template`, `draft`, `batch`) names; None if nothing is named.

    Raises Http404 for what this person can't see, or whose operation no longer exists.
    """
    kind, _colon, text = sent.get("source", "").partition(":")
    for each in ("template", "draft", "batch"):
        if sent.get(each):
            kind, text = each, sent[each]
    if not kind:
        return None
    found = _find_source(person, kind, read_uuid(text), sent.get("version", ""))
    operation = found.template.operation if isinstance(found, Version) else found.operation
    if not operation_exists(operation):
        raise Http404(_("Its operation no longer exists."))
    return found


def _find_source(person: Person, kind: str, key: uuid.UUID | None, number: str) -> Source:
    missing = _("This no longer exists, or isn't shared with you.")
    if key is None:
        raise Http404(missing)
    try:
        if kind == "template":
            wanted = int(number) if number.isascii() and number.isdecimal() else 0
            return get_version(get_template(person, key), min(wanted, 10**8))
        return find_draft(person, key) if kind == "draft" else get_batch(person, key)
    except (Template.DoesNotExist, Version.DoesNotExist, Draft.DoesNotExist, Batch.DoesNotExist):
        raise Http404(missing) from None


def _value_of(source: Source | None) -> str:
    if isinstance(source, Version):
        return f"template:{source.template_id}"
    if isinstance(source, Draft):
        return f"draft:{source.pk}"
    return f"batch:{source.pk}" if source else ""


def name_source(source: Source) -> str:
    if isinstance(source, Version):
        return source.template.name
    return source.name or operation_title(source.operation)


def _address_of(source: Source | None) -> str:
    if isinstance(source, Version):
        return reverse("template", args=[source.template_id])
    if isinstance(source, Draft):
        return reverse("builder", args=[source.pk])
    return reverse("batch", args=[source.pk]) if source else ""


def list_sources(person: Person) -> list[tuple[str, list[SourceChoice]]]:
    """The templates and drafts to choose from, those changed last first."""
    templates = visible_templates(person).filter(archived_at=None).order_by("-changed_at")
    drafts = list_drafts(person).order_by("-changed_at")
    groups = [
        (
            _("Templates"),
            [SourceChoice(f"template:{each.pk}", each.name) for each in templates[:MOST_SOURCES]],
        ),
        (
            _("Drafts"),
            [
                SourceChoice(f"draft:{each.pk}", each.name or operation_title(each.operation))
                for each in drafts[:MOST_SOURCES]
            ],
        ),
    ]
    return [group for group in groups if group[1]]
