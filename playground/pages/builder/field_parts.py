"""Fragments of the form for any schema: a field, a card of a list, lists of options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.template.loader import render_to_string

from playground.forms.containers import MOST_CARDS, read_cards, read_entries
from playground.forms.field import Field
from playground.forms.fields import list_addable, read_field
from playground.forms.grid import Grid, read_table_grid
from playground.forms.payload_form import PayloadForm, make_row_id
from playground.forms.schemas import allows_custom_keys, list_required
from playground.forms.unions import read_union
from playground.pages.builder.draft_context import DraftContext
from playground.pages.markdown import excerpt_markdown

Query = Mapping[str, Any]
# Longer lists are searched on the server: a browser would take seconds to render them.
MOST_OPTIONS = 500


def _find(opened: DraftContext, query: Query) -> Field:
    """The field at a pointer. Raises LookupError if the document has none."""
    field = opened.find_field(str(query.get("pointer", "")))
    if field is None:
        raise LookupError(query)
    return field


def _bind(field: Field, *, names_inputs: bool = False) -> Any:
    return next(iter(PayloadForm([field], make_row_id(), names_inputs=names_inputs)))


def find_table(opened: DraftContext, query: Query) -> Grid:
    """The grid of the list at a pointer. Raises LookupError if it isn't drawn as a grid."""
    field = _find(opened, query).innermost
    if field.kind != "table":
        raise LookupError(query)
    return read_table_grid(field)


def _draw_field(opened: DraftContext, query: Query) -> str:
    return render_to_string("forms/_field.html", {"field": _bind(_find(opened, query))})


def _draw_card(opened: DraftContext, query: Query, template: str = "forms/_card.html") -> str:
    item = _find(opened, query)
    return render_to_string(template, {"field": _bind(item, names_inputs=True), "about": item})


def _draw_card_body(opened: DraftContext, query: Query) -> str:
    return f'<div class="item-body">{_draw_card(opened, query, "forms/_card_body.html")}</div>'


def _draw_cards(opened: DraftContext, query: Query) -> str:
    """Some of the items of a long list."""
    field, start = _find(opened, query).innermost, int(query.get("start", 0))
    items = read_cards(field, opened.field_metadata, read_field, start, MOST_CARDS)
    cards = ({"field": _bind(item, names_inputs=True), "about": item} for item in items)
    return "".join(render_to_string("forms/_card.html", each) for each in cards)


def _draw_entries(opened: DraftContext, query: Query) -> str:
    """Some of the keys of a long map."""
    field, start = _find(opened, query).innermost, int(query.get("start", 0))
    entries = read_entries(field, opened.field_metadata, read_field, start)
    context = {"form": PayloadForm(entries, make_row_id())}
    return render_to_string("forms/_fields.html", context)


def _draw_addable(opened: DraftContext, query: Query) -> str:
    """The keys that can be added to an object, required ones first, deprecated ones last.

    Keys that other values make required are included, since the page may not show them yet.
    """
    pointer = str(query.get("pointer", ""))
    schema = read_union(opened.schema)
    if pointer or schema.alternatives:
        field = _find(opened, query).innermost
        plain, drawn, tree = field.schema, {each.key for each in field.fields}, field.tree
    else:
        plain, tree = schema.schema, opened.tree
        drawn = {each.key for section in opened.sections for each in section.fields}
    values = tree if isinstance(tree, dict) else {}
    needed = [key for key in list_required(plain, values) if key not in values]
    options = [
        {
            "value": key,
            "title": key,
            "note": excerpt_markdown(str(part.get("description", ""))),
            "deprecated": bool(part.get("deprecated")),
            "required": key in needed,
        }
        for key, part in list_addable(plain).items()
        if key not in drawn or key in needed
    ]
    options.sort(key=lambda each: (not each["required"], bool(each["deprecated"])))
    context = {"options": options, "custom": allows_custom_keys(plain), "at": pointer}
    return render_to_string("builder/_part_options.html", context)


def _draw_alternatives(opened: DraftContext, query: Query) -> str:
    field = _find(opened, query)
    options = [
        {
            "value": each.title,
            "title": each.title,
            "note": excerpt_markdown(str(each.schema.get("description", ""))),
            "is_chosen": each.title == field.chosen_title,
        }
        for each in field.alternatives
    ]
    return render_to_string("builder/_part_options.html", {"options": options})


def _draw_options(opened: DraftContext, query: Query) -> str:
    """The choices of a field that has many."""
    field = _find(opened, query).innermost
    find = str(query.get("find", "")).casefold()
    found = [each for each in field.choices if find in each[1].casefold()]
    # An exact match may be far down.
    found.sort(key=lambda each: each[1].casefold() != find)
    options = [
        {"value": value, "title": label, "note": "", "is_chosen": value == field.text}
        for value, label in found[:MOST_OPTIONS]
    ]
    context = {
        "options": options,
        "typed": True,
        "optional": not field.required,
        "is_longer": len(field.choices) > MOST_OPTIONS,
        "more": len(found) - len(options),
    }
    return render_to_string("builder/_part_options.html", context)


FIELD_PARTS: dict[str, Callable[[DraftContext, Query], str]] = {
    "field": _draw_field,
    "card": _draw_card,
    "item-body": _draw_card_body,
    "cards": _draw_cards,
    "entries": _draw_entries,
    "addable": _draw_addable,
    "alternatives": _draw_alternatives,
    "options": _draw_options,
}
