"""The routes of the HTTP API, and the page that describes it."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe

from playground.api.endpoints import api

REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


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
            "parameters": [
                {**each, "type": _name_type(each["schema"])}
                for each in operation.get("parameters", [])
            ],
            "body": _format_body(operation, parts),
            "answers": sorted(operation["responses"]),
        }
        for path_, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "api/page.html", {"calls": calls, "info": schema["info"]})


def _find_scope(operation: dict[str, Any]) -> str:
    if scope := operation.get("x-scope"):
        return str(scope)
    # Ninja doesn't publish scopes, but they follow from the names of the operations.
    name = str(operation.get("operationId", "")).rsplit("_", 1)[-1]
    return {"create": "save", "save": "save", "send": "send"}.get(name, "read")


def _name_type(schema: dict[str, Any]) -> str:
    """A word for the type of a parameter, or the values that it may have."""
    found = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
    if values := [str(each) for each in found.get("enum", ()) if each]:
        return ", ".join(values)
    return str(found.get("format") or found.get("type", ""))


def _format_body(operation: dict[str, Any], parts: dict[str, object]) -> str:
    """The schema of what is sent, followed by those that it refers to."""
    contents = operation.get("requestBody", {}).get("content", {}).values()
    texts = [json.dumps(each["schema"], indent=2, ensure_ascii=False) for each in contents]
    shown: list[str] = []
    for text in texts:
        for name in REFERENCE.findall(text):
            if name not in shown:
                shown.append(name)
                part = {name: parts[name]}
                texts.append(json.dumps(part, indent=2, ensure_ascii=False))
    # A reference alone says nothing.
    return "\n\n".join(each for each in texts if not each.startswith('{\n  "$ref"'))


_patterns, _app, _namespace = api.urls
# A token authenticates each call, so the pages' sign-in must not redirect it.
for _pattern in _patterns:
    setattr(_pattern.callback, "login_required", False)  # noqa: B010

urlpatterns = [
    path("", show_api, name="api_page"),
    path("", include((_patterns, _app), namespace=_namespace)),
]
