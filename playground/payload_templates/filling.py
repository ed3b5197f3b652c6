"""What a share link shows of its payload, and the values that people fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from playground.drafts.assignments import assign_json
from playground.drafts.credentials import mask_state
from playground.drafts.editing import perform
from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit, State
from playground.importers.credentials import Collector
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.printing import dump
from playground.openapi.operations import get_operation
from playground.payload_templates.models import ShareLink
from playground.payload_templates.secrets import names_accounts, strip_accounts
from playground.payload_templates.versions import read_content

MAX_VALUE_LENGTH = 100_000
# JSON texts by pointer; None for a field that was left empty.
Values = Mapping[str, str | None]


class InvalidValue(ValueError):
    """A value that somebody filled in can't be sent; the message says why."""


def private_state(link: ShareLink) -> State:
    """The whole payload with its accounts and credentials. Never show it."""
    state = read_content(link.version).state(link.variant)
    return replace(state, connection=str(link.connection_id or "") or state.connection)


def public_state(link: ShareLink) -> State:
    """What the recipient may see: no accounts, credentials, notes or incomplete values."""
    state = strip_accounts(mask_state(private_state(link), Collector()), body_schema(link))
    return replace(state, metadata=replace(state.metadata, notes={}, incomplete={}))


def body_schema(link: ShareLink) -> Mapping[str, Any]:
    operation = get_operation(link.template.operation)
    return operation.find_body_schema(private_state(link).metadata.media_type) or {}


def fillable_pointers(link: ShareLink) -> list[str]:
    """The fields to fill in; never accounts."""
    schema = body_schema(link)
    listed = [str(pointer) for pointer in json.loads(link.fillable_fields)]
    # Checked again: the schema may mark accounts where it didn't when the link was made.
    return [pointer for pointer in listed if not names_accounts(schema, pointer)]


def fill_fields(link: ShareLink, values: Values) -> State:
    """The payload to send, with these values in its fillable fields.

    Values of other fields are ignored. Raises InvalidValue, AssignmentError.
    """
    return _fill(private_state(link), link, values)


def fill_shown_fields(link: ShareLink, values: Values) -> State:
    """The same with what the recipient may see, for the preview.

    Masked before it is filled: a new value must not reveal another one that was masked for it.
    """
    return _fill(public_state(link), link, values)


def _fill(state: State, link: ShareLink, values: Values) -> State:
    for pointer in fillable_pointers(link):
        if pointer not in values:
            continue
        value = values[pointer]
        if value is not None:
            state = assign_json(state, pointer, print_value(value))
        elif text_at(state.text, pointers.parent(pointer)).startswith("{"):
            # Removing the item of a list would move those after it.
            state = perform(state, Edit("remove", pointer))[0]
        else:
            state = assign_json(state, pointer, "null")
    return state


def print_value(value: str) -> str:
    """A value's JSON text as it is sent. Raises InvalidValue."""
    if len(value) > MAX_VALUE_LENGTH:
        limit = {"limit": f"{MAX_VALUE_LENGTH:,}"}
        raise InvalidValue(_("This is too long. At most %(limit)s characters fit.") % limit)
    try:
        text = dump(parse(value))
    except JSONSyntaxError as error:
        raise InvalidValue(error.message) from error
    # A recipient must not read the sharer's secrets or variables by referring to them. In
    # printed JSON, two braces in a row can only be inside a string, and aren't escaped.
    if "{{" in text:
        raise InvalidValue(_("Values can't contain {{ or }}, which mark references."))
    return text
