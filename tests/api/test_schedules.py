"""Schedules over the HTTP API: made of a template, changed, paused, run, and their runs read."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from playground.payload_templates.models import Sharing, Template
from playground.people.models import Person, Role
from playground.schedules.models import Schedule, Slot
from playground.workspace.models import Connection
from tests.api.scripts import Script
from tests.conftest import make_person
from tests.schedules.conftest import nothing_is_claimed  # noqa: F401
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = {"name": "Night run", "phrase": "every day at 2:30", "zone": "Europe/Berlin"}


class Schedules(Script):
    """Calls the API's operations on schedules."""

    root = "/api/schedules"

    def add(self, of: Template, **fields: Any) -> HttpResponse:
        return self.ask("POST", "", template=str(of.pk), **{**NIGHT, **fields})

    def schedule(self, of: Template, **fields: Any) -> str:
        made = self.add(of, **fields)
        assert made.status_code == 201, made.content
        return str(made.json()["id"])


@pytest.fixture
def script(editor: Person) -> Schedules:
    return Schedules(editor)


def find_fields(answer: HttpResponse) -> list[str]:
    """The fields that an answer names as invalid."""
    assert answer.status_code == 422, answer.content
    return [each["loc"][-1] for each in answer.json()["detail"]]


def test_a_schedule_is_made_with_values_and_shows_what_it_will_send(template, script) -> None:
    made = script.add(
        template,
        values={"/job_name": "Until {{today}}"},
        json_values={"/steps/0/parameters/max_results": "110"},
        days_off="12-25",
        starts_at="2031-03-30T00:00",
        overlap="queue",
        on_failure="pause",
        pause_after=2.0,
    )
    assert made.status_code == 201, made.content
    found = script.get(made.json()["id"])
    assert found == {**made.json(), "last": None}
    assert (found["words"], found["state"], found["version"]) == (
        "every day at 02:30", "active", 1
    )  # fmt: skip
    assert (found["overlap"], found["pause_after"], found["missed"]) == ("queue", 2, "once")
    # 30 March 2031 begins at midnight in Berlin, an hour earlier in UTC; at 2:30 clocks go ahead.
    assert found["starts_at"] == "2031-03-29T23:00:00Z"
    assert found["next_at"] == "2031-03-30T01:00:00Z"
    assert [(each["pointer"], each["value"]) for each in found["own_values"]] == [
        ("/job_name", '"Until {{today}}"'), ("/steps", found["own_values"][1]["value"])
    ]  # fmt: skip
    runs = script.get(f"{found['id']}/next-runs")["runs"]
    assert [(each["utc"], each["offset"]) for each in runs[:2]] == [
        ("2031-03-30T01:00:00Z", "+02:00"), ("2031-03-31T00:30:00Z", "+02:00")
    ]  # fmt: skip
    assert runs[0]["note"]
    assert '"Until 2031-03-30"' in runs[0]["body"]
    assert '"max_results": 110' in runs[0]["body"]
    assert (runs[0]["obstacle"], runs[0]["problems"]) == ("", [])


def test_a_webhook_is_shown_in_full_to_who_made_the_schedule(template, script, owner) -> None:
    refused = script.add(template, webhook="http://169.254.169.254/latest")
    assert find_fields(refused) == ["webhook"]
    address = "https://hooks.example.com/services/s3cretABCD"
    key = script.add(template, webhook=address).json()["id"]
    assert script.get(key)["webhook"] == address
    assert Schedules(owner).get(key)["webhook"] == "https://hooks.example.com/…ABCD"
    # Left out, it stays; empty, it is removed.
    assert script.ask("PATCH", key, base=1, name="Renamed").json()["webhook"] == address
    assert script.ask("PATCH", key, base=2, webhook="").json()["webhook"] == ""


def test_nothing_is_kept_by_a_preview(template, script) -> None:
    values = {"/job_name": "Of the preview"}
    answer = script.ask("POST", "preview", template=str(template.pk), **NIGHT, values=values)
    assert answer.status_code == 200, answer.content
    runs = answer.json()["runs"]
    assert len(runs) == 5
    assert all('"Of the preview"' in each["body"] for each in runs)
    assert not Schedule.objects.exists()


def test_a_key_makes_one_schedule(template, script, editor) -> None:
    press = str(uuid.uuid4())
    made = script.add(template, press=press)
    again = script.add(template, press=press, zone="europe/berlin")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    script.ask("PATCH", made.json()["id"], base=1, name="Renamed")
    assert script.add(template, press=press).status_code == 200
    other = script.add(template, press=press, phrase="every day at 3:30")
    assert (other.status_code, "another schedule" in other.json()["detail"]) == (409, True)
    assert Schedule.objects.count() == 1
    # Another person's key is another one.
    colleague = make_person(Role.EDITOR, "colleague")
    Template.objects.update(sharing=Sharing.VIEW)
    assert Schedules(colleague).add(template, press=press).status_code == 201


