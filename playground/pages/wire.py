"""Pages travel compressed; static files are compressed once, when they are collected."""

from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

SANDBOX = "/sandbox/"


class CompressMiddleware(GZipMiddleware):
    """Django's own, which pads its answers and whose tokens are masked, so that their size
    tells nothing (BREACH). The sandbox answers as it is told to, byte for byte."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(SANDBOX):
            return response
        return super().process_response(request, response)


class PolicyMiddleware(CSPMiddleware):
    """The one content security policy of every page, written once: no page asks for an exception
    or a nonce. Django's own pages for developers keep django-csp's leave."""

    def process_request(self, request: HttpRequest) -> None:
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault(HEADER, self._policy)
        return response

    @cached_property
    def _policy(self) -> str:
        parts = vars(self.get_policy_parts(HttpRequest(), HttpResponseBase()))
        return str(build_policy(**parts))
