"""An operation whose body has every construct of JSON Schema that a form can meet."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi import operations
from playground.openapi.operations import get_operation
from playground.openapi.parameters import RequestBody
from playground.workspace.models import Connection
from tests.browser.actions import expect_saved, open_draft

COUNTRIES = ["AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IT", "NL", "PL", "SE"]
LEAF: dict[str, Any] = {
    "type": "object",
    "required": ["label"],
    "properties": {"label": {"type": "string"}, "weight": {"type": "number"}},
}
NODE: dict[str, Any] = {
    "type": "object",
    "required": ["label"],
    "properties": {
        "label": {"type": "string"},
        "children": {"type": "array", "items": {**LEAF, "minProperties": 1, "title": "Child"}},
        "extra": {"type": "object", "properties": {"deep": LEAF}},
    },
}
CARD = {
    "title": "Card",
    "type": "object",
    "required": ["type", "number"],
    "properties": {
        "type": {"const": "card"},
        "holder": {"type": "string"},
        "number": {"type": "string", "pattern": "^[0-9]+$"},
        "cvc": {"type": "string", "format": "password"},
    },
}
BANK = {
    "title": "Bank transfer",
    "type": "object",
    "required": ["type", "iban"],
    "properties": {
        "type": {"const": "bank"},
        "holder": {"type": "string"},
        "iban": {"type": "string"},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "country", "payment"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "description": "Shown on the invoice."},
        "country": {"type": "string", "enum": COUNTRIES},
        "kind": {"const": "order"},
        "amount": {"type": "number", "minimum": 1},
        "active": {"type": ["boolean", "null"]},
        "birthday": {"type": "string", "format": "date"},
        "created": {"type": "string", "format": "date-time", "deprecated": True},
        "password": {"type": "string", "format": "password", "writeOnly": True},
        "payment": {
            "description": "How the customer pays.",
            "oneOf": [CARD, BANK],
            "discriminator": {"propertyName": "type"},
        },
        "value": {"anyOf": [{"type": "string"}, {"type": "integer"}, LEAF, {"type": "null"}]},
        "anything": {"description": "Whatever you like."},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "limits": {"type": "object", "additionalProperties": LEAF},
        "nodes": {"type": "array", "items": NODE},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["sku"],
                "properties": {
                    "sku": {"type": "string"},
                    "count": {"type": "integer"},
                    "gift": {"type": "boolean"},
                },
            },
        },
        "tags": {"type": "array", "items": {"type": "string"}},
        "scores": {"type": "array", "items": {"type": "integer"}},
        "position": {
            "type": "array",
            "prefixItems": [
                {"title": "Longitude", "type": "number"},
                {"title": "Latitude", "type": "number"},
            ],
            "items": False,
        },
        "address": {
            "type": "object",
            "required": ["city"],
            "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
            "additionalProperties": False,
        },
    },
}
ID = "any-operation"


def register(monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any]) -> None:
    """Register an operation with this body for one test."""
    known = operations.list_operations()
    body = RequestBody("application/json", schema)
    base = get_operation("list-scenarios")
    added = replace(base, id=ID, title="Any", bodies=(body,))
    found = {each.id: each for each in [*known, added]}
    monkeypatch.setattr(operations, "_operations", lambda: found)


def open_text(page: Page, text: str) -> Draft:
    """Open the builder with a document of the registered operation."""
    practice = Connection.objects.filter(api="altcraft").first()
    draft = start_draft(page.person, ID, text, connection=practice)  # type: ignore[attr-defined]
    open_draft(page, draft)
    return draft


def section(page: Page, title: str) -> Locator:
    return page.locator(f'.builder-section[data-title="{title}"]')


def add_field(page: Page, name: str, where: Locator | None = None) -> None:
    (where or page.locator("#section-more")).locator("[data-field-add]").last.click()
    search = page.locator("#part_menu input[type=search]")
    expect(page.locator("#part_menu [data-option]").first).to_be_visible()
    search.fill(name)
    search.press("Enter")
    expect(page.locator("#part_menu")).to_be_hidden()
    expect_saved(page)
