"""Batches over the HTTP API: listed, and changed before and while they run."""

import json
import uuid

import pytest

from playground.api import batches as batch_operations
from playground.batches.models import Batch
from playground.payload_templates.models import Template
from playground.people.models import Role
from playground.workspace.models import Connection, File
from tests.api.scripts import MAPPING, ROWS, Script
from tests.batches.conftest import count_arrivals
from tests.conftest import make_person
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
JOB_NAME = {"columns": [{"title": "name", "pointer": "/job_name"}]}
OTHER = "Only the person who made this batch can change or send it."


def list_ids(script: Script, query: str = "") -> list[str]:
    return [each["id"] for each in script.get(query)["batches"]]


def test_batches_are_listed_and_filtered(template, script, standin, monkeypatch) -> None:
    first, second, third = (script.make(template) for _ in range(3))
    script.run(second)
    assert list_ids(script) == [third, second, first]
    assert list_ids(script, "?state=ended") == [second]
    assert list_ids(script, "?state=checked") == [third, first]
    assert list_ids(script, f"?template={template.pk}&find=ROWS.csv%20editor") == [
        third, second, first
    ]  # fmt: skip
    assert list_ids(script, f"?template={uuid.uuid4()}") == []
    assert list_ids(script, "?find=nothing%00") == []
    [found] = script.get("?state=ended")["batches"]
    assert (found["counts"], found["file"], found["person"], found["connection"]) == (
        {"accepted": 2}, "rows.csv", "editor", "Practice"
    )  # fmt: skip
    monkeypatch.setattr(batch_operations, "PAGE_SIZE", 2)
    assert script.get("")["more"] is True
    assert list_ids(script, "?page=1") == [first]
    assert script.get("?page=1")["more"] is False
    assert list_ids(script, "?page=7") == []


@pytest.mark.parametrize(
    "query",
    ["?state=odd", "?page=-1", "?page=x", "?template=1", "?sate=ended", "?find=" + "x" * 201],
)
def test_a_list_of_something_else_is_refused(script, query) -> None:
    assert script.ask("GET", query).status_code == 422


def test_batches_of_others_are_listed_where_the_template_is_shared(template, script) -> None:
    key = script.make(template)
    other = Script(make_person(Role.EDITOR, "other"))
    assert list_ids(other) == []
    Template.objects.update(sharing="view")
    assert list_ids(other) == [key]


def test_a_mapping_is_read_and_changed(template, script, standin) -> None:
    key = script.make(template)
    columns = script.get(key)["mapping"]["columns"]
    assert [(each["title"], each["pointer"], each["kind"]) for each in columns] == [
        ("name", "/job_name", "auto"), ("results", "/steps/0/parameters/max_results", "number")
    ]  # fmt: skip
    changed = script.ask("PATCH", key, mapping=JOB_NAME)
    assert (changed.status_code, changed.json()["state"]) == (200, "checking")
    found = script.wait_until_checked(key)["mapping"]
    assert [(each["column"], each["title"]) for each in found["columns"]] == [(0, "name")]
    script.run(key)
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    sent = [json.loads(body)["steps"][0]["parameters"]["max_results"] for *_, body in standin.seen]
    assert sent == [100, 100]


