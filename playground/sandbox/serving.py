"""Serve a sandbox API: body, requested failure, method, credentials, then the view."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from playground.sandbox.bodies import ApiError, parse_json_object, read_request_body
from playground.sandbox.failures import FailureContext, find_failure, make_failure


@dataclass(frozen=True)
class SandboxRequest:
    """A request as the views of the sandbox's APIs get it."""

    http: HttpRequest
    body: bytes

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body; raises ApiError if it is missing."""
        return parse_json_object(self.body)


View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class SandboxApi:
    """How one of the APIs checks credentials and writes errors."""

    authenticate: Callable[[SandboxRequest], None]
    write_error: Callable[[ApiError, SandboxRequest], HttpResponse]


def serve(api: SandboxApi, **views: View) -> Callable[..., HttpResponseBase]:
    """A Django view that dispatches each HTTP method (`GET=…`, `POST=…`) to its own view."""

    # Callers have the API's keys, not a session; so there is nothing for CSRF to protect.
    @login_not_required
    @csrf_exempt
    def respond(http: HttpRequest, **fields: Any) -> HttpResponseBase:
        request = SandboxRequest(http, b"")
        try:
            request = SandboxRequest(http, read_request_body(http))
            failure = find_failure(http, request.body)
            if failure is None:
                return _run_view(api, views, request, fields)
            run = partial(_run_safely, api, views, request, fields)
            refuse = partial(_refuse, api, request)
            return make_failure(FailureContext(http, run, refuse, failure))
        except ApiError as error:
            return _refuse(api, request, error)

    return respond


def _run_safely(
    api: SandboxApi, views: dict[str, View], request: SandboxRequest, fields: dict[str, Any]
) -> HttpResponse:
    # A failure such as `slow` applies to refusals too.
    try:
        return _run_view(api, views, request, fields)
    except ApiError as error:
        return _refuse(api, request, error)


def _run_view(
    api: SandboxApi, views: dict[str, View], request: SandboxRequest, fields: dict[str, Any]
) -> HttpResponse:
    view = views.get(request.http.method or "")
    if view is None:
        allowed = ", ".join(views)
        message = f"{request.http.method} isn't allowed here. Use {allowed}."
        raise ApiError(405, message, headers={"Allow": allowed})
    api.authenticate(request)
    return view(request, **fields)


def _refuse(api: SandboxApi, request: SandboxRequest, error: ApiError) -> HttpResponse:
    response = api.write_error(error, request)
    for name, value in error.headers.items():
        response[name] = value
    return response
