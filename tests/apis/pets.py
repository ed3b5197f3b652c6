"""A document with parameters in each place, several media types, examples and text for people."""

from typing import Any

TEXT = {"type": "string"}
PET = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": TEXT, "age": {"type": "integer"}},
}


def pets(**changes: Any) -> dict[str, Any]:
    """An API of pets; `changes` replace its top-level keys."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Pets",
            "version": "1.0",
            "description": "All **pets**.\n\n# Start\n\n<script>alert(1)</script> "
            "[good](https://pets.example/docs) [bad](javascript:alert) [own](/drafts/)",
        },
        "servers": [
            {
                "url": "https://{region}.pets.example/{version}",
                "description": "Regional",
                "variables": {
                    "region": {"default": "eu", "enum": ["eu", "us"]},
                    "version": {"default": "v1"},
                },
            },
            {"url": "http://localhost:9999", "description": "Local"},
        ],
        "security": [{"token": []}],
        "paths": {
            "/pets": {
                "get": {
                    "operationId": "listPets",
                    "summary": "List pets",
                    "tags": ["pets"],
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {
                            "name": "kind",
                            "in": "query",
                            "required": True,
                            "schema": {"type": "string", "enum": ["cat", "dog"]},
                        },
                        {"name": "X-Trace", "in": "header", "schema": TEXT},
                        {
                            "name": "ids",
                            "in": "query",
                            "schema": {"type": "array", "items": {"type": "integer"}},
                        },
                    ],
                    "responses": {"200": {"description": "Pets"}},
                },
                "post": {
                    "operationId": "addPet",
                    "summary": "Add a pet",
                    "description": "Adds `one` pet.\n\nMore about it.",
                    "tags": ["pets", "writing"],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Pet"},
                                "examples": {
                                    "cat": {"summary": "A cat", "value": {"name": "Tom", "age": 3}}
                                },
                            },
                            "application/x-www-form-urlencoded": {
                                "schema": {"$ref": "#/components/schemas/Pet"}
                            },
                        },
                    },
                    "responses": {"201": {"description": "Added"}},
                },
            },
            "/pets/{id}": {
                "delete": {
                    "operationId": "deletePet",
                    "summary": "Delete a pet",
                    "deprecated": True,
                    "security": [{"certificate": []}],
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
                    "responses": {"204": {"description": "Gone"}},
                }
            },
        },
        "components": {
            "schemas": {"Pet": PET},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "certificate": {"type": "mutualTLS"},
            },
        },
        **changes,
    }
