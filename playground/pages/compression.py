"""Pages travel compressed; static files are compressed once, when they are collected."""

import gzip
import re
import secrets
from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

SANDBOX = "/sandbox/"
# Bytes; a longer page is packed in a third of the time and is an eighth larger for it.
LONG, QUICKLY = 200_000, 3
TAKES_GZIP = re.compile(r"\bgzip\b")
NAMED, HEADER_END = 8, 10  # of a gzip header: a name follows it; where it ends


class CompressMiddleware(GZipMiddleware):
    """Django's own, which pads its answers and whose tokens are masked, so that their size
    tells nothing (BREACH). The sandbox answers as it is told to, byte for byte."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(SANDBOX):
            return response
        takes = TAKES_GZIP.search(request.headers.get("Accept-Encoding", ""))
        if takes and isinstance(response, HttpResponse) and len(response.content) > LONG:
            self._pack(response)
        return super().process_response(request, response)

    def _pack(self, response: HttpResponse) -> None:
        """Padded by a name of any length, as Django does it."""
        if response.has_header("Content-Encoding"):
            return
        packed = gzip.compress(response.content, QUICKLY, mtime=0)
        name = b"a" * secrets.randbelow(self.max_random_bytes) + b"\0"
        head = packed[:3] + bytes([NAMED]) + packed[4:HEADER_END]
        response.content = head + name + packed[HEADER_END:]
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ("Accept-Encoding",))


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