def test_what_was_read_can_be_sent_back(template, script) -> None:
    mapping = {**MAPPING, "unique": ["name"], "duplicates": "error"}
    key = script.make(template, ROWS + "One,3\n", mapping=json.dumps(mapping))
    before = script.get(key)
    assert (before["requests"], before["bad_rows"]) == (2, 1)
    assert script.ask("PATCH", key, mapping=before["mapping"]).status_code == 200
    assert script.wait_until_checked(key)["mapping"] == before["mapping"]
    mapping = {**before["mapping"], "duplicates": "warning"}
    assert script.ask("PATCH", key, mapping=mapping).status_code == 200
    after = script.wait_until_checked(key)
    assert (after["requests"], after["bad_rows"], after["warned_rows"]) == (3, 0, 1)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (
            {"columns": [{"title": "gone", "pointer": "/job_name"}]},
            "The file has no column 'gone'.",
        ),
        (
            {"columns": [{"title": "name", "column": 1, "pointer": "/job_name"}]},
            "Column 0 of the file is 'name', not column 1.",
        ),
        ({"columns": [{"pointer": "/job_name"}]}, "needs its index in `column`"),
        ({"columns": [{"column": 7, "pointer": "/job_name"}]}, "There is no column 8"),
        ({"columns": [{"column": 0, "pointer": "job_name"}]}, "isn't a JSON Pointer"),
        ({"columns": [{"column": 0, "pointer": "/\ud800"}]}, "unicode string"),
        ({"columns": [{"column": 0, "pointer": "#path/gone"}]}, "has no #path/gone"),
        (
            {"columns": [{"column": n, "pointer": "/job_name"} for n in (0, 1)]},
            "name and results both fill /job_name",
        ),
        ({"columns": []}, "No column is used"),
        ({**JOB_NAME, "group": "chunks", "size": 0}, "A request takes 1 to 100,000 rows."),
        ({**JOB_NAME, "group": "key", "key": "gone"}, "The file has no column gone."),
        ({**JOB_NAME, "unique": ["gone"]}, "The file has no column gone."),
        ({**JOB_NAME, "items": "/job_name"}, "/job_name isn't a list"),
        ({**JOB_NAME, "group": "some"}, "'each', 'all', 'chunks' or 'key'"),
        ({"columns": [{"column": 0, "kind": "date"}]}, "'auto', 'text', 'number'"),
        ({"columns": [{"column": 0, "empty": "zero"}]}, "'omit', 'empty' or 'null'"),
        ({"columns": [{"column": True}]}, "valid integer"),
        ({"columns": [{"column": -1}]}, "greater than or equal to 0"),
        ({"columns": [{"column": 0, "colour": 1}]}, "Extra inputs are not permitted"),
        ({"columns": [{"column": 0}] * 2001}, "at most 2,000 entries"),
        ({"columns": 1}, "valid list"),
        ("each", "MappingInput"),
    ],
)
def test_a_mapping_that_cannot_be_is_a_sentence(template, script, mapping, sentence) -> None:
    key = script.make(template)
    before = script.get(key)
    refused = script.ask("PATCH", key, mapping=mapping, concurrency=9)
    assert refused.status_code == 422
    assert sentence in str(refused.json()["detail"]), refused.json()
    assert script.get(key) == before


def test_a_connection_is_changed(template, script, standin) -> None:
    key = script.make(template)
    other = Connection.objects.create(name="Other", api="captain-data", base_url="http://x")
    assert script.ask("PATCH", key, connection="gone").status_code == 404
    assert script.ask("PATCH", key, connection="Other").json()["connection"] == other.name
    assert wait_until(lambda: script.get(key)["state"] != "checking", 30)
    assert script.ask("PATCH", key, connection="Practice").status_code == 200
    script.wait_until_checked(key)
    assert script.run(key)["counts"] == {"accepted": 2}


def test_options_change_one_by_one_and_while_it_runs(template, script, standin) -> None:
    key = script.make(template, stop_after_failures=3)
    options = {"requests_per_second": 0.5, "concurrency": 1, "stop_after_percent": 50}
    assert script.ask("PATCH", key, **options).status_code == 200
    assert script.get(key).items() >= {**options, "stop_after_failures": 3}.items()
    assert script.get(key)["state"] == "checked"
    standin.hold()
    script.ask("POST", f"{key}/start")
    assert standin.wait_for_call()
    changed = script.ask("PATCH", key, requests_per_second=None, stop_after_failures=None)
    assert (changed.status_code, changed.json()["state"]) == (200, "running")
    assert changed.json()["requests_per_second"] is changed.json()["stop_after_failures"] is None
    refused = script.ask("PATCH", key, mapping=JOB_NAME)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("This batch was started already.")
    # Both requests may begin at once now.
    Batch.objects.update(next_start_at=None)
    standin.release()
    assert wait_until(lambda: script.get(key)["state"] == "ended", 30)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"requests_per_second": 0}, "more than 0 and at most 1000"),
        ({"requests_per_second": 1e400}, "more than 0 and at most 1000"),
        ({"requests_per_second": float("nan")}, "more than 0 and at most 1000"),
        ({"requests_per_second": "5"}, "valid number"),
        ({"concurrency": 0}, "between 1 and 50"),
        ({"concurrency": 51}, "between 1 and 50"),
        ({"concurrency": None}, "valid integer"),
        ({"stop_after_failures": 0}, "at least 1"),
        ({"stop_after_failures": 2**31}, "at most 2,147,483,647"),
        ({"stop_after_failures": 10**30}, "at most 2,147,483,647"),
        ({"stop_after_percent": 101}, "between 1 and 100"),
        ({"webhook": "http://169.254.169.254/"}, "169.254"),
        ({"webhook": "no address"}, ""),
        ({"speed": 1}, "Extra inputs are not permitted"),
    ],
)
def test_options_that_cannot_be_are_sentences(template, script, options, sentence) -> None:
    key = script.make(template)
    before = script.get(key)
    refused = script.ask("PATCH", key, **options)
    assert (refused.status_code, sentence in str(refused.json()["detail"])) == (422, True)
    assert script.get(key) == before
    made = script.create(template, **{"stop_after_failures": 2**31})
    assert (made.status_code, Batch.objects.count()) == (422, 1)


