"""Find the API or operation that a page shows, built-in or imported."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from playground.apis.models import ImportedApi
from playground.openapi.operations import (
    Api,
    Operation,
    UnknownOperation,
    get_api,
    get_operation,
    list_apis,
)
from playground.people.access import person_of
from playground.workspace.models import Connection


def is_built_in(api_id: str) -> bool:
    return any(each.id == api_id for each in list_apis())


def get_api_or_404(api_id: str) -> Api:
    try:
        return get_api(api_id)
    except UnknownOperation:
        raise Http404(_("There is no such API. It may have been deleted.")) from None


def get_imported_api(api_id: str) -> ImportedApi:
    found = ImportedApi.objects.select_related("person").filter(pk=api_id).first()
    if found is None:
        raise Http404(_("There is no such API. It may have been deleted."))
    return found


def get_operation_or_404(api_id: str, key: str) -> Operation:
    try:
        operation = get_operation(key if is_built_in(api_id) else f"{api_id}:{key}")
    except UnknownOperation:
        operation = None
    if operation is None or operation.api.id != api_id:
        raise Http404(_("There is no such operation. A newer document may not have it."))
    return operation


def key_of(operation: Operation) -> str:
    """The part of an operation's id used in its URLs below the API."""
    return operation.id.rpartition(":")[2]


def operation_address(operation: Operation) -> str:
    """The URL of an operation's page."""
    return reverse("api_operation", args=[operation.api.id, key_of(operation)])


def require_deleter(request: HttpRequest, api: ImportedApi) -> None:
    """Raise PermissionDenied unless the person may delete the API."""
    # This deletes its connections too, which only owners may do.
    if Connection.objects.filter(api=api.id).exists() and not person_of(request).is_owner:
        raise PermissionDenied(_("Only an owner can delete an API that has connections."))
