"""A document of jobs: links to the operations that continue with a reply, and error responses."""

from typing import Any

TEXT = {"type": "string"}
JOB = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "state": TEXT, "owner": {"type": "object"}},
}
ID = {"name": "id", "in": "path", "required": True, "schema": TEXT}
LINKS: dict[str, Any] = {
    "read": {
        "operationId": "readJob",
        "description": "Shows the job.",
        "parameters": {"id": "$response.body#/id", "query.fields": "state,{$response.body#/state}"},
    },
    "stop": {
        "operationRef": "#/paths/~1jobs~1{id}/delete",
        "parameters": {
            "path.id": "$response.header.X-Job",
            "header.X-Trace": "$request.query.trace",
        },
    },
    "again": {"$ref": "#/components/links/Again"},
}
AGAIN = {
    "operationId": "startJob",
    "requestBody": {
        "name": "{$request.body#/name} again",
        "parent": "$response.body#/id",
        "owner": "$response.body#/owner",
        "tries": 2,
    },
}


def jobs(links: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An API of jobs; `links` replace those of a started job, `changes` its top-level keys."""
    found = {"description": "Started", "links": LINKS if links is None else links}
    fault = {"type": "object", "properties": {"code": TEXT, "whatHappened": TEXT}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Jobs", "version": "1"},
        "servers": [{"url": "https://jobs.example/v1"}],
        "paths": {
            "/jobs": {
                "post": {
                    "operationId": "startJob",
                    "summary": "Start a job",
                    "parameters": [{"name": "trace", "in": "query", "schema": TEXT}],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["name"],
                                    "properties": {"name": TEXT},
                                }
                            }
                        },
                    },
                    "responses": {
                        "2XX": {**found, "content": {"application/json": {"schema": JOB}}},
                        "4XX": {
                            "description": "Refused",
                            "content": {"application/json": {"schema": fault}},
                        },
                        "default": {"description": "Anything else", "links": {}},
                    },
                }
            },
            "/jobs/{id}": {
                "parameters": [ID],
                "get": {
                    "operationId": "readJob",
                    "summary": "Read a job",
                    "parameters": [
                        {"name": "fields", "in": "query", "schema": TEXT},
                        {"name": "id", "in": "query", "schema": TEXT},
                    ],
                    "responses": {"200": {"description": "The job"}},
                },
                "delete": {
                    "operationId": "stopJob",
                    "summary": "Stop a job",
                    "parameters": [{"name": "X-Trace", "in": "header", "schema": TEXT}],
                    "responses": {"204": {"description": "Stopped"}},
                },
            },
        },
        "components": {"links": {"Again": AGAIN}},
        **changes,
    }
