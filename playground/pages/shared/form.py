"""The fields of a share link: how they look, what was typed, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from playground.drafts.assignments import AssignmentError
from playground.forms.field import Field
from playground.forms.kinds import (
    ABSENT,
    IncompleteInput,
    format_value,
    kind_by_value,
    parse_input,
)
from playground.forms.payload_form import build_widget
from playground.forms.places import locate_schema, read_place
from playground.jsontext.parsing import parse
from playground.payload_templates.filling import (
    InvalidValue,
    body_schema,
    fill_fields,
    fill_shown_fields,
    fillable_pointers,
    print_value,
    public_state,
)
from playground.payload_templates.models import ShareLink
from playground.rules.problems import MESSAGES, Problem
from playground.sending.plans import Plan, check_plan, gather_facts, plan_state

# Kinds with an input of their own here; any other value is edited by its type, or as JSON.
KINDS = frozenset({"text", "lines", "integer", "number", "toggle", "choice", "secret", "json"})
HIDDEN = "••••"
# Messages about choices that the API lists would name the connection and its data.
OWN_MESSAGES: Mapping[str, Any] = {
    "choice-unknown": gettext_lazy("%(field)s %(value)s isn't one of the values known here."),
    "choice-unfit": gettext_lazy("%(field)s %(value)s can't be used at the moment."),
}


@dataclass(frozen=True)
class SharedField:
    """One field to fill in; `text` is what the input contains, `problem` what is wrong with it."""

    id: str
    field: Field
    heading: str
    text: str
    problem: str = ""
    severity: str = ""

    @property
    def name(self) -> str:
        return self.field.pointer

    @property
    def control(self) -> SafeString:
        """The input, as in the builder."""
        attributes = {
            "id": self.id,
            "aria-describedby": f"{self.id}_help {self.id}_problem",
            "aria-required": "true" if self.field.required else None,
            "aria-invalid": "true" if self.severity == "error" else None,
        }
        shown = replace(self.field, text=self.text)
        if self.field.kind == "secret":
            attributes |= {"type": "password", "autocomplete": "new-password"}
            attributes["placeholder"] = _("Hidden. Leave it empty to keep it.")
        if self.field.kind == "toggle":
            # Browsers send nothing for a checkbox that is off: this comes first then.
            off = format_html('<input type="hidden" name="{}" value="false">', self.name)
            attributes["value"] = "true"
            return off + build_widget(shown).render(self.name, self.text, attributes)
        return build_widget(shown).render(self.name, self.text, attributes)


@dataclass(frozen=True)
class SharedForm:
    """The fields of a link with what somebody typed. `typed` is None for the stored values."""

    link: ShareLink
    typed: Mapping[str, str] | None = field(default=None, repr=False)

    @cached_property
    def fields(self) -> tuple[SharedField, ...]:
        return tuple(self._check_field(each) for each in self._inputs)

    @cached_property
    def shown_text(self) -> str:
        """The payload as the recipient may see it, with the values that could be read."""
        values = dict(self._values[0])
        for each in self._inputs:
            # Like its input, the preview of a secret must not show what is typed.
            if each.field.kind == "secret" and values.get(each.name):
                values[each.name] = json.dumps(HIDDEN, ensure_ascii=False)
        return fill_shown_fields(self.link, values).text

    @cached_property
    def plan(self) -> Plan:
        """The send. Raises AssignmentError, UnknownOperation."""
        state = fill_fields(self.link, self._values[0])
        names = {"name": self.link.template.name, "label": self.link.label or str(self.link.id)[:8]}
        name = _("%(name)s, by link %(label)s") % names
        template, version = self.link.template, self.link.version
        return plan_state(template.operation, state, name, version, self.link.person)

    @property
    def refusal(self) -> str:
        """Why this can't be sent as it is; empty if it can."""
        count = sum(each.severity == "error" for each in self.fields)
        if count:
            message = ngettext(
                "Not sent: fix the problem above.", "Not sent: fix the %(n)s problems above.", count
            )
            return message % {"n": count}
        return _("Not sent: %(message)s") % {"message": self.other} if self.other else ""

    @cached_property
    def other(self) -> str:
        """A message if something else than these fields prevents sending."""
        names = [each.name for each in self._inputs]
        for problem in self._problems:
            if problem.blocks and not _find_name(problem, names):
                message = _("this template has a problem outside of this form. Ask %(name)s.")
                return message % {"name": self.link.person.username}
        return ""

    @cached_property
    def _inputs(self) -> tuple[SharedField, ...]:
        shown = public_state(self.link)
        schema, tree = body_schema(self.link), parse(shown.text)
        facts = gather_facts(plan_state(self.link.template.operation, self._stored))
        return tuple(
            _read_input(f"open-{number}", pointer, schema, facts, tree)
            for number, pointer in enumerate(fillable_pointers(self.link))
        )

    @property
    def _stored(self) -> Any:
        return fill_fields(self.link, {})

    @cached_property
    def _values(self) -> tuple[dict[str, str | None], dict[str, str]]:
        """JSON texts by pointer, without unchanged ones; and messages about unreadable ones."""
        values: dict[str, str | None] = {}
        messages: dict[str, str] = {}
        for each in self._inputs if self.typed is not None else ():
            typed = self._typed(each)
            # An unchanged value is sent as it is stored: it may hold a reference.
            if typed == each.text:
                continue
            try:
                value = parse_input(each.field.kind, typed)
                values[each.name] = None if value is None else print_value(value)
            except IncompleteInput as error:
                messages[each.name] = error.message
            except InvalidValue as error:
                messages[each.name] = str(error)
        return values, messages

    def _typed(self, each: SharedField) -> str:
        # Browsers send CRLF for the line breaks of a text area.
        typed = self.typed or {}
        return typed.get(each.name, each.text).replace("\r\n", "\n")

    @cached_property
    def _problems(self) -> list[Problem]:
        try:
            return check_plan(self.plan)
        except AssignmentError as reason:
            return [Problem("unfillable", "", 1, "error", str(reason))]

    def _check_field(self, each: SharedField) -> SharedField:
        text = each.text if self.typed is None else self._typed(each)
        if message := self._values[1].get(each.name):
            return replace(each, text=text, problem=message, severity="error")
        found = [p for p in self._problems if _find_name(p, [each.name]) and p.severity != "note"]
        # What blocks Send first.
        problem = min(found, key=lambda p: not p.blocks, default=None)
        if problem is None:
            return replace(each, text=text)
        message = _describe(problem, each.field)
        return replace(each, text=text, problem=message, severity=problem.severity)


