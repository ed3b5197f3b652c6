"""A page's requests without a browser, over one kept connection; answers come compressed."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from playground.drafts.models import Draft
from tests.bench.product import PATIENCE, Served, Visitor

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def unpack(encoding: str | None, body: bytes) -> bytes:
    """A body as the page reads it."""
    return gzip.decompress(body) if encoding == "gzip" else body


class Client:
    """One kept connection of a signed-in person, without a browser."""

    def __init__(self, served: Served, visitor: Visitor, draft: Draft, tab: str = "bench") -> None:
        self.connection = http.client.HTTPConnection(*served.address, timeout=PATIENCE)
        self.path = f"/drafts/{draft.id}/"
        self.tab = tab
        self.revision = 0
        self.digest = ""
        self.headers = {"Cookie": visitor.cookie, "Accept-Encoding": "gzip"}
        self._take_token()

    def _take_token(self) -> None:
        """The page's token, as the browser would send it back."""
        response, page = self.get(self.path)
        name = settings.CSRF_COOKIE_NAME
        cookie = re.search(rf"{name}=([^;]+)", response.headers.get("Set-Cookie", ""))
        token = re.search(rb'name="csrf-token" content="([^"]+)"', page)
        digest = re.search(rb'data-digest="([^"]*)"', page)
        revision = re.search(rb'data-revision="(\d+)"', page)
        if not (response.status == 200 and cookie and token and digest and revision):
            raise SystemExit(f"The builder's page was not as expected ({response.status}).")
        self.digest, self.revision = digest[1].decode(), int(revision[1])
        self.headers["Cookie"] += f"; {name}={cookie[1]}"
        self.headers["X-CSRFToken"] = token[1].decode()
        self.headers["Content-Type"] = "application/json"

    def get(
        self, path: str, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request("GET", path, headers={**self.headers, **(headers or {})})
        response = self.connection.getresponse()
        return response, unpack(response.headers.get("Content-Encoding"), response.read())

    def set(self, pointer: str, typed: str, kind: str = "text") -> tuple[float, int]:
        """Type into a field of a kind. Seconds until the answer, and its size on the wire."""
        sent = json.dumps(self.describe(pointer, typed, kind))
        begun = time.perf_counter()
        self.connection.request("POST", self.path + "edit/", sent, self.headers)
        response = self.connection.getresponse()
        body = response.read()
        took = time.perf_counter() - begun
        self.take(response.status, unpack(response.headers.get("Content-Encoding"), body))
        return took, len(body)

    def describe(self, pointer: str, typed: str, kind: str = "text") -> dict[str, Any]:
        """An edit, as the page sends it."""
        return {
            "kind": "set",
            "pointer": pointer,
            "typed": typed,
            "as": kind,
            "revision": self.revision,
            "tab": self.tab,
            "step": f"{self.tab}-{pointer}",
            "digest": self.digest,
        }

    def take(self, status: int, body: bytes) -> None:
        """Remember what the answer says, as the page does."""
        if status != 200:
            raise SystemExit(f"An edit was refused ({status}): {body[:200]!r}")
        answer: dict[str, Any] = json.loads(body)
        self.revision, self.digest = answer["revision"], answer.get("digest", self.digest)

    def send(self, submission: uuid.UUID) -> float:
        """Press Send. Seconds until the answer, which has the reply if that was quick."""
        sent = urlencode({"submission": str(submission)})
        begun = time.perf_counter()
        self.connection.request("POST", self.path + "send/", sent, {**self.headers, **FORM})
        response = self.connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"A send was refused ({response.status}).")
        return time.perf_counter() - begun
