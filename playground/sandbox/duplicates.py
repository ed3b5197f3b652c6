"""Altcraft's memory of a day: a request that was answered is not carried out again."""

import hashlib
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from playground.sandbox.models import GivenAnswer
from playground.sandbox.serving import Asked

DAY = timedelta(days=1)
REQUEST_ID_HEADERS = ("Request-ID", "X-Request-ID")
JUDGED_HEADERS = ("Authorization", "Content-Type", "format")


def make_key(asked: Asked) -> str:
    """What makes a request the same: its Request-ID, else its address, headers and body."""
    request = asked.request
    told = next((request.headers[one] for one in REQUEST_ID_HEADERS if one in request.headers), "")
    same = [told.encode()] if told else [*_read_headers(request), asked.body]
    address = request.path.rstrip("/") if told else request.get_full_path()
    return hashlib.sha256(b"\0".join([address.encode(), *same])).hexdigest()


def is_repeated(key: str) -> bool:
    """Whether such a request was answered within a day; if not, it is from now on."""
    now = timezone.now()
    GivenAnswer.objects.filter(given_at__lt=now - DAY).delete()
    _, is_new = GivenAnswer.objects.get_or_create(key=key, defaults={"given_at": now})
    return not is_new


def _read_headers(request: HttpRequest) -> list[bytes]:
    return [request.headers.get(name, "").encode() for name in JUDGED_HEADERS]
