"""Render untrusted Markdown from documents as safe HTML."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Some documents have a whole manual in one description.
LONGEST_TEXT = 40_000
LONGEST_EXCERPT = 200
# Headings in descriptions are nested below those of the page.
HEADING_SHIFT, DEEPEST_HEADING = 2, 6
_safe_link = re.compile(r"(https?://|mailto:)", re.I).match
# Longer help texts of fields are collapsed.
LONGEST_HELP, MOST_CACHED = 280, 4000
# HTML is escaped. The tags most common in descriptions are converted to Markdown first.
_break = re.compile(r"<(?:br|/?p|/?div)(?:\s[^<>]*)?/?>", re.I)
_link = re.compile(r"""<a\s[^<>]*?href=["']?([^\s"'<>()]+)[^<>]*>([^<>]*)</a>""", re.I)
_code_tag = re.compile(r"<(code|pre|kbd|tt)>([^<>`]*)</\1>", re.I)
_strong_tag = re.compile(r"<(strong|b)>\s*([^<>]*?)\s*</\1>", re.I)
_emphasis_tag = re.compile(r"<(em|i)>\s*([^<>]*?)\s*</\1>", re.I)
_item_tag = re.compile(r"\s*<li(?:\s[^<>]*)?>\s*", re.I)
_other_tag = re.compile(r"</?(?:ul|ol|li|span|h[1-6]|a|b|i|em|strong|code|pre)(?:\s[^<>]*)?>", re.I)
# Components of documentation sites, such as `<Message warning>`, but not placeholders (`<id>`).
_tag = re.compile(r"<(/?)([A-Za-z][\w-]*)(?:\s[^<>]*)?>")
_code = re.compile(r"(```.*?```|`[^`\n]*`)", re.S)
_markup = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|</?[a-zA-Z][^>\n]*>|^\s*>|[`*#]+", re.M)
_special = re.compile(r"[\\`*_\[\]<>&\n]|https?:").search


def render_markdown(text: str) -> SafeString:
    """Render text as HTML without raw HTML and images; only external links are kept."""
    is_cut = len(text) > LONGEST_TEXT
    text = _replace_tags(text[:LONGEST_TEXT])
    parser = _make_parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(int(token.tag[1]) + HEADING_SHIFT, DEEPEST_HEADING)
            token.tag = f"h{level}"
        # The alignment of a table's cells, which the content security policy blocks.
        token.attrs.pop("style", None)
        _protect_links(token.children or [])
    html: str = parser.renderer.render(tokens, parser.options, {})
    if is_cut:
        html += f"<p>{_('The rest of this description is omitted.')}</p>"
    return mark_safe(html)


def _replace_tags(text: str) -> str:
    """Convert HTML tags in the text to Markdown, except in code."""
    if "<" not in text:
        return text
    # A pattern with one group: every second part is code.
    parts = _code.split(text)
    parts[::2] = [_replace_plain_tags(each) if "<" in each else each for each in parts[::2]]
    return "".join(parts)


def _replace_plain_tags(text: str) -> str:
    text = _break.sub("\n\n", text)
    text = _link.sub(r"[\2](\1)", text)
    text = _code_tag.sub(r"`\2`", text)
    text = _strong_tag.sub(r"**\2**", text)
    text = _emphasis_tag.sub(r"*\2*", text)
    text = _item_tag.sub("\n- ", text)
    text = _other_tag.sub("", text)
    closed = {each[2] for each in _tag.finditer(text) if each[1]}
    return _tag.sub(lambda each: "" if each[2] in closed else each[0], text)


# Forms are redrawn after many edits, with the same texts.
@lru_cache(maxsize=MOST_CACHED)
def render_help(text: str) -> SafeString:
    """The help text of a field as HTML; a long one is collapsed behind its first words."""
    plain = text.strip()
    if not _special(plain) and len(plain) <= LONGEST_HELP:
        return format_html("{}", plain)
    html = render_markdown(plain)
    if len(plain) <= LONGEST_HELP:
        is_paragraph = html.count("<p>") == 1 and html.startswith("<p>") and html[-5:-1] == "</p>"
        return mark_safe(html[3:-5]) if is_paragraph else html
    return format_html(
        '<details class="long-help"><summary><span>{}</span> <b>{}</b><b>{}</b></summary>'
        "{}</details>",
        excerpt_markdown(plain),
        _("More"),
        _("Less"),
        html,
    )


# The parser is stateless, so all threads share it.
@cache
def _make_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _protect_links(tokens: list[Token]) -> None:
    """Drop relative links, which would lead to our own pages or nowhere."""
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
    # Only the beginning is parsed: a list has fifty of these.
    first = _replace_tags(text[: 4 * LONGEST_EXCERPT]).strip().partition("\n\n")[0]
    plain = " ".join(_markup.sub(r"\1", first).split())
    return plain if len(plain) <= LONGEST_EXCERPT else f"{plain[: LONGEST_EXCERPT - 1].rstrip()}…"
