"""Edits of a draft as the builder's scripts send them."""

import json
from typing import Any

from django.test import Client

from playground.drafts.models import Draft


def edit(client: Client, draft: Draft, status: int = 200, **sent: Any) -> dict[str, Any]:
    """Send an edit of the draft as it is now, and refresh it; returns the response."""
    draft.refresh_from_db()
    body = {"revision": draft.revision, "tab": "t", **sent}
    answer = client.post(f"/drafts/{draft.id}/edit/", json.dumps(body), "application/json")
    assert answer.status_code == status, answer.content
    draft.refresh_from_db()
    found: dict[str, Any] = answer.json()
    return found
