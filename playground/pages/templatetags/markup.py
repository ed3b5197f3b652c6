"""Template tags and filters of all pages, available without `{% load %}`."""

import posixpath
import re
from functools import cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from playground.forms.grid import Grid, draw_rows
from playground.openapi.operations import find_title
from playground.pages.charts import format_seconds
from playground.pages.markdown import render_help
from playground.people.models import AuditEvent
from playground.workspace.connections import host_of
from playground.workspace.files import format_size
from playground.workspace.models import Connection

register = template.Library()

# 2026-11-30T01:02:03.123456, perhaps with a zone. Anything else stays as it is.
JOB_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$")
STYLE_IMPORT = re.compile(r'^@import "([\w./-]+\.css)";$', re.M)
# The style sheet names colours by their meaning.
COLOUR_KINDS = {
    "grey": "not-sent",
    "blue": "running",
    "green": "accepted",
    "amber": "warning",
    "red": "refused",
    "violet": "unknown",
}
UNITS = {
    "minute": (_("minute"), _("minutes")),
    "hour": (_("hour"), _("hours")),
    "day": (_("day"), _("days")),
    "week": (_("week"), _("weeks")),
    "month": (_("month"), _("months")),
}
# Rows of a grid that are drawn with the page; the browser asks for the others when they are near.
ROWS_WITH_PAGE = 100


# A page has a hundred icons out of a few dozen names.
@register.simple_tag(name="icon")
@cache
def draw_icon(name: str, look: str = "") -> SafeString:
    """`{% icon "plus" %}`: decoration only, since screen readers skip it."""
    svg = '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    return format_html(svg, f"icon {look}".strip(), static("icons.svg"), name)


@register.simple_tag
def help_link(section: str) -> SafeString:
    """`{% help_link "jobs" %}`, next to a title: a question mark to that section of the guide."""
    link = '<a class="button quiet square small help-link" href="{}#{}" aria-label="{}">{}</a>'
    address, label = reverse("help", args=["guide"]), _("Help about this page")
    return format_html(link, address, section, label, draw_icon("help"))


@register.simple_tag
def styles(name: str) -> SafeString:
    """Links to a style sheet that only imports others, or to those it imports."""
    # Collected sheets are bundled. Otherwise browsers would find the imports one after another.
    is_bundled = getattr(staticfiles_storage, "bundles", False)
    links = ((static(each),) for each in ([name] if is_bundled else _list_imports(name)))
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


def _list_imports(name: str) -> list[str]:
    path = finders.find(name)
    text = Path(path).read_text() if isinstance(path, str) else ""
    folder, found = posixpath.dirname(name), STYLE_IMPORT.findall(text)
    return [posixpath.normpath(posixpath.join(folder, each)) for each in found] or [name]


@register.simple_tag
def draw_blocks(grid: Grid) -> SafeString:
    """All blocks of a grid's rows, the distant ones empty. `draw_rows` escapes the values."""
    return mark_safe("".join(_draw_block(grid, start, count) for start, count in grid.blocks()))


def _draw_block(grid: Grid, start: int, count: int) -> str:
    if start < ROWS_WITH_PAGE or start <= grid.near < start + count:
        rows = draw_rows(grid, start, count)
        return f'<div class="grid-rows" role="rowgroup" data-block>{rows}</div>'
    return f'<div class="grid-rows far" role="rowgroup" data-block data-count="{count}"></div>'


@register.simple_tag
def entry(*parts: object) -> str:
    """The prefix of a numbered field, such as `step-0-parameter-2-`."""
    return "-".join(str(part) for part in parts) + "-"


@register.filter
def as_content(text: str) -> SafeString:
    """Escape a long text for use between tags; never use it inside one."""
    # Quotes need no escape there, and a document of a megabyte has a hundred thousand of them.
    return mark_safe(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@register.filter
def colour_kind(connection: Connection | None) -> str:
    """What follows `kind-` in the class of a connection's coloured dot."""
    return COLOUR_KINDS.get(connection.colour if connection else "grey", "not-sent")


@register.filter
def connection_host(connection: Connection | None) -> str:
    """The host that requests over a connection go to."""
    return host_of(connection.base_url) if connection else ""


@register.filter
def operation_title(operation_id: str) -> str:
    """The title of an operation; its id where the operation no longer exists."""
    return find_title(operation_id) or operation_id


@register.filter
def event_target(event: AuditEvent) -> str:
    """What an event was about, with the title of the operation that was sent."""
    # The log keeps the ID, which doesn't change: "launch-workflow to HOST over CONNECTION".
    if event.action != "send":
        return event.target
    operation_id, space, rest = event.target.partition(" ")
    return operation_title(operation_id) + space + rest


@register.filter
def size_text(size: int) -> str:
    """A number of bytes as people read it, such as 3.4 kB."""
    return format_size(size)


@register.filter
def thousands(number: int | None) -> str:
    """A whole number with separators, such as 10,000; empty for none."""
    return "" if number is None else f"{number:,}"


@register.filter
def seconds(value: float) -> str:
    """A duration in seconds as people read it, such as 43 ms."""
    return format_seconds(value)


@register.filter
def job_time(text: str) -> str:
    """A time of a job as the API spells it, without the fraction of a second."""
    return JOB_TIME.sub(r"\1 \2\3", text)


@register.filter
def unit_of(unit: str, every: str) -> object:
    """The unit of a repeat in singular or plural; an unknown one stays as the API spells it."""
    one, many = UNITS.get(unit, (unit, unit))
    return one if every == "1" else many


@register.filter
def with_code(message: str) -> SafeString:
    """A problem's message with the names between backticks as code."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return format_html("{}", message)
    pieces = (format_html("<code>{}</code>", p) if at % 2 else p for at, p in enumerate(parts))
    return format_html_join("", "{}", ((each,) for each in pieces))


@register.filter
def help_text(text: str) -> SafeString:
    """Render a description's Markdown as the help text of a field."""
    return render_help(text)
