"""A small OpenAPI document, and how tests change it."""

import json
from typing import Any


def shop(**changes: Any) -> dict[str, Any]:
    """An API of two operations; `changes` replace its top-level keys."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Corner shop", "version": "1.2"},
        "servers": [{"url": "https://shop.example/v1"}],
        "paths": {
            "/orders": {
                "post": {
                    "operationId": "placeOrder",
                    "summary": "Place an order",
                    "tags": ["orders"],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                        },
                    },
                    "responses": {"201": {"description": "Placed"}},
                },
            },
            "/orders/{id}": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "get": {
                    "summary": "Read an order",
                    "deprecated": True,
                    "responses": {"200": {"description": "The order"}},
                },
            },
        },
        "components": {
            "schemas": {
                "Order": {
                    "type": "object",
                    "required": ["item"],
                    "properties": {
                        "item": {"type": "string"},
                        "count": {"type": "integer"},
                        "bundle": {"$ref": "#/components/schemas/Order"},
                    },
                }
            }
        },
        **changes,
    }


def as_bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
