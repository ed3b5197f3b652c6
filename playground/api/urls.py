"""The routes of the HTTP API, and the page that describes it."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe

from playground.api.endpoints import api


@login_not_required
@require_safe
def show_api(request: HttpRequest) -> HttpResponse:
    """Describe the API to people, from its OpenAPI document."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    calls = [
        {
            "method": method.upper(),
            "path": path_,
            "summary": operation.get("description") or operation.get("summary", ""),
            "scope": _find_scope(operation),
            "parameters": operation.get("parameters", []),
            "body": _format_body(operation, parts),
            "answers": sorted(operation["responses"]),
        }
        for path_, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "api/page.html", {"calls": calls, "info": schema["info"]})


def _find_scope(operation: dict[str, object]) -> str:
    if scope := operation.get("x-scope"):
        return str(scope)
    # Ninja doesn't publish scopes, but they follow from the names of the operations.
    name = str(operation.get("operationId", "")).rsplit("_", 1)[-1]
    return {"create": "save", "save": "save", "send": "send"}.get(name, "read")


def _format_body(operation: dict[str, object], parts: dict[str, object]) -> str:
    text = json.dumps(operation.get("requestBody", {}))
    found = [name for name in parts if f'"#/components/schemas/{name}"' in text]
    return json.dumps(parts[found[0]], indent=2, ensure_ascii=False) if found else ""


_patterns, _app, _namespace = api.urls
# A token authenticates each call, so the pages' sign-in must not redirect it.
for _pattern in _patterns:
    setattr(_pattern.callback, "login_required", False)  # noqa: B010

urlpatterns = [
    path("", show_api, name="api_page"),
    path("", include((_patterns, _app), namespace=_namespace)),
]
