"""Batches over the HTTP API: made of a file, sent once, followed, retried, and their result."""

import csv
import io
import json
import uuid

import pytest
from django.test import Client

from playground.batches.models import Batch, Lane
from playground.payload_templates.models import Template
from playground.people.models import Role
from playground.workspace.models import Connection, File
from tests.api.scripts import MAPPING, ROWS, Script
from tests.batches.conftest import count_arrivals
from tests.conftest import make_person
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

REFUSAL = b'{"error": {"message": "No such account."}}'
ACCEPTANCE = b'{"message": "ok", "job_uid": "j-1"}'


def test_a_batch_is_made_sent_and_its_rows_are_listed(template, script, standin) -> None:
    key = script.make(template, ROWS + "Three,many\n", concurrency=2)
    assert not standin.seen
    state = script.get(key)
    assert (state["rows"], state["bad_rows"], state["counts"]) == (3, 1, {"waiting": 2})
    assert (state["columns"], state["file"]) == (["name", "results"], "rows.csv")
    ended = script.run(key)
    assert (ended["state"], ended["counts"]) == ("ended", {"accepted": 2})
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    first = script.get(f"{key}/rows?limit=2")
    assert [(each["row"], each["cells"], each["outcome"]) for each in first["rows"]] == [
        (1, ["One", "100"], "accepted"), (2, ["Two", "200"], "accepted")
    ]  # fmt: skip
    last = script.get(f"{key}/rows?limit=2&after={first['next']}")
    assert [each["row"] for each in last["rows"]] == [3]
    assert last["next"] is None
    [bad] = script.get(f"{key}/rows?state=bad")["rows"]
    assert (bad["line"], bad["problems"][0]["column"], bad["problems"][0]["value"]) == (
        4, 2, "many"
    )  # fmt: skip
    assert script.ask("GET", f"{key}/rows?state=odd").status_code == 422
    assert script.ask("GET", f"{key}/rows?limit=0").status_code == 422


def test_a_key_makes_one_batch_and_start_sends_once(template, script, standin) -> None:
    press = str(uuid.uuid4())
    key = script.make(template, press=press)
    again = script.create(template, press=press)
    assert (again.status_code, again.json()["id"]) == (200, key)
    other = script.create(template, ROWS + "Three,1\n", press=press)
    assert (other.status_code, "another batch" in other.json()["detail"]) == (409, True)
    assert Batch.objects.count() == 1
    script.run(key)
    assert script.run(key)["state"] == "ended"
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    again = script.create(template, press=press)
    assert (again.status_code, again.json()["state"]) == (200, "ended")


def test_failed_rows_are_retried(template, script, standin) -> None:
    standin.status, standin.body = 422, REFUSAL
    key = script.make(template)
    assert script.run(key)["counts"] == {"refused": 2}
    standin.status, standin.body = 200, ACCEPTANCE
    assert script.run(key, "retry")["counts"] == {"accepted": 2}
    assert count_arrivals(standin) == {"One": 2, "Two": 2}
    assert {each["attempt"] for each in script.get(f"{key}/rows")["rows"]} == {2}
    refused = script.ask("POST", f"{key}/retry")
    assert refused.status_code in (409, 422)
    refused = script.ask("POST", f"{key}/retry", confirm="")
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "No row was refused or not sent."
    )  # fmt: skip


def test_a_batch_is_paused_resumed_stopped_and_deleted(template, script, standin) -> None:
    rows = "name\n" + "".join(f"{number}\n" for number in range(8))
    mapping = json.dumps({"columns": MAPPING["columns"][:1]})
    key = script.make(template, rows, mapping=mapping, concurrency=1)
    assert script.ask("POST", f"{key}/pause").status_code == 409
    standin.hold()
    script.ask("POST", f"{key}/start", confirm="")
    assert standin.wait_for_call()
    assert script.ask("POST", f"{key}/pause").json()["state"] == "paused"
    assert script.ask("DELETE", key).status_code == 409
    standin.release()
    assert wait_until(lambda: not Lane.objects.exists())
    assert script.get(key)["counts"] == {"accepted": 1, "waiting": 7}
    assert script.run(key, "resume", confirm="")["counts"] == {"accepted": 8}
    key = script.make(template)
    assert script.run(key, trial=True)["counts"] == {"accepted": 1, "waiting": 1}
    assert script.ask("POST", f"{key}/stop").json()["state"] == "stopped"
    assert script.ask("DELETE", key).status_code == 204
    assert script.ask("GET", key).status_code == 404


