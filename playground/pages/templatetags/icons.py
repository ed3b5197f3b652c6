"""`{% icon "plus" %}`: a picture out of the one sheet of icons, for eyes only."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


# A page has a hundred of them, out of a few dozen names.
@register.simple_tag(name="icon")
@cache
def draw_icon(name: str, look: str = "") -> SafeString:
    """The name is one of ours, written in a template or a view; never what a person typed."""
    drawn = '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    return format_html(drawn, f"icon {look}".strip(), static("icons.svg"), name)
