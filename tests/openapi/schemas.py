"""Small documents with the schemas of a test."""

from __future__ import annotations

from typing import Any

from playground.openapi.documents import ApiDocument
from playground.openapi.schemas import SchemaNode


def make_node(schema: Any, **others: Any) -> SchemaNode:
    """The node of `schema`; `others` are the schemas it may refer to, by name."""
    return SchemaNode.at(make_document(Root=schema, **others), "/components/schemas/Root")


def make_document(**schemas: Any) -> ApiDocument:
    return ApiDocument({"openapi": "3.1.0", "components": {"schemas": schemas}})


def ref(name: str, **beside: Any) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", **beside}


def expand(node: Any) -> Any:
    """The node and all nodes in it as plain data; only for schemas that end."""
    if isinstance(node, SchemaNode):
        return {key: expand(value) for key, value in node.items()}
    if isinstance(node, dict):
        return {key: expand(value) for key, value in node.items()}
    return [expand(each) for each in node] if isinstance(node, list) else node
