"""Long texts as the content of an element."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def as_content(text: str) -> SafeString:
    """Escaped for between tags, never for inside one: there quotes are only quotes, and a
    document of a megabyte has a hundred thousand of them."""
    return mark_safe(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
