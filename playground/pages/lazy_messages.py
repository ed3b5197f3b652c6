"""Sentences that wait for the next page: nothing is made for them until there is one."""

from functools import partial

from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty


class LaterMessageMiddleware(MessageMiddleware):
    """Django's own, whose storage is made when somebody says or reads something: a keystroke
    does neither."""

    def process_request(self, request: HttpRequest) -> None:
        request._messages = SimpleLazyObject(partial(default_storage, request))  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(getattr(request, "_messages", None), "_wrapped", empty) is empty:
            return response
        return super().process_response(request, response)
