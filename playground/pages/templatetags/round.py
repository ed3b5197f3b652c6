"""Names of numbered fields in the form of a definition."""

from django import template

register = template.Library()


@register.simple_tag
def entry(*parts: object) -> str:
    """`step-0-parameter-2-` from its parts."""
    return "-".join(str(part) for part in parts) + "-"