def test_a_change_keeps_the_rest_and_conflicts_are_refused(template, script) -> None:
    key = script.schedule(template, values={"/job_name": "Own"}, on_failure="nothing")
    changed = script.ask("PATCH", key, base=1, phrase="every day at 4", note="Later")
    assert changed.status_code == 200, changed.content
    found = changed.json()
    assert (found["version"], found["phrase"], found["name"]) == (2, "every day at 4", "Night run")
    assert (found["on_failure"], found["own_values"][0]["value"]) == ("nothing", '"Own"')
    conflict = script.ask("PATCH", key, base=1, name="Too late")
    assert (conflict.status_code, conflict.json()["latest"]) == (409, 2)
    # Values are laid over its own ones, or over the template's.
    json_values = {"/more": "[]"}
    added = script.ask("PATCH", key, base=2, json_values=json_values).json()
    assert [each["pointer"] for each in added["own_values"]] == ["/job_name", "/more"]
    reset = script.ask("PATCH", key, base=3, json_values=json_values, reset_values=True).json()
    assert [each["pointer"] for each in reset["own_values"]] == ["/more"]
    assert script.ask("PATCH", key, base=4, reset_values=True).json()["own_values"] == []
    # A time is taken away with null.
    script.ask("PATCH", key, base=5, ends_at="2040-01-01T00:00")
    assert script.get(key)["ends_at"] == "2039-12-31T23:00:00Z"
    script.ask("PATCH", key, base=6, ends_at=None)
    assert script.get(key)["ends_at"] is None


def test_versions_are_listed_read_and_restored(template, script) -> None:
    key = script.schedule(template)
    script.ask("PATCH", key, base=1, phrase="every day at 4", note="Later")
    restored = script.ask("POST", f"{key}/restore", version=1)
    assert (restored.status_code, restored.json()["phrase"]) == (200, "every day at 2:30")
    listed = script.get(f"{key}/versions?limit=2")
    assert [(each["version"], each["note"]) for each in listed["versions"]] == [
        (3, "Restored version 1"), (2, "Later")
    ]  # fmt: skip
    assert listed["next"] == 2
    last = script.get(f"{key}/versions?limit=2&before=2")
    assert ([each["version"] for each in last["versions"]], last["next"]) == ([1], None)
    assert script.get(f"{key}?version=2")["phrase"] == "every day at 4"
    assert script.ask("GET", f"{key}?version=9").status_code == 404
    assert script.ask("POST", f"{key}/restore", version=9).status_code == 404


def test_a_schedule_is_paused_resumed_ended_and_deleted(template, script) -> None:
    key = script.schedule(template)
    paused = script.ask("POST", f"{key}/pause", reason="Until the fair").json()
    assert (paused["state"], paused["next_at"]) == ("paused", None)
    assert paused["reason"] == "Paused by editor. Until the fair"
    assert script.ask("POST", f"{key}/pause", reason="").status_code == 409
    for _ in range(2):
        resumed = script.ask("POST", f"{key}/resume", confirm="")
        assert (resumed.status_code, resumed.json()["state"]) == (200, "active")
    assert script.ask("POST", f"{key}/end").json()["state"] == "ended"
    assert script.get(f"{key}/next-runs") == {"runs": []}
    assert script.ask("DELETE", key).status_code == 204
    assert script.ask("GET", key).status_code == 404


def test_run_now_sends_once_for_a_press(template, script, standin) -> None:
    # A job that can't be followed: nothing waits for its end.
    standin.body = b'{"job_uid": "j/1"}'
    key, press = script.schedule(template, values={"/job_name": "Now"}), str(uuid.uuid4())
    script.ask("POST", f"{key}/pause", reason="")
    started = script.ask("POST", f"{key}/run-now", press=press)
    assert (started.status_code, started.json()["manual"]) == (200, True), started.content

    def find_state() -> str:
        return str(script.ask("POST", f"{key}/run-now", press=press).json()["state"])

    assert wait_until(lambda: find_state() == "accepted", 60), find_state()
    bodies = [json.loads(body) for method, *_, body in list(standin.seen) if method == "POST"]
    assert [each["job_name"] for each in bodies] == ["Now"]
    [slot] = script.get(f"{key}/slots")["slots"]
    assert (slot["state"], slot["job"], slot["version"]) == ("accepted", "j/1", 1)
    assert slot["planned_at"] == started.json()["planned_at"]
    assert script.get(key)["last"] == slot
    assert script.get(key)["state"] == "paused"


