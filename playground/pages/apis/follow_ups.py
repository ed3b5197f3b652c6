"""Set follow-ups: which operations continue with a reply, and where their values come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.apis.models import ImportedApi, ImportedOperation
from playground.apis.rules import (
    MOST_FOLLOW_UPS,
    FollowUp,
    is_value,
    read_rules,
    remove_follow_up,
    set_follow_up,
)
from playground.jsontext import pointers
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.openapi.parameters import Parameter
from playground.openapi.reply_rules import LONGEST_POINTER
from playground.openapi.responses import JSON, find_content, find_schema, list_successes
from playground.pages.apis.access import get_imported_api, get_operation_or_404
from playground.pages.responses import breadcrumbs
from playground.people.access import needs, person_of
from playground.people.models import Role

MOST_LISTED, MOST_PARAMETERS, MOST_SUGGESTED = 500, 40, 60


@dataclass(frozen=True)
class ValueField:
    """The field of one parameter of the next operation."""

    parameter: Parameter
    value: str
    error: str = ""

    @property
    def name(self) -> str:
        return name_field(self.parameter)


def name_field(parameter: Parameter) -> str:
    return f"value-{parameter.key}"


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_follow_up(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    """Choose the operation, then say where the values of its parameters come from."""
    api, operation = get_imported_api(api_id), get_operation_or_404(api_id, key)
    sent = request.POST if request.method == "POST" else request.GET
    wanted = sent.get("operation", "").strip()
    target = find_target(api, wanted) if wanted else None
    rules = read_rules(api.rules, key)
    context: dict[str, Any] = {
        "api_id": api_id,
        "key": key,
        "operation": operation,
        "wanted": wanted,
        "target": target,
        "trail": breadcrumbs(
            (_("APIs"), reverse("apis")),
            (api.title, reverse("api", args=[api_id])),
            (operation.title, reverse("api_operation", args=[api_id, key])),
            _("Next operation"),
        ),
    }
    if target is None:
        return _ask_for_operation(request, api, context)
    target_key = target.id.partition(":")[2]
    known = rules.find_follow_up(target_key)
    if request.method != "POST":
        fields = list_value_fields(target, known.values if known else {})
    else:
        fields = list_value_fields(target, request.POST, is_sent=True)
        context["message"] = find_fault(fields, len(rules.without(target_key).follow_ups))
        if not context["message"] and not any(each.error for each in fields):
            values = {each.parameter.key: each.value for each in fields if each.value}
            set_follow_up(person_of(request), api, key, FollowUp(target_key, values))
            messages.success(request, _("Saved. Replies now offer %s.") % target.title)
            return redirect("api_operation", api_id, key)
    context |= {
        "target_key": target_key,
        "fields": fields,
        "suggestions": [*suggest_values(operation)][:MOST_SUGGESTED],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "apis/follow_up.html", context, status=status)


def _ask_for_operation(
    request: HttpRequest, api: ImportedApi, context: dict[str, Any]
) -> HttpResponse:
    rows = api.operations.values_list("key", "method", "path", "title")
    context["operations"] = [
        (f"{method} {path}", title) for _key, method, path, title in rows[:MOST_LISTED]
    ]
    if context["wanted"]:
        context["message"] = _("This API has no such operation. Choose one from the list.")
    status = 422 if context["wanted"] else 200
    return render(request, "apis/follow_up.html", context, status=status)


def find_target(api: ImportedApi, wanted: str) -> Operation | None:
    """The operation that a text names by key, by method and path, or by title."""
    method, _space, path = wanted.partition(" ")
    rows = api.operations.all()
    found: ImportedOperation | None = (
        rows.filter(key=wanted).first()
        or rows.filter(method=method.upper()[:10], path=path.strip()).first()
        or rows.filter(title=wanted[:300]).first()
    )
    try:
        return get_operation(found.operation_id) if found else None
    except UnknownOperation:
        return None


def list_value_fields(
    target: Operation, values: Mapping[str, Any], *, is_sent: bool = False
) -> list[ValueField]:
    """A field for each parameter, required ones first, with the stored or submitted values."""
    listed = sorted(target.parameters, key=lambda each: not each.required)
    fields = []
    for each in listed[:MOST_PARAMETERS]:
        value = str(values.get(name_field(each) if is_sent else each.key, "")).strip()
        fields.append(ValueField(each, value, find_value_fault(value) if is_sent else ""))
    return fields


def find_value_fault(value: str) -> str:
    """Why the source of a value isn't valid, as a sentence; empty if it is."""
    if len(value) > LONGEST_POINTER:
        limit = {"limit": LONGEST_POINTER}
        return _("This can have at most %(limit)s characters.") % limit
    if "\0" in value:
        return _("Null characters aren't allowed.")
    if is_value(value):
        return ""
    if value.startswith("/"):
        return _("Write ~ as ~0 in a pointer, and a slash in a name as ~1.")
    return _(
        "This isn't a runtime expression. Use a pointer such as /id, or an expression such as"
        " $response.header.Location or $request.path.id."
    )


def find_fault(fields: list[ValueField], others: int) -> str:
    """Why the form as a whole isn't valid, as a sentence; empty if it is."""
    if others >= MOST_FOLLOW_UPS:
        return _("An operation can have at most %d next operations.") % MOST_FOLLOW_UPS
    if fields and not any(each.value for each in fields):
        return _("Enter a source for at least one value.")
    return ""


def suggest_values(operation: Operation) -> Iterator[str]:
    """Suggestions: pointers into the documented success, and the call's own parameters."""
    for status in list_successes(operation.replies)[:1]:
        content = find_content(operation.replies, int(status[0]) * 100) or operation.replies[status]
        yield from _list_pointers(find_schema(content, JSON))
    for each in operation.path_fields:
        yield f"$request.path.{each.name}"


def _list_pointers(schema: Mapping[str, Any], pointer: str = "", depth: int = 0) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in properties if isinstance(properties, Mapping) else ():
        own = pointers.child(pointer, name)
        yield own
        if depth < 1:
            yield from _list_pointers(properties[name], own, depth + 1)


@needs(Role.EDITOR)
@require_POST
def drop_follow_up(request: HttpRequest, api_id: str, key: str) -> HttpResponse:
    """Remove a follow-up; the document's own links stay."""
    api = get_imported_api(api_id)
    target = request.POST.get("operation", "")
    if read_rules(api.rules, key).find_follow_up(target):
        remove_follow_up(person_of(request), api, key, target)
        messages.success(request, _("Removed."))
    return redirect("api_operation", api_id, key)
