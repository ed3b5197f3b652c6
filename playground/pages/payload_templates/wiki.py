"""Addresses for a wiki: "Open in Playground", as a link and as a badge."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from playground.drafts.editing import State
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.payload_templates.models import Template


def describe_wiki(request: HttpRequest, template: Template, state: State) -> dict[str, str]:
    """The address that opens the template with a value filled in, and a badge that leads there."""
    address = reverse("prefill_template", args=[template.id]) + _fragment(state.text)
    address = request.build_absolute_uri(address)
    return {"open_address": address, "open_badge": write_badge(request, address)}


def write_badge(request: HttpRequest, address: str) -> str:
    """Markdown: a picture that is a link."""
    picture = request.build_absolute_uri(f"{settings.STATIC_URL}badge.svg")
    return f"[![Open in Playground]({picture})]({address})"


def _fragment(text: str) -> str:
    """The first plain value of the document, to show how values are filled in."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return ""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if isinstance(value, str) and key.isidentifier() and len(value) < 60 and "{{" not in value:
            return f"#/{key}={quote(value)}"
    return ""
