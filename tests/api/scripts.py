"""Scripts that call the HTTP API with a token, and the rows that they send."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from playground.batches.models import Lane
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.people.tokens import make_token
from tests.sending.stand_ins import wait_until

ROWS = "name,results\nOne,100\nTwo,200\n"
MAPPING = {
    "columns": [
        {"column": 0, "pointer": "/job_name"},
        {"column": 1, "pointer": "/steps/0/parameters/max_results", "kind": "number"},
    ]
}


class Script:
    """Calls the API with the token of a person."""

    root = "/api/batches"

    def __init__(self, person: Person, *scopes: str) -> None:
        token = make_token(person, "script", list(scopes or ("read", "send")), 1)
        headers = {"Authorization": f"Bearer {token}"}
        self._client = Client(headers=headers, enforce_csrf_checks=True)

    def create(self, of: Template, rows: str | bytes = ROWS, **fields: Any) -> HttpResponse:
        fields = {"mapping": json.dumps(MAPPING), "template": str(of.pk)} | fields
        content = rows.encode() if isinstance(rows, str) else rows
        file = SimpleUploadedFile("rows.csv", content, "text/csv")
        return self._client.post("/api/batches", {**fields, "file": file})

    def replace(self, key: str, rows: str | bytes, **fields: Any) -> HttpResponse:
        content = rows.encode() if isinstance(rows, str) else rows
        file = SimpleUploadedFile("fixed.csv", content, "text/csv")
        return self._client.post(f"/api/batches/{key}/file", {**fields, "file": file})

    def make(self, template: Template, rows: str = ROWS, **fields: Any) -> str:
        """A batch whose rows have been checked."""
        made = self.create(template, rows, **fields)
        assert made.status_code == 201, made.content
        key = str(made.json()["id"])
        self.wait_until_checked(key)
        return key

    def wait_until_checked(self, key: str) -> dict[str, Any]:
        assert wait_until(lambda: self.get(key)["state"] == "checked", 30), self.get(key)
        return self.get(key)

    def ask(self, method: str, path: str, **body: Any) -> HttpResponse:
        data = "" if method in ("GET", "DELETE") else json.dumps(body)
        return self.call(method, path, data)

    def call(
        self, method: str, path: str, data: str | bytes, media_type: str = "application/json"
    ) -> HttpResponse:
        target = f"{self.root}{path}" if path[:1] in ("", "?") else f"{self.root}/{path}"
        return self._client.generic(method, target, data, media_type)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def run(self, key: str, call: str = "start", **body: Any) -> dict[str, Any]:
        """Begin to send, and wait until it has ended."""
        answer = self.ask("POST", f"{key}/{call}", **body)
        assert answer.status_code == 200, answer.content
        assert wait_until(lambda: self.get(key)["state"] != "running")
        assert wait_until(lambda: not Lane.objects.exists())
        return self.get(key)