def _read_input(id: str, pointer: str, schema: Any, facts: Any, tree: Any) -> SharedField:
    place = read_place(schema, facts, tree, pointer)
    about = place.field
    value = locate_schema(schema, facts, tree, pointer)[1] if about.state != "absent" else ABSENT
    kind = about.kind
    if kind == "tags":
        kind = "integer" if about.value_kind == "number" else "text"
    elif kind == "toggle" and about.state != "sent":
        # A switch has no third state for a value that isn't set.
        choices = (("true", _("Yes")), ("false", _("No")))
        about, kind = replace(about, choices=choices), "choice"
    elif kind not in KINDS:
        kind = kind_by_value(value) if value not in (ABSENT, None) else "json"
    about = replace(about, kind=kind, text=format_value(value, kind), suggestions=())
    text = "" if kind == "secret" else about.text
    return SharedField(id, about, place.heading, text)


def _find_name(problem: Problem, names: list[str]) -> str:
    """The field that a problem belongs to, or an empty text."""
    place = problem.pointer
    if not place.startswith("/"):
        return ""
    inner = (name for name in names if place == name or place.startswith(f"{name}/"))
    return next(inner, "")


def _describe(problem: Problem, about: Field) -> str:
    """The message, without the suggestions that would name what the link doesn't show."""
    if own := OWN_MESSAGES.get(problem.code):
        return str(own) % problem.params
    if problem.code == "missing":
        return _("Fill this in: it is required.")
    params = {**problem.params, "hint": ""}
    # Next to its field, a problem needs no place: "must be a whole number" says enough.
    if "subject" in params and problem.pointer == about.pointer:
        params["subject"] = about.label
    known = MESSAGES.get(problem.code)
    message = known[1].format(**params) if known else problem.message
    return message.replace("`", "")