def test_the_result_has_the_rows_of_the_file(template, script) -> None:
    key = script.make(template, 'name,results\n=One,100\n"Two, 2",many\n')
    script.run(key)
    answer = script.ask("GET", f"{key}/result")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    titles, *found = csv.reader(io.StringIO(text, newline=""))
    assert titles == ["name", "results", "outcome", "status", "message", "job", "time", "attempt"]
    assert [row[:4] for row in found] == [
        ["'=One", "100", "accepted", "200"], ["Two, 2", "many", "bad", ""]
    ]  # fmt: skip
    lines = b"".join(script.ask("GET", f"{key}/result?format=jsonl").streaming_content)
    assert [json.loads(line)["cells"]["name"] for line in lines.splitlines()] == ["=One", "Two, 2"]
    report = b"".join(script.ask("GET", f"{key}/result?format=junit").streaming_content)
    assert b'tests="2" failures="1"' in report
    assert script.ask("GET", f"{key}/result?format=pdf").status_code == 422


@pytest.mark.parametrize(
    ("rows", "fields", "status", "sentence"),
    [
        ("", {}, 422, "The table is empty."),
        ("a,a\n1,2\n", {}, 422, "two columns are named a"),
        (b"\xff\xfe\x00", {}, 422, ""),
        (ROWS, {"mapping": "{"}, 422, "it isn't valid JSON."),
        (ROWS, {"mapping": '{"columns": 1}'}, 422, "must be lists"),
        (ROWS, {"mapping": '{"columns": [{"column": 7, "pointer": "/a"}]}'}, 422, "no column 8"),
        (
            ROWS,
            {"mapping": '{"columns": [{"column": 0, "pointer": "/\\ud800"}]}'},
            422,
            "half of a character",
        ),
        (ROWS, {"mapping": "[" * 100_000}, 422, "it isn't valid JSON."),
        (ROWS, {"mapping": '{"columns": [{"title": "gone"}]}'}, 422, "no column 'gone'"),
        (ROWS, {"format": "xlsx"}, 422, "isn't a workbook"),
        (ROWS, {"webhook": "http://169.254.169.254/"}, 422, "169.254"),
        (ROWS, {"concurrency": 99}, 422, "between 1 and 50"),
        (ROWS, {"encoding": "klingon"}, 422, "klingon"),
        (ROWS, {"variant": "gone"}, 404, "There is no such variant."),
        (ROWS, {"version": 9}, 404, "There is no such version."),
        (ROWS, {"connection": "gone"}, 404, "There is no such connection."),
        (ROWS, {"template": str(uuid.uuid4())}, 404, "There is no such template"),
    ],
)
def test_bad_input_is_explained_and_leaves_nothing(
    template, script, rows, fields, status, sentence
) -> None:
    answer = script.create(template, rows, **fields)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (status, True)
    assert not Batch.objects.exists()
    assert not File.objects.exists()


def test_a_file_is_required_and_no_field_is_ignored(template, script) -> None:
    missing = script._client.post("/api/batches", {"template": str(template.pk)})
    assert missing.status_code == 422
    assert script.create(template, varriant="VIP").status_code == 422
    broken = script._client.generic(
        "POST", "/api/batches", b"--x\r\n", "multipart/form-data; boundary="
    )
    assert broken.status_code == 400


def test_a_protected_connection_needs_its_name(template, script, standin) -> None:
    Connection.objects.update(protected=True)
    key = script.make(template)
    refused = script.ask("POST", f"{key}/start", confirm="Other")
    assert refused.status_code == 409
    assert "Type its name to send 2 requests to 127.0.0.1" in refused.json()["detail"]
    assert not standin.seen
    assert script.run(key, confirm="Practice")["counts"] == {"accepted": 2}


def test_others_may_look_but_not_send(template, script, viewer, standin) -> None:
    key = script.make(template)
    other = Script(make_person(Role.EDITOR, "other"))
    assert other.ask("GET", key).status_code == 404
    Template.objects.update(sharing="view")
    assert other.get(key)["state"] == "checked"
    for call in ("start", "resume", "retry"):
        assert other.ask("POST", f"{key}/{call}", confirm="").status_code == 403
    for call in ("pause", "stop"):
        assert other.ask("POST", f"{key}/{call}").status_code == 403
    assert other.ask("DELETE", key).status_code == 403
    looking = Script(viewer)
    assert looking.get(key)["state"] == "checked"
    assert looking.create(template).status_code == 403
    assert looking.ask("POST", f"{key}/start", confirm="").status_code == 403
    assert not standin.seen


def test_a_token_needs_the_scope_send(template, editor, script) -> None:
    key = script.make(template)
    reading = Script(editor, "read", "save")
    assert reading.get(key)["state"] == "checked"
    assert reading.create(template).status_code == 403
    assert reading.ask("POST", f"{key}/start", confirm="").status_code == 403
    assert b"/batches/{batch_id}/start" in Client().get("/api/").content
