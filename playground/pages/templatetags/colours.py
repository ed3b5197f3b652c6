"""The colour of a connection, in the words of the face."""

from django import template

from playground.workspace.models import Connection

register = template.Library()

# The face names its colours by what they mean.
KINDS = {
    "grey": "not-sent",
    "blue": "running",
    "green": "accepted",
    "amber": "warning",
    "red": "refused",
    "violet": "unknown",
}


@register.filter
def colour_kind(connection: Connection | None) -> str:
    """`{{ connection|colour_kind }}`: what follows `kind-` in a class."""
    return KINDS.get(connection.colour if connection else "grey", "not-sent")
