"""The form for the reply rule of an imported operation, and trying it on the last reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.apis.rules import OperationRules, apply_rules
from playground.calls.values import Redirect, Reply, Verdict
from playground.calls.verdicts import reach_verdict
from playground.history.bodies import read_body, read_reply_headers
from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.openapi.operations import Operation
from playground.openapi.reply_rules import (
    ABSENT,
    DIFFERS,
    EQUALS,
    LONGEST_POINTER,
    LONGEST_VALUE,
    MOST_REASONS,
    PRESENT,
    WITH_VALUE,
    ReplyRule,
    is_pointer,
    suggest_pointer,
)
from playground.pages.parameters import UncutForm
from playground.people.models import Person

CHOICES = (
    ("", gettext_lazy("the document describes it as a success")),
    (EQUALS, gettext_lazy("a value of the reply equals …")),
    (DIFFERS, gettext_lazy("a value of the reply doesn't equal …")),
    (PRESENT, gettext_lazy("a value of the reply is present")),
    (ABSENT, gettext_lazy("a value of the reply is absent")),
)
# These aren't prose: no spell checking or autocorrection.
EXACT = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off", "class": "mono"}


class ReplyRuleForm(UncutForm):
    """Which 2xx replies are successes, and where a refusal has its reason."""

    comparison = forms.ChoiceField(
        label=gettext_lazy("A 2xx reply is a success if"), choices=CHOICES, required=False
    )
    pointer = forms.CharField(
        label=gettext_lazy("Pointer to the value"),
        max_length=LONGEST_POINTER,
        required=False,
        strip=True,
        help_text=gettext_lazy("For example /status or /results/0/ok."),
        widget=forms.TextInput(attrs=EXACT),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=LONGEST_VALUE,
        required=False,
        help_text=gettext_lazy('Text, a number, true or false. 1, 1.0 and "1" are equal.'),
        widget=forms.TextInput(attrs=EXACT),
    )
    reasons = forms.CharField(
        label=gettext_lazy("Pointers to the reason for a refusal"),
        required=False,
        help_text=gettext_lazy(
            "One per line, such as /error/text. Leave empty to look in the usual places."
        ),
        widget=forms.Textarea(attrs={**EXACT, "rows": 2}),
    )

    def clean_pointer(self) -> str:
        pointer: str = self.cleaned_data["pointer"]
        if not self.cleaned_data.get("comparison"):
            return ""
        if not pointer:
            raise forms.ValidationError(_("Enter the pointer to the value, such as /status."))
        check_pointer(pointer)
        return pointer

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        if self.cleaned_data.get("comparison") not in WITH_VALUE:
            return ""
        if value in ("", "null", '""', "[]", "{}"):
            raise forms.ValidationError(
                _("Enter a value. For null or an empty one, choose “is present” or “is absent”.")
            )
        return value

    def clean_reasons(self) -> tuple[str, ...]:
        lines = [each.strip() for each in self.cleaned_data["reasons"].splitlines()]
        found = tuple(dict.fromkeys(filter(None, lines)))
        if len(found) > MOST_REASONS:
            raise forms.ValidationError(_("Enter at most %d pointers.") % MOST_REASONS)
        for each in found:
            check_pointer(each)
        return found

    @property
    def rule(self) -> ReplyRule | None:
        """The rule of a valid form; None if the document alone decides."""
        rule = ReplyRule(**self.cleaned_data)
        return rule if rule.comparison or rule.reasons else None


def check_pointer(text: str) -> None:
    """Raise ValidationError with a sentence unless the text is a usable JSON Pointer."""
    if len(text) > LONGEST_POINTER:
        limit = {"limit": LONGEST_POINTER}
        raise forms.ValidationError(_("A pointer has at most %(limit)s characters.") % limit)
    if is_pointer(text):
        return
    if text.startswith("/"):
        raise forms.ValidationError(_("Write ~ as ~0 in a pointer, and a slash in a name as ~1."))
    if meant := suggest_pointer(text):
        raise forms.ValidationError(_("A pointer starts with a slash: %s") % meant)
    raise forms.ValidationError(_("A pointer starts with a slash, such as /status."))


def make_form(rule: ReplyRule | None, data: Any = None) -> ReplyRuleForm:
    """The form for a rule, bound to submitted data if given."""
    rule = rule or ReplyRule()
    initial = {
        "comparison": rule.comparison,
        "pointer": rule.pointer,
        "value": rule.value,
        "reasons": "\n".join(rule.reasons),
    }
    return ReplyRuleForm(data, initial=initial, auto_id="rule_%s")


def describe_rule(rule: ReplyRule) -> list[str]:
    """The rule in sentences."""
    sentences = {
        EQUALS: _("A 2xx reply is a success if %(pointer)s equals %(value)s."),
        DIFFERS: _("A 2xx reply is a success if %(pointer)s doesn't equal %(value)s."),
        PRESENT: _("A 2xx reply is a success if %(pointer)s is present."),
        ABSENT: _("A 2xx reply is a success if %(pointer)s is absent."),
    }
    values = {"pointer": f"`{rule.pointer}`", "value": f"`{rule.value}`"}
    found = [sentences[rule.comparison] % values] if rule.comparison else []
    if rule.reasons:
        places = ", ".join(f"`{each}`" for each in rule.reasons)
        found.append(_("The reason for a refusal is at %s.") % places)
    return found


@dataclass(frozen=True)
class Trial:
    """A rule's verdict on the last reply; `exchange` is None if there isn't one."""

    exchange: Exchange | None
    verdict: Verdict | None = None


def try_rule(person: Person, operation: Operation, rule: ReplyRule | None) -> Trial:
    """Judge the latest reply of the operation that this person may see."""
    rows = visible_exchanges(person).filter(operation=operation.id, status__isnull=False)
    bodies = rows.select_related("reply_head", "reply_body")
    exchange = bodies.order_by("-number").first()
    if exchange is None:
        return Trial(None)
    plain = replace(operation, verdict=replace(operation.verdict, own=None))
    ruled = apply_rules(plain, OperationRules(rule))
    return Trial(exchange, reach_verdict(ruled, read_reply(exchange)))


def read_reply(exchange: Exchange) -> Reply:
    """The reply of an exchange as it was recorded."""
    return Reply(
        status=exchange.status or 0,
        reason=exchange.reason,
        headers=tuple(read_reply_headers(exchange)),
        body=read_body(exchange.reply_body),
        truncated=exchange.truncated,
        unreadable=exchange.unreadable,
        redirects=tuple(Redirect(**each) for each in exchange.redirects),
    )