def test_the_webhook_is_shown_to_the_person_only(template, script, standin) -> None:
    key = script.make(template, webhook=f"{standin.origin}/hook?token=secret")
    assert script.get(key)["webhook"].endswith("/hook?token=secret")
    Template.objects.update(sharing="view")
    other = Script(make_person(Role.OWNER, "other"))
    assert other.get(key)["webhook"] == ""


def test_the_corrected_file_replaces_the_first_one(template, script, standin) -> None:
    key = script.make(template, "name,results\nOne,100\nTwo,many\n")
    broken = script.replace(key, b"\x89PNG\r\n\x1a\n")
    assert (broken.status_code, broken.json()["detail"]) == (
        422, "This is a PNG picture, not a table."
    )  # fmt: skip
    assert script.get(key)["file"] == "rows.csv"
    assert script.replace(key, ROWS, dleimiter=";").status_code == 422
    replaced = script.replace(key, "results;name\n100;One\n200;Two\n", delimiter=";", header="true")
    assert (replaced.status_code, replaced.json()["columns"]) == (200, ["results", "name"])
    assert replaced.json()["reading"]["delimiter"] == ";"
    assert script.wait_until_checked(key)["counts"] == {"waiting": 2}
    assert File.objects.count() == 1
    assert script.run(key)["counts"] == {"accepted": 2}
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    assert script.replace(key, ROWS).status_code == 409
    assert script.ask("POST", f"{key}/check").status_code == 409


def test_rows_are_checked_again(template, script) -> None:
    Connection.objects.update(base_url="http://127.0.0.1:9")
    key = script.make(template)
    assert script.ask("POST", f"{key}/check").json()["state"] == "checking"
    assert script.wait_until_checked(key)["counts"] == {"waiting": 2}


def test_only_the_person_who_made_a_batch_changes_it(template, script, viewer, editor) -> None:
    key = script.make(template)
    Template.objects.update(sharing="view")
    before = script.get(key)
    calls = [("PATCH", key, {"concurrency": 2}), ("POST", f"{key}/check", {})]
    calls.append(("POST", f"{key}/decide", {"action": "mark-done", "requests": "all"}))
    for person in (make_person(Role.EDITOR, "other"), make_person(Role.OWNER, "boss")):
        for method, path, body in calls:
            refused = Script(person).ask(method, path, **body)
            assert (refused.status_code, refused.json()["detail"]) == (403, OTHER)
        assert Script(person).replace(key, ROWS).status_code == 403
    for looking in (Script(viewer), Script(editor, "read", "save")):
        for method, path, body in calls:
            assert looking.ask(method, path, **body).status_code == 403
        assert looking.replace(key, ROWS).status_code == 403
    assert script.get(key) == before


@pytest.mark.parametrize(
    "data", ["", "[]", "{", '{"concurrency": 1', "\ud800".encode("utf-8", "surrogatepass")]
)
def test_what_is_no_object_is_refused(template, script, data) -> None:
    key = script.make(template)
    assert script.call("PATCH", key, data).status_code in (400, 422)
