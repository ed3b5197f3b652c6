"""Names of numbered fields in the form of a definition; units of a repeat."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
UNITS = {
    "minute": (_("minute"), _("minutes")),
    "hour": (_("hour"), _("hours")),
    "day": (_("day"), _("days")),
    "week": (_("week"), _("weeks")),
    "month": (_("month"), _("months")),
}


@register.simple_tag
def entry(*parts: object) -> str:
    """`step-0-parameter-2-` from its parts."""
    return "-".join(str(part) for part in parts) + "-"


@register.filter
def unit_of(unit: str, every: str) -> object:
    """The unit in words, as many as there are; a word nobody knows stays as it is."""
    one, many = UNITS.get(unit, (unit, unit))
    return one if every == "1" else many
