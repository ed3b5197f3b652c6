"""The template tag for the links of a reply."""

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from playground.history.models import Exchange
from playground.sending.completing import log_error
from playground.sending.follow_ups import list_offers

register = template.Library()


@register.simple_tag(takes_context=True)
def follow_ups(context: Context, exchange: Exchange) -> SafeString | str:
    """`{% follow_ups exchange %}`: a button for each operation that continues with the reply."""
    # Replies may contain anything; the verdict has to be shown regardless.
    try:
        offers = list_offers(exchange)
    except Exception as error:
        log_error("Reading the links of a reply", exchange, error)
        return ""
    if not offers:
        return ""
    values = {"exchange": exchange, "offers": offers}
    return render_to_string("history/_follow_ups.html", values, context.get("request"))
