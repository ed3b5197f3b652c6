"""How a practice API serves: body, wished failure, method, key, then the work, in this order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from playground.sandbox.answers import Refusal
from playground.sandbox.bodies import parse_object, read_body
from playground.sandbox.failures import Scene, act_out, find_wish


@dataclass(frozen=True)
class Asked:
    """A request as the views of the practice APIs see it."""

    request: HttpRequest
    body: bytes

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body; refused when there is none."""
        return parse_object(self.body)


View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Api:
    """What tells one practice API from the other: its keys and its error body."""

    authenticate: Callable[[Asked], None]
    refuse: Callable[[Refusal, Asked], HttpResponse]


def serve(api: Api, **views: View) -> Callable[..., HttpResponseBase]:
    """A Django view that gives each HTTP method (`GET=…`, `POST=…`) to its own view."""

    @login_not_required
    @csrf_exempt
    def answer(request: HttpRequest, **fields: Any) -> HttpResponseBase:
        asked = Asked(request, b"")
        try:
            asked = Asked(request, read_body(request))
            return _answer(api, asked, partial(_work, api, views, asked, fields))
        except Refusal as refusal:
            return _refuse(api, asked, refusal)

    return answer


def _answer(api: Api, asked: Asked, work: Callable[[], HttpResponse]) -> HttpResponseBase:
    def work_safely() -> HttpResponse:
        try:
            return work()
        except Refusal as refusal:
            return _refuse(api, asked, refusal)

    wish = find_wish(asked.request, asked.body)
    if wish is None:
        return work()
    return act_out(Scene(asked.request, work_safely, partial(_refuse, api, asked), wish))


def _work(api: Api, views: dict[str, View], asked: Asked, fields: dict[str, Any]) -> HttpResponse:
    view = views.get(asked.request.method or "")
    if view is None:
        allowed = ", ".join(views)
        sentence = f"{asked.request.method} is not possible here; use {allowed}."
        raise Refusal(405, sentence, headers={"Allow": allowed})
    api.authenticate(asked)
    return view(asked, **fields)


def _refuse(api: Api, asked: Asked, refusal: Refusal) -> HttpResponse:
    answer = api.refuse(refusal, asked)
    for name, value in refusal.headers.items():
        answer[name] = value
    return answer
