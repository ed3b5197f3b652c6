"""The HTTP API: tokens and their scopes, each operation, and arbitrary bodies."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import authentication
from playground.history.models import Exchange
from playground.payload_templates.models import Sharing, Template
from playground.people.models import Person, PersonalToken, Role
from playground.people.tokens import make_token, revoke_token
from playground.workspace.models import Connection
from tests.conftest import make_person
from tests.payload_templates.templates import TEXT, make_template
from tests.sending.conftest import LAUNCH, WORKFLOW, practice, sandbox  # noqa: F401

pytestmark = pytest.mark.django_db
Ask = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    authentication.CALLS.clear()


def asking(token: str) -> Ask:
    client = Client(headers={"Authorization": f"Bearer {token}"}, enforce_csrf_checks=True)

    def ask(method: str, path: str, **body: Any) -> HttpResponse:
        data = json.dumps(body) if method != "GET" else ""
        return client.generic(method, f"/api{path}", data, content_type="application/json")

    return ask


@pytest.fixture
def ask(editor: Person) -> Ask:
    return asking(make_token(editor, "all", ["read", "save", "send"], 1))


def test_a_token_is_long_stored_as_a_hash_and_revocable(editor: Person) -> None:
    token = make_token(editor, "script", ["read"], 1)
    kept = PersonalToken.objects.get()
    assert token not in str(kept.__dict__)
    assert len(token) >= 40
    assert asking(token)("GET", "/templates").status_code == 200
    assert PersonalToken.objects.get().last_used_at
    revoke_token(editor, kept.pk)
    assert asking(token)("GET", "/templates").status_code == 401


def test_expired_unknown_and_missing_tokens_are_rejected(editor: Person) -> None:
    token = make_token(editor, "script", ["read"], 1)
    PersonalToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asking(token)("GET", "/templates").status_code == 401
    assert asking("pgt_nothing")("GET", "/templates").status_code == 401
    assert Client().get("/api/templates").status_code == 401
    PersonalToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Person.objects.update(is_active=False)
    assert asking(token)("GET", "/templates").status_code == 401


def test_guessing_is_limited_by_address() -> None:
    # No quarter of an hour ends meanwhile.
    with time_machine.travel(timezone.now(), tick=False):
        statuses = [asking(f"pgt_{n}")("GET", "/templates").status_code for n in range(32)]
        refused = asking("pgt_more")("GET", "/templates")
    assert statuses == [401] * 30 + [429] * 2
    assert 0 < int(refused["Retry-After"]) <= 900
    assert "Try again in" in refused.json()["detail"]


def test_scopes_and_roles_limit_a_token(editor: Person, viewer: Person) -> None:
    template = make_template(editor, sharing=Sharing.EDIT)
    reading = asking(make_token(editor, "r", ["read"], 1))
    body = {"base": 1, "document": "{}"}
    assert reading("PUT", f"/templates/{template.id}", **body).status_code == 403
    assert reading("POST", f"/templates/{template.id}/send").status_code == 403
    viewing = asking(make_token(viewer, "v", ["read", "save", "send"], 1))
    assert viewing("GET", f"/templates/{template.id}").status_code == 200
    assert viewing("PUT", f"/templates/{template.id}", **body).status_code == 403
    assert viewing("POST", f"/templates/{template.id}/send").status_code == 403


def test_a_private_template_of_someone_else_is_not_found(ask: Ask) -> None:
    template = make_template(make_person(Role.EDITOR, "other"))
    assert ask("GET", "/templates").json() == {"templates": [], "more": False}
    for method, path in (("GET", ""), ("POST", "/check"), ("POST", "/send")):
        assert ask(method, f"/templates/{template.id}{path}").status_code == 404
    answer = ask("PUT", f"/templates/{template.id}", base=1, document="{}")
    assert answer.status_code == 404
    Template.objects.update(sharing="view")
    answer = ask("PUT", f"/templates/{template.id}", base=1, document="{}")
    assert answer.status_code == 403


def test_a_template_is_created_saved_and_read_with_its_digits(ask: Ask) -> None:
    document = '{"big": 12345678901234567890, "a": 1.10}'
    made = ask("POST", "/templates", name="x", operation="launch-workflow", document=document)
    assert made.status_code == 201
    address = f"/templates/{made.json()['id']}"
    assert ask("GET", address).json()["document"] == document
    body = {"base": 1, "document": '{"a": 2}', "variant": "two", "note": "by script"}
    assert ask("PUT", address, **body).json()["variants"] == ["two"]
    assert ask("GET", address + "?variant=two").json()["document"] != document
    assert ask("PUT", address, base=1, document="{}").status_code == 409
    broken = ask("PUT", address, base=2, document='{"a"')
    assert (broken.status_code, broken.json()["detail"][:7]) == (422, "Line 1,")
    secret = ask("PUT", address, base=2, document='{"api_key": "sk-live-1"}')
    assert secret.status_code == 422
    assert "credential" in secret.json()["detail"]


@pytest.mark.parametrize("body", [[], [None], [["variant", "x"]], "x", 1, None, {"varient": "x"}])
def test_an_unknown_input_is_rejected_and_sends_nothing(
    ask: Ask, editor: Person, body: Any
) -> None:
    template = make_template(editor, text=TEXT)
    token = make_token(editor, "raw", ["read", "send"], 1)
    answer = Client(headers={"Authorization": f"Bearer {token}"}).post(
        f"/api/templates/{template.id}/send", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 422
    assert not Exchange.objects.exists()
    answer = ask("GET", f"/templates/{template.id}?varient=x")
    assert answer.status_code == 422
    assert "Unknown query parameter 'varient'" in answer.json()["detail"]


def test_a_check_sends_nothing(ask: Ask, editor: Person) -> None:
    template = make_template(editor, text=TEXT)
    answer = ask("POST", f"/templates/{template.id}/check", values={"/job_name": ""}).json()
    assert answer["ready"] is False
    assert any(each["pointer"] == "/job_name" for each in answer["problems"])
    assert not Exchange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_press_sends_once(ask: Ask, editor: Person, practice: Connection) -> None:  # noqa: F811
    template = make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)
    press = str(uuid.uuid4())
    for _ in range(2):
        answer = ask("POST", f"/templates/{template.id}/send", press=press)
        assert answer.status_code == 200, answer.content
        assert answer.json()["outcome"] == "accepted"
    assert Exchange.objects.count() == 1
    found = ask("GET", f"/exchanges/{answer.json()['exchange']}")
    assert found.json()["job"] == answer.json()["job"]
    Connection.objects.update(protected=True)
    assert ask("POST", f"/templates/{template.id}/send").status_code == 409


@pytest.mark.django_db(transaction=True)
def test_a_send_beyond_the_limit_gets_429(ask: Ask, editor: Person, practice: Connection) -> None:  # noqa: F811
    Connection.objects.update(sends_per_minute=1)
    template = make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)
    press = str(uuid.uuid4())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert ask("POST", f"/templates/{template.id}/send", press=press).status_code == 200
        clock.shift(50)
        answer = ask("POST", f"/templates/{template.id}/send")
        again = ask("POST", f"/templates/{template.id}/send", press=press)
    message = "Not sent: Practice allows 1 send a minute. Try again in 10 s."
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")
    assert answer.json()["detail"] == message
    assert again.status_code == 200
    assert Exchange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("failure", "outcome"), [("html", "unknown"), ("200-error", "refused")])
def test_a_200_that_does_not_show_success_is_not_accepted(
    ask: Ask,
    editor: Person,
    practice: Connection,  # noqa: F811
    failure: str,
    outcome: str,
) -> None:
    template = make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)
    values = {"/job_name": f"[fail:{failure}]"}
    answer = ask("POST", f"/templates/{template.id}/send", values=values).json()
    assert (answer["outcome"], answer["status"], answer["job"]) == (outcome, 200, "")


def test_the_same_submission_with_another_body_is_rejected(
    ask: Ask,
    editor: Person,
    practice: Connection,  # noqa: F811
) -> None:
    template = make_template(editor, text=LAUNCH, connection=practice, workflow_uid=WORKFLOW)
    press, address = str(uuid.uuid4()), f"/templates/{template.id}/send"
    assert ask("POST", address, press=press).status_code == 200
    refused = ask("POST", address, press=press, values={"/job_name": "Day"})
    assert refused.status_code == 409
    assert "this key was used for another request" in refused.json()["detail"]
    # Also where the other body has a problem.
    empty = ask("POST", address, press=press, json_values={"/inputs": "[]"})
    assert "this key was used for another request" in empty.json()["detail"]
    assert ask("POST", address, press=press).json()["outcome"] == "accepted"
    Exchange.objects.update(fingerprint="")  # as the first version stored them
    assert ask("POST", address, press=press, values={"/job_name": "Day"}).status_code == 200
    assert Exchange.objects.count() == 1


def test_a_browser_shows_the_operations(as_viewer: Client) -> None:
    assert b"/templates/{template_id}/send" in Client().get("/api/").content
    assert Client().get("/api/openapi.json").json()["openapi"].startswith("3.1")


def test_the_page_shows_a_token_once(as_editor: Client) -> None:
    assert as_editor.post("/profile/tokens/", {"name": "", "days": "1"}).status_code == 422
    page = as_editor.post("/profile/tokens/", {"name": "CI", "scope": ["read"], "days": "1"})
    assert b"pgt_" in page.content
    assert b"pgt_" not in as_editor.get("/profile/tokens/").content


TEXTS = st.text(max_size=8) | st.sampled_from(["{", "{}", "/a", "/job_name", "\0", "[" * 200])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
NAMES = ("name", "operation", "document", "path_values", "base", "variant", "values", "json_values")
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(body=BODIES, call=st.sampled_from(["POST ", "PUT /ID", "POST /ID/check", "GET /ID"]))
def test_no_body_causes_a_server_error(
    ask: Ask, editor: Person, body: dict[str, Any], call: str
) -> None:
    template = Template.objects.first() or make_template(editor)
    method, _, path = call.partition(" ")
    answer = ask(method, "/templates" + path.replace("ID", str(template.id)), **body)
    assert answer.status_code < 500
    assert answer["Content-Type"].startswith("application/json")


def test_a_version_may_be_any_spelling_of_a_whole_number(ask: Ask, editor: Person) -> None:
    address = f"/templates/{make_template(editor, text=TEXT).id}/check"
    assert ask("POST", address, version=1.0).status_code == 200
    assert ask("POST", address, version=978.0).json() == {"detail": "There is no such version."}
    for wrong in (1.5, "1", True, 1e300):
        assert ask("POST", address, version=wrong).status_code == 422


def test_a_lone_surrogate_is_rejected_anywhere(ask: Ask, editor: Person) -> None:
    new = {"name": "N", "operation": "launch-workflow", "document": "{}"}
    for more in ({"path_values": {"\ud800": "x"}}, {"path_values": {"x": "\ud800"}},
                 {"tags": ["\ud800"]}, {"connection": "\ud800"}):  # fmt: skip
        assert ask("POST", "/templates", **new, **more).status_code == 422
    template = make_template(editor)
    for more in ({"values": {"/\ud800": "x"}}, {"json_values": {"/a": "\ud800"}}):
        assert ask("POST", f"/templates/{template.id}/check", **more).status_code == 422
    assert Template.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("/send", {"variant": "gone"}, 404, "There is no such variant."),
        ("/send", {"version": 9}, 404, "There is no such version."),
        ("/check", {"connection": "gone"}, 404, "There is no such connection."),
        ("/check", {"json_values": {"/a": "{"}}, 422, None),
    ],
)
def test_what_does_not_exist_is_named(
    ask: Ask, editor: Person, path: str, body: dict[str, Any], status: int, detail: str | None
) -> None:
    template = make_template(editor, text=TEXT)
    answer = ask("POST", f"/templates/{template.id}{path}", **body)
    assert answer.status_code == status
    assert detail is None or answer.json()["detail"] == detail
