"""The routes of the HTTP interface; tokens let in, not sessions."""

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
    """The description as a page, made from the OpenAPI document itself."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    calls = [
        {
            "method": method.upper(),
            "path": address,
            "summary": about.get("description") or about.get("summary", ""),
            "scope": _scope_of(about),
            "parameters": about.get("parameters", []),
            "body": _body_of(about, parts),
            "answers": sorted(about["responses"]),
        }
        for address, methods in schema["paths"].items()
        for method, about in methods.items()
    ]
    return render(request, "api/page.html", {"calls": calls, "info": schema["info"]})


def _scope_of(about: dict[str, object]) -> str:
    name = str(about.get("operationId", "")).rsplit("_", 1)[-1]
    return {"create": "save", "save": "save", "send": "send"}.get(name, "read")


def _body_of(about: dict[str, object], parts: dict[str, object]) -> str:
    text = json.dumps(about.get("requestBody", {}))
    found = [name for name in parts if f'"#/components/schemas/{name}"' in text]
    return json.dumps(parts[found[0]], indent=2, ensure_ascii=False) if found else ""


_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    setattr(_pattern.callback, "login_required", False)  # noqa: B010

urlpatterns = [
    path("", show_api, name="api_page"),
    path("", include((_patterns, _app), namespace=_namespace)),
]
