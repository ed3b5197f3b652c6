"""Values of fields whose choices an API lists: their names, and warnings about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.pointers import child, find_child
from playground.jsontext.scanning import Child
from playground.openapi.documents import ListRule
from playground.openapi.operations import Operation
from playground.rules.problems import WARNING, Problem
from playground.workspace.models import ChoiceList, Connection

# Title and note by value as JSON text; the note says why a value can't be used.
Choices = Mapping[str, tuple[str, str]]


def read_choices(connection: Connection | None, rule: ListRule) -> Choices | None:
    """Return the choices as last read from the API; None if they were never read."""
    if connection is None:
        return None
    lists = ChoiceList.objects.filter(connection=connection, operation=rule.operation)
    found = lists.exclude(read_at=None).values_list("pk", "read_at").first()
    return _load_choices(*found) if found else None


# Each edit needs them, and decrypting thousands takes time. They change when they are synced.
@lru_cache(maxsize=16)
def _load_choices(pk: int, read_at: datetime) -> Choices:
    rows = ChoiceList.objects.get(pk=pk).choices
    return {value: (title, note) for value, title, note in rows}


def load_choices(operation: Operation, connection: Connection | None) -> dict[str, Choices]:
    """Return the choices of each listed field that were ever read."""
    found = {key: read_choices(connection, rule) for key, rule in operation.listed_fields.items()}
    return {key: choices for key, choices in found.items() if choices is not None}


def check_listed_values(
    text: str,
    operation: Operation,
    connection: Connection | None,
    listed: Mapping[str, Choices],
) -> Iterator[Problem]:
    """Warn of values that the API doesn't list, or lists as not usable.

    Only a warning, because the list may be older than a value that was just created.
    """
    for key, choices in listed.items():
        pointer = child("", key)
        value = _find_value(text, pointer)
        if value is None:
            continue
        found = text[value.start : value.end]
        title, note = choices.get(found, ("", ""))
        is_usable = found in choices and not note
        if is_usable or found in ("null", '""') or "{{" in found:
            continue
        title_of_field = (operation.body_schema or {})["properties"][key].get("title", key)
        params = {"field": str(title_of_field), "value": found.strip('"')}
        line = text.count("\n", 0, value.start) + 1
        if found in choices:
            params |= {"title": title, "note": note}
            message = _("%(field)s %(value)s (%(title)s) is %(note)s.") % params
            yield Problem("choice-unfit", pointer, line, WARNING, message, params)
        else:
            params["name"] = connection.name if connection else ""
            message = _("%(field)s %(value)s isn't in the list from %(name)s.") % params
            yield Problem("choice-unknown", pointer, line, WARNING, message, params)


def _find_value(text: str, pointer: str) -> Child | None:
    try:
        return find_child(text, pointer)
    except JSONSyntaxError:
        return None
