"""A document with every kind of file in OpenAPI 3.0 and 3.1, and with optional bodies."""

from typing import Any

FILE = {"type": "string", "format": "binary"}
PARTS = {
    "type": "object",
    "required": ["title", "photo"],
    "properties": {
        "title": {"type": "string"},
        "photo": FILE,
        "more": {"type": "array", "items": FILE},
        "raw": {},
        "note": {"type": "string"},
        "encoded": {"type": "string", "contentEncoding": "base64"},
        "report": {"type": "string", "contentMediaType": "application/pdf"},
        "either": {"oneOf": [{"type": "string", "format": "uri"}, FILE]},
    },
}


JOB = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "repeats": {"enum": ["once", "daily"]},
        "days": {"type": "array", "items": {"enum": ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]}},
        "at": {"type": "string", "format": "time"},
    },
    "if": {"properties": {"repeats": {"const": "daily"}}, "required": ["repeats"]},
    "then": {"required": ["at"]},
}
PARAMETERS = [
    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    {"name": "token", "in": "query", "schema": {"type": "string", "format": "password"}},
]


def _post(id: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    responses = {"200": {"description": "Done"}}
    return {"operationId": id, "requestBody": {"content": content, **more}, "responses": responses}


def uploads(server: str = "https://files.example") -> dict[str, Any]:
    """An API that takes files."""
    encoding = {"raw": {"contentType": "image/png, image/jpeg"}, "note": {"contentType": "text/x"}}
    multipart = {"schema": PARTS, "encoding": encoding}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Uploads", "version": "1"},
        "servers": [{"url": server}],
        "paths": {
            "/photos": {
                "post": _post("addPhoto", {"multipart/form-data": multipart}, required=True)
            },
            "/raw": {"put": _post("putRaw", {"application/octet-stream": {}})},
            "/jobs": {
                "post": _post(
                    "startJob",
                    {
                        "application/json": {"schema": JOB},
                        "application/x-www-form-urlencoded": {"schema": JOB},
                    },
                ),
                "parameters": PARAMETERS,
            },
        },
    }
