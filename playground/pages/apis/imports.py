"""Import an OpenAPI document from a file, pasted text or an address; update and refresh it."""

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

from playground.apis.importing import ApiImport, ImportRefused, import_source
from playground.apis.models import ImportedApi, WaitingDocument
from playground.apis.refreshes import record_refresh, set_refresh
from playground.apis.waiting import offer_document
from playground.openapi.reading import MOST_BYTES, SourceDocument, read_openapi
from playground.openapi.yaml_reading import InvalidDocument
from playground.pages.apis.access import get_imported_api
from playground.pages.apis.listing import breadcrumbs_of
from playground.pages.responses import breadcrumbs
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.sending.document_fetching import FetchRefused, check_address, fetch_document
from playground.sending.document_refreshing import refresh_api
from playground.sending.reference_fetching import add_references, fetch_source

# Lines shown around a fault, and characters of each: a document may be one line of megabytes.
LINES_AROUND, LONGEST_LINE = 2, 160


@dataclass(frozen=True)
class ImportFault:
    """Why a document wasn't imported, with the position and the lines around it."""

    message: str
    line: int = 0
    column: int = 0
    lines: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Typed:
    """The submitted values, to show them again."""

    name: str = ""
    url: str = ""
    text: str = ""
    references: bool = False


@dataclass(frozen=True)
class Sent:
    """The submitted document, and the address it was fetched from."""

    data: bytes
    url: str = ""


class NothingSent(ValueError):
    """The form has no document; the message is shown to users."""


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_api(request: HttpRequest) -> HttpResponse:
    """Show the form; after an import, redirect to the report."""
    trail = breadcrumbs((_("APIs"), reverse("apis")), _("Import"))
    return _answer(request, None, {"trail": trail})


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def update_api(request: HttpRequest, api_id: str) -> HttpResponse:
    """Update an API with a newer document; breaking changes are shown first."""
    api = get_imported_api(api_id)
    return _answer(request, api, {"trail": breadcrumbs_of(api, _("Update")), "api": api})


def _answer(request: HttpRequest, api: ImportedApi | None, context: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        url = request.GET.get("url", "")[:2000] or (api.url if api else "")
        typed = Typed(url=url, references=bool(api and api.reads_references))
        return render(request, "apis/import.html", context | {"typed": typed})
    post = request.POST
    typed = Typed(
        post.get("name", ""),
        post.get("url", "").strip(),
        post.get("text", ""),
        bool(post.get("references")),
    )
    person, data = person_of(request), b""
    try:
        sent = _read_sent(request, typed)
        data = sent.data
        source = read_openapi(data)
        if typed.references:
            source = add_references(person, source, sent.url)
        imported = _import(person, api, source, typed, sent.url)
    except InvalidDocument as error:
        lines = find_lines_around(data, error.line)
        fault = ImportFault(str(error), error.line, error.column, lines)
    except (NothingSent, ImportRefused, FetchRefused) as error:
        fault = ImportFault(str(error))
    else:
        return show_imported(request, imported, is_new=api is None)
    context |= {"fault": fault, "typed": typed}
    return render(request, "apis/import.html", context, status=422)


def _import(
    person: Person, api: ImportedApi | None, source: SourceDocument, typed: Typed, url: str
) -> ApiImport | WaitingDocument:
    if api is not None:
        return offer_document(person, source, api, url, typed.references)
    return import_source(
        person, source, name=typed.name, url=url, reads_references=typed.references
    )


def _read_sent(request: HttpRequest, typed: Typed) -> Sent:
    """The submitted document: a file takes precedence over text, and text over an address."""
    upload = request.FILES.get("file")
    if upload is not None:
        # Checked before reading: large uploads are on disk, not in memory.
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
    """The numbered lines around a line of the document, from 1; none for line 0."""
    if not line:
        return ()
    lines = data.decode("utf-8", "replace").split("\n")
    first = max(1, line - LINES_AROUND)
    around = lines[first - 1 : line + LINES_AROUND]
    return tuple(
        (number, each.rstrip("\r")[:LONGEST_LINE]) for number, each in enumerate(around, first)
    )


def show_imported(
    request: HttpRequest, imported: ApiImport | WaitingDocument, is_new: bool = False
) -> HttpResponse:
    """Redirect to the page with what an import changed or would change."""
    if isinstance(imported, WaitingDocument):
        return redirect("waiting_document", imported.api_id)
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


@needs(Role.EDITOR)
@require_POST
def refresh_document(request: HttpRequest, api_id: str) -> HttpResponse:
    """Fetch the document from its address again."""
    api = get_imported_api(api_id)
    if not api.url:
        messages.warning(request, _("This API has no address. Import its document again."))
        return redirect("api", api.id)
    try:
        found = refresh_api(person_of(request), api)
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        # The API's page also shows this until a refresh succeeds.
        messages.error(request, _("Not refreshed. %(why)s") % {"why": error})
        return redirect("api", api.id)
    return show_imported(request, found)


@needs(Role.EDITOR)
@require_POST
def schedule_refresh(request: HttpRequest, api_id: str) -> HttpResponse:
    """Set how often the document is fetched again."""
    api, wanted = get_imported_api(api_id), request.POST.get("refresh", "")
    if wanted not in ImportedApi.Refresh.values:
        messages.warning(request, _("Choose how often the document is fetched."))
    elif not api.url:
        messages.warning(request, _("This API has no address. Import its document again."))
    else:
        set_refresh(api, wanted)
        messages.success(request, _("Saved."))
    return redirect("api", api.id)


@needs(Role.EDITOR)
@require_POST
def read_references(request: HttpRequest, api_id: str) -> HttpResponse:
    """Fetch the document again, along with documents of the same origin that it refers to."""
    api = get_imported_api(api_id)
    if not api.url:
        messages.warning(request, _("This API has no address. Import its document again."))
        return redirect("api_report", api.id)
    person = person_of(request)
    try:
        source = fetch_source(person, api.url, with_references=True)
        # Somebody requested this after seeing the report, so even breaking changes are imported.
        imported = import_source(person, source, url=api.url, api=api, reads_references=True)
    except (FetchRefused, InvalidDocument, ImportRefused) as error:
        messages.error(request, _("Not fetched. %(why)s") % {"why": error})
        return redirect("api_report", api.id)
    record_refresh(api)
    count = len(imported.changes)
    text = ngettext("Read. %(n)s operation changed.", "Read. %(n)s operations changed.", count)
    messages.success(request, text % {"n": count})
    return redirect("api_report", api.id)
