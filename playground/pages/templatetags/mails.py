"""Where a person is notified, in words."""

from django import template
from django.utils.translation import gettext as _

from playground.people.mail import is_mail_on
from playground.people.models import Person

register = template.Library()


@register.simple_tag
def explain_mail(person: Person) -> str:
    """`{% explain_mail user %}`: whether this person also gets e-mails."""
    if not is_mail_on():
        return _("Not by e-mail: no mail server is set up (PLAYGROUND_SMTP_HOST).")
    if not person.email:
        return _("Not by e-mail: your profile has no address.")
    if not person.wants_mail:
        return _("Not by e-mail: your profile says so.")
    return _("Also by e-mail to %s.") % person.email
