"""Markdown from documents that others wrote, as HTML that is safe to show."""

from __future__ import annotations

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Some documents have a manual in one description.
LONGEST_TEXT = 40_000
LONGEST_EXCERPT = 200
# The headings of a description come below those of the page.
HEADING_SHIFT, DEEPEST_HEADING = 2, 6
_safe_link = re.compile(r"(https?://|mailto:)", re.I).match
# HTML is escaped. These two are the only tags that hardly any description does without.
_break = re.compile(r"<(?:br|/?p)\s*/?>", re.I)
_markup = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|<[^>\n]*>|[`*#]+")


def render_markdown(text: str) -> SafeString:
    """The text as HTML: without raw HTML and images, with links to other sites only."""
    is_cut = len(text) > LONGEST_TEXT
    text = _break.sub("\n\n", text[:LONGEST_TEXT])
    parser = _make_parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(int(token.tag[1]) + HEADING_SHIFT, DEEPEST_HEADING)
            token.tag = f"h{level}"
        _protect_links(token.children or [])
    html: str = parser.renderer.render(tokens, parser.options, {})
    if is_cut:
        html += f"<p>{_('The rest of this description is left out.')}</p>"
    return mark_safe(html)


# It keeps nothing of what it parses, so that one serves all threads.
@cache
def _make_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _protect_links(tokens: list[Token]) -> None:
    """Links within the document's own site would lead to pages of ours, or nowhere."""
    for token in tokens:
        if token.type != "link_open":
            continue
        if _safe_link(str(token.attrGet("href") or "")):
            token.attrSet("rel", "noopener noreferrer nofollow")
            token.attrSet("target", "_blank")
        else:
            token.attrs = {}


def excerpt_markdown(text: str) -> str:
    """The first paragraph as plain text, for lists."""
    # Only the beginning is looked at: a list has fifty of these.
    first = _break.sub("\n\n", text[: 4 * LONGEST_EXCERPT].strip()).strip().partition("\n\n")[0]
    plain = " ".join(_markup.sub(r"\1", first).split())
    return plain if len(plain) <= LONGEST_EXCERPT else f"{plain[: LONGEST_EXCERPT - 1]}…"