def test_runs_are_listed_page_by_page(template, script) -> None:
    key = script.schedule(template)
    first = datetime(2026, 3, 1, 1, 30, 0, 250, tzinfo=UTC)
    for day in range(5):
        at, state = first + timedelta(days=day), "missed" if day == 2 else "accepted"
        Slot.objects.create(schedule_id=key, planned_at=at, due_at=at, state=state)
    # Two within a millisecond, as two scripts can start them.
    at = first + timedelta(days=4, microseconds=300)
    Slot.objects.create(schedule_id=key, planned_at=at, due_at=at, state="refused", manual=True)
    found: list[tuple[int, bool]] = []
    listed = script.get(f"{key}/slots?limit=1")
    while True:
        found += [
            (datetime.fromisoformat(each["planned_at"]).day, each["manual"])
            for each in listed["slots"]
        ]
        if listed["next"] is None:
            break
        listed = script.get(f"{key}/slots?limit=1&before={listed['next']}")
    assert found == [(5, True), (5, False), (4, False), (3, False), (2, False), (1, False)]
    [missed] = script.get(f"{key}/slots?state=missed")["slots"]
    assert missed["planned_at"] == "2026-03-03T01:30:00.000Z"
    assert script.ask("GET", f"{key}/slots?state=odd").status_code == 422
    for before in ("yesterday", "0001-01-01T00:00:00%2B10:00", "9999-12-31"):
        assert script.ask("GET", f"{key}/slots?before={before}").status_code == 422


def test_schedules_are_listed_by_name_and_filtered(template, script) -> None:
    for name in ("b", "a", "c"):
        script.schedule(template, name=name)
    listed = script.get("")
    assert ([each["name"] for each in listed["schedules"]], listed["more"]) == (
        ["a", "b", "c"], False
    )  # fmt: skip
    script.ask("POST", f"{listed['schedules'][0]['id']}/pause", reason="")

    def names(query: str) -> list[str]:
        return [each["name"] for each in script.get(query)["schedules"]]

    assert names("?state=paused") == ["a"]
    assert names("?find=B") == ["b"]
    assert names(f"?template={template.pk}&state=active") == ["b", "c"]
    assert names(f"?connection={template.connection.name}") == ["a", "b", "c"]
    assert names("?connection=elsewhere") == []
    assert names("?page=1") == []
    assert script.ask("GET", "?status=paused").status_code == 422


def test_what_is_invalid_is_named(template, script) -> None:
    wrong = script.add(template, phrase="sometimes", missed_most=0, ends_at="2020-01-01T00:00")
    assert find_fields(wrong) == ["ends_at", "phrase", "missed_most"]
    assert find_fields(script.add(template, zone="Europe/Berlim")) == ["zone"]
    assert find_fields(script.add(template, starts_at="9999-12-31T23:59")) == ["starts_at"]
    assert find_fields(script.add(template, starts_at="soon")) == ["starts_at"]
    assert find_fields(script.add(template, template_version=7, name="x" * 201)) == ["name"]
    assert find_fields(script.add(template, name="a\0b")) == ["name"]
    assert find_fields(script.add(template, when="daily")) == ["when"]
    assert script.add(template, variant="None").status_code == 404
    assert script.add(template, template_version=7).status_code == 404
    assert script.add(template, connection="None").status_code == 404
    assert script.add(template, values={"job_name": "x"}).status_code == 422
    secret = script.add(template, values={"/api_key": "sk-1234567890abcdef"})
    assert (secret.status_code, "credential" in secret.json()["detail"]) == (422, True)
    assert not Schedule.objects.exists()
    key = script.schedule(template)
    assert find_fields(script.ask("PATCH", key, base=1, phrase="sometimes")) == ["phrase"]
    assert find_fields(script.ask("PATCH", key, name="x")) == ["base"]
    assert script.get(key)["version"] == 1


def test_a_protected_connection_has_to_be_named(template, script) -> None:
    Connection.objects.update(protected=True)
    name = template.connection.name
    refused = script.add(template)
    assert (refused.status_code, name in refused.json()["detail"]) == (409, True)
    key = script.schedule(template, confirm=name)
    assert script.ask("PATCH", key, base=1, name="Same target").status_code == 200
    Connection.objects.update(base_url="http://127.0.0.1:9/elsewhere")
    assert script.ask("PATCH", key, base=2, name="Other target").status_code == 409
    assert script.ask("PATCH", key, base=2, confirm=name).status_code == 200


def test_others_look_on(template, script, owner) -> None:
    key = script.schedule(template)
    colleague = make_person(Role.EDITOR, "colleague")
    stranger = Schedules(colleague)
    assert stranger.ask("GET", key).status_code == 404
    assert stranger.get("")["schedules"] == []
    Template.objects.update(sharing=Sharing.VIEW)
    assert stranger.get(key)["person"] == "editor"
    for method, path, body in (
        ("PATCH", key, {"base": 1}),
        ("POST", f"{key}/run-now", {}),
        ("POST", f"{key}/resume", {}),
        ("POST", f"{key}/pause", {}),
        ("POST", f"{key}/end", {}),
        ("POST", f"{key}/restore", {"version": 1}),
        ("DELETE", key, {}),
    ):
        assert stranger.ask(method, path, **body).status_code == 403, path
    assert Schedules(owner).ask("POST", f"{key}/pause").status_code == 200
    assert Schedules(owner).ask("POST", f"{key}/resume").status_code == 403
    reader = Schedules(template.person, "read")
    assert reader.get(key)["state"] == "paused"
    assert reader.ask("POST", f"{key}/resume").status_code == 403
    assert reader.ask("POST", "preview", template=str(template.pk), **NIGHT).status_code == 200
