"""Help: the documents in `docs/` as pages, whose sections other pages link to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from playground.people.access import needs
from playground.people.models import Role

DOCUMENTS: dict[str, str | Promise] = {
    "guide": gettext_lazy("Guide"),
    "sandbox": gettext_lazy("The sandbox"),
    "operating": gettext_lazy("Operating"),
}
LINK_TO_DOCUMENT = re.compile(r"^(\w+)\.md(#[\w-]+)?$")


@dataclass(frozen=True)
class HelpSection:
    """A heading: its anchor, as GitHub spells it, and its level below the title."""

    anchor: str
    title: str
    level: int


@dataclass(frozen=True)
class Document:
    html: SafeString
    sections: tuple[HelpSection, ...]


@needs(Role.VIEWER)
@require_safe
def show_document(request: HttpRequest, name: str) -> HttpResponse:
    if name not in DOCUMENTS:
        raise Http404(_("There is no such help page."))
    context = {
        "document": read_help(name),
        "title": DOCUMENTS[name],
        "others": [(reverse("help", args=[n]), t) for n, t in DOCUMENTS.items() if n != name],
    }
    return render(request, "help/page.html", context)


@cache
def read_help(name: str) -> Document:
    return render_document((settings.HOME / "docs" / f"{name}.md").read_text(encoding="utf-8"))


def render_document(text: str) -> Document:
    """Markdown as HTML, without its first line: the title, which the page shows itself."""
    # HTML in a document is escaped, and links with other schemes than http and mailto stay text.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = parser.parse(text.partition("\n")[2])
    sections = tuple(_mark_headings(tokens))
    for token in tokens:
        for child in token.children or ():
            _link_to_page(child)
    return Document(mark_safe(parser.renderer.render(tokens, parser.options, {})), sections)


def _mark_headings(tokens: list[Token]) -> list[HelpSection]:
    """Give each heading an anchor."""
    sections = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = "".join(child.content for child in inline.children or ())
            token.attrSet("id", slugify(title))
            sections.append(HelpSection(slugify(title), title, int(token.tag[1]) - 1))
    return sections


def _link_to_page(token: Token) -> None:
    """Lead a link from one document to another to its page."""
    found = LINK_TO_DOCUMENT.match(str(token.attrGet("href") or ""))
    if found and found[1] in DOCUMENTS:
        token.attrSet("href", reverse("help", args=[found[1]]) + (found[2] or ""))
