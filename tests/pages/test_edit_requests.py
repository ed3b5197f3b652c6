"""Edit requests: whatever arrives, the response is a message and never a server error."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.drafts.drafts import start_draft
from playground.drafts.editing import KINDS
from playground.people.models import Person

pytestmark = pytest.mark.django_db

TEXT = """{
  "inputs": [{"a": "1"}, {"a": null}, 3],
  "job_name": "Night",
  "steps": [{"step_uid": "s", "accounts": ["x"], "parameters": {"n": 1}}]
}"""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
PLACES = """ / /inputs /inputs/0 /inputs/0/a /inputs/1/a /inputs/2/x /inputs/- /inputs/01 /inputs/9
/steps /steps/0 /steps/0/accounts /steps/0/parameters/n /new /job_name /job_name/x /~2
workflow_uid"""
VALUES = """ 1 null {} [] "x" {"a":1} { [1 "\\ud800" 1e999 \0 {"keys":["a"],"cells":[["1"]]}
{"keys":"a","cells":1}"""
places = st.sampled_from(["", *PLACES.split(), "/\ud800"])
values = st.sampled_from(["", *VALUES.split(), "9" * 5000])
wholes = st.sampled_from([0, 1, 2, 9, 10**30, -1, 1.5, True, "1", None])


def sents(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"kind": st.sampled_from([*KINDS, "add-step", "choose", "nobody"]) | anything},
        optional={
            "pointer": places | anything,
            "value": values | anything,
            "typed": values | anything,
            "as": st.sampled_from(["text", "integer", "number", "json", "toggle", "choice", "x"]),
            "index": wholes | anything,
            "to": wholes | anything,
            "order": anything,
            "parts": st.lists(inner, max_size=3) | anything,
            "removed": values | anything,
            "part": st.sampled_from(["rows", "step", "section", "form", "accounts", "changed", "x"])
            | anything,
            "at": places | anything,
            "start": wholes | anything,
            "count": wholes | anything,
            "digest": anything,
            "tab": anything,
            "step": anything,
            "again": anything,
            "revision": wholes,
        },
    )


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=sents(sents(anything)))
def test_no_edit_crashes(as_editor: Client, editor: Person, sent: dict[str, Any]) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT, path_values={"workflow_uid": "W"})
    address = f"/drafts/{draft.id}/"
    reply = as_editor.post(f"{address}edit/", json.dumps(sent), content_type="application/json")
    assert reply.status_code < 500
    assert reply.status_code == 404 or reply.json()
    # The page still opens with the stored document.
    assert as_editor.get(address).status_code == 200


TABS = st.fixed_dictionaries({}, optional={"tab": anything, "revision": wholes, "digest": anything})
ENDPOINTS = {
    "turn/undo/": {"part": anything, "at": places | anything},
    "turn/redo/": {"part": anything, "step": anything},
    "paste/": {"text": values | anything, "merge": anything, "preview": anything},
    "secrets/": {
        "entered": st.dictionaries(places, values | anything, max_size=2) | anything,
        "pointer": places | anything,
        "cookies": values | anything,
    },
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_other_request_crashes(as_editor: Client, editor: Person, endpoint: str) -> None:
    @settings(max_examples=100)
    @given(sent=st.fixed_dictionaries({}, optional=ENDPOINTS[endpoint]), tab=TABS)
    def send(sent: dict[str, Any], tab: dict[str, Any]) -> None:
        draft = start_draft(editor, "launch-workflow", TEXT, path_values={"workflow_uid": "W"})
        address = f"/drafts/{draft.id}/"
        body = json.dumps({**sent, **tab})
        reply = as_editor.post(address + endpoint, body, content_type="application/json")
        assert reply.status_code < 500
        assert as_editor.get(address).status_code == 200

    send()


def test_what_is_typed_has_a_pointer(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT, path_values={"workflow_uid": "W"})
    sent = {"kind": "path", "pointer": "workflow_uid", "typed": "x"}
    reply = as_editor.post(
        f"/drafts/{draft.id}/edit/", json.dumps(sent), content_type="application/json"
    )
    assert reply.status_code == 422
    assert "must start with a slash" in reply.content.decode()
