"""Importing an OpenAPI document: from a file, pasted, or from an address; and newer ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from playground.apis.importing import ApiImport, ImportRefused, import_document
from playground.apis.models import ImportedApi
from playground.openapi.reading import MOST_BYTES
from playground.openapi.yaml_reading import InvalidDocument
from playground.pages.apis.access import get_imported_api
from playground.pages.apis.listing import breadcrumbs_of
from playground.pages.responses import breadcrumbs
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.document_fetching import FetchRefused, check_address, fetch_document

# Lines of the document around a fault, and characters of each: it may be one line of megabytes.
LINES_AROUND, LONGEST_LINE = 2, 160


@dataclass(frozen=True)
class ImportFault:
    """Why a document wasn't imported, where that is, and the lines around that place."""

    message: str
    line: int = 0
    column: int = 0
    lines: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Sent:
    """What the form sent: a document, and the address that it was fetched from."""

    data: bytes
    url: str = ""


class NothingSent(ValueError):
    """The form has no document; the text is a sentence for people."""


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_api(request: HttpRequest) -> HttpResponse:
    """The form; after it, the report of the import."""
    trail = breadcrumbs((_("APIs"), reverse("apis")), _("Import"))
    return _answer(request, None, {"trail": trail})


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def update_api(request: HttpRequest, api_id: str) -> HttpResponse:
    """Import a newer document in place of an API's."""
    api = get_imported_api(api_id)
    return _answer(request, api, {"trail": breadcrumbs_of(api, _("Update")), "api": api})


@needs(Role.EDITOR)
@require_POST
def refresh_api(request: HttpRequest, api_id: str) -> HttpResponse:
    """Fetch the document from its address again."""
    api = get_imported_api(api_id)
    if not api.url:
        messages.warning(request, _("This API has no address. Import its document again."))
        return redirect("api", api.id)
    context = {"trail": breadcrumbs_of(api, _("Update")), "api": api}
    return _import(request, api, context, Typed(url=api.url))


@dataclass(frozen=True)
class Typed:
    """What people typed, to show it again."""

    name: str = ""
    url: str = ""
    text: str = ""


def _answer(request: HttpRequest, api: ImportedApi | None, context: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        typed = Typed(url=request.GET.get("url", "")[:2000] or (api.url if api else ""))
        return render(request, "apis/import.html", context | {"typed": typed})
    post = request.POST
    typed = Typed(post.get("name", ""), post.get("url", "").strip(), post.get("text", ""))
    return _import(request, api, context, typed)


def _import(
    request: HttpRequest, api: ImportedApi | None, context: dict[str, Any], typed: Typed
) -> HttpResponse:
    person, data = person_of(request), b""
    try:
        sent = _read_sent(request, typed)
        data = sent.data
        imported = import_document(person, data, name=typed.name, url=sent.url, api=api)
    except InvalidDocument as error:
        fault = ImportFault(
            str(error), error.line, error.column, find_lines_around(data, error.line)
        )
    except (NothingSent, ImportRefused, FetchRefused) as error:
        fault = ImportFault(str(error))
    else:
        return _show_imported(request, imported, is_new=api is None)
    context |= {"fault": fault, "typed": typed}
    return render(request, "apis/import.html", context, status=422)


def _read_sent(request: HttpRequest, typed: Typed) -> Sent:
    """The document of the form: a file before pasted text, and that before an address."""
    upload = request.FILES.get("file")
    if upload is not None:
        # Checked before reading: a large upload is in a file, not in memory.
        if (upload.size or 0) > MOST_BYTES:
            raise NothingSent(_("The file is larger than 20 MB."))
        return Sent(upload.read())
    if typed.text.strip():
        return Sent(typed.text.encode("utf-8", "replace"))
    if typed.url:
        url = check_address(typed.url)
        return Sent(fetch_document(person_of(request), url), url)
    raise NothingSent(_("Choose a file, paste a document, or enter its address."))


def find_lines_around(data: bytes, line: int) -> tuple[tuple[int, str], ...]:
    """The lines around a line of the document, numbered from 1; none for the line 0."""
    if not line:
        return ()
    lines = data.decode("utf-8", "replace").split("\n")
    first = max(1, line - LINES_AROUND)
    around = lines[first - 1 : line + LINES_AROUND]
    return tuple(
        (number, each.rstrip("\r")[:LONGEST_LINE]) for number, each in enumerate(around, first)
    )


def _show_imported(request: HttpRequest, imported: ApiImport, is_new: bool) -> HttpResponse:
    api = imported.api
    if is_new:
        messages.success(request, _("Imported %(name)s.") % {"name": api.title})
        return redirect("api_report", api.id)
    if not imported.changes:
        messages.success(request, _("%(name)s: no operation changed.") % {"name": api.title})
        return redirect("api", api.id)
    count = len(imported.changes)
    text = ngettext(
        "%(name)s: %(n)s operation changed.", "%(name)s: %(n)s operations changed.", count
    )
    messages.success(request, text % {"name": api.title, "n": count})
    newest = api.changes.first()
    return redirect("api_change", api.id, newest.pk) if newest else redirect("api", api.id)
