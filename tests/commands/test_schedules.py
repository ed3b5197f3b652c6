"""`manage.py schedules`: what its actions do and print, and their exit statuses."""

import json
import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from playground.payload_templates.models import Sharing, Template
from playground.people.models import Person, Role
from playground.schedules.content import ScheduleInput
from playground.schedules.models import Schedule, Slot
from playground.schedules.pausing import get_schedule_version
from playground.schedules.schedules import create_schedule
from playground.workspace.models import Connection
from tests.conftest import make_person
from tests.payload_templates.templates import make_template
from tests.schedules.conftest import ACCEPTED, list_bodies, nothing_is_claimed  # noqa: F401
from tests.sending.conftest import LAUNCH, WORKFLOW, lead_practice_to, standin  # noqa: F401
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
DAILY = ("--when", "every day at 2:30", "--zone", "Europe/Berlin")


@pytest.fixture
def template(owner: Person, standin: Standin) -> Template:  # noqa: F811
    connection = lead_practice_to(standin.origin)
    return make_template(owner, "Night", text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)


@pytest.fixture
def schedule(owner: Person, template: Template) -> Schedule:
    return create_schedule(
        owner, template, ScheduleInput("Nightly", "every day at 2:30", "Europe/Berlin")
    )


def run(*args: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("schedules", *args, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def run_json(*args: str) -> tuple[int, dict[str, Any]]:
    status, out, err = run(*args, "--json")
    assert out, err
    return status, json.loads(out)


def test_a_schedule_is_made_with_values_and_shown(template: Template, tmp_path: Path) -> None:
    days, rows = tmp_path / "days.txt", tmp_path / "rows.json"
    days.write_text("12-25\n", "utf-8")
    rows.write_text('[{"url": "https://example.org"}]', "utf-8")
    status, made = run_json(
        *("create", "Night", "--name", "Nightly", *DAILY, "--from", "2031-03-30T00:00"),
        *("--days-off", str(days), "--set", "/job_name=Until {{today}}", "--overlap", "queue"),
        *("--file", f"/inputs={rows}", "--on-failure", "pause", "--pause-after", "2"),
    )
    assert (status, made["state"], made["next_at"]) == (0, "active", "2031-03-30T01:00:00Z")
    status, shown = run_json("show", "Nightly")
    assert (status, shown["words"], shown["days_off"]) == (0, "every day at 02:30", "12-25\n")
    assert (shown["overlap"], shown["on_failure"], shown["pause_after"]) == ("queue", "pause", 2)
    assert [each["pointer"] for each in shown["own_values"]] == ["/job_name", "/inputs"]
    assert [each["local"] for each in shown["next_runs"]][:2] == [
        "2031-03-30T03:00:00", "2031-03-31T02:30:00"
    ]  # fmt: skip
    assert '"Until 2031-03-30"' in shown["next_runs"][0]["body"]
    status, out, _ = run("show", made["id"])
    assert status == 0
    assert "When: every day at 2:30 (every day at 02:30) in Europe/Berlin" in out
    assert "2031-03-30 03:00 UTC+02:00" in out


def test_a_dry_run_shows_the_requests_and_keeps_nothing(template: Template) -> None:
    create = ("create", "Night", *DAILY, "--set", "/job_name=Of the dry run", "--dry-run")
    status, out, err = run(*create)
    assert (status, out.count('"Of the dry run"'), err) == (0, 5, "")
    status, out, _ = run(*create, "--json")
    assert [bool(json.loads(line)["body"]) for line in out.splitlines()] == [True] * 5
    status, out, err = run(*create, "--set", "/steps=1")
    assert (status, err.count("\n")) == (3, 1), err
    assert not Schedule.objects.exists()


def test_an_edit_keeps_the_rest(schedule: Schedule) -> None:
    status, out, _ = run("edit", "Nightly", "--set", "/job_name=Own", "--note", "Named")
    assert (status, out) == (0, "Saved version 2 of Nightly.\n")
    status, changed = run_json("edit", "Nightly", "--when", "every day at 4", "--base", "2")
    assert (status, changed["version"]) == (0, 3)
    shown = run_json("show", "Nightly")[1]
    assert (shown["phrase"], shown["own_values"][0]["value"]) == ("every day at 4", '"Own"')
    assert run_json("show", "Nightly", "--number", "1")[1]["phrase"] == "every day at 2:30"
    status, answer = run_json("edit", "Nightly", "--base", "2", "--name", "Late")
    assert (status, answer["outcome"]) == (3, "blocked")
    assert answer["sentence"] == "Version 3 was saved since."
    run("edit", "Nightly", "--reset-values", "--until", "2041-01-01T00:00")
    shown = run_json("show", "Nightly")[1]
    assert (shown["own_values"], shown["ends_at"]) == ([], "2040-12-31T23:00:00Z")
    run("edit", "Nightly", "--until", "")
    assert run_json("show", "Nightly")[1]["ends_at"] is None


def test_the_actions_change_the_state(schedule: Schedule) -> None:
    status, paused = run_json("pause", "Nightly", "--reason", "Until the fair")
    assert (status, paused["reason"]) == (0, "Paused by owner. Until the fair")
    assert run("pause", "Nightly")[0] == 3
    assert run("resume", "Nightly")[:2] == (0, "Resumed Nightly.\n")
    assert run_json("duplicate", "Nightly")[1]["name"] == "Nightly (copy)"
    assert run_json("end", "Nightly")[1]["state"] == "ended"
    assert run("delete", "Nightly")[:2] == (0, "Deleted Nightly.\n")
    assert [each.name for each in Schedule.objects.all()] == ["Nightly (copy)"]


def test_schedules_are_listed_and_filtered(owner: Person, template: Template) -> None:
    for name in ("beta", "alpha"):
        create_schedule(owner, template, ScheduleInput(name, "every day at 9", "UTC"))
    run("pause", "beta")

    def names(*filters: str) -> list[str]:
        status, out, err = run("list", "--json", *filters)
        assert status == 0, err
        return [json.loads(line)["name"] for line in out.splitlines()]

    assert names() == ["alpha", "beta"]
    assert names("--state", "paused") == ["beta"]
    assert names("--find", "alpha") == ["alpha"]
    assert names("--template", "Night", "--connection", "Practice") == ["alpha", "beta"]
    key = Schedule.objects.get(name="alpha").pk
    assert f"active  {key}  alpha  every day at 09:00 in UTC\n" in run("list")[1]


def test_run_now_waits_for_the_outcome(schedule: Schedule, standin: Standin) -> None:  # noqa: F811
    standin.body = ACCEPTED
    key = str(uuid.uuid4())
    status, slot = run_json("run-now", "Nightly", "--key", key)
    assert (status, slot["state"], slot["manual"]) == (0, "accepted", True)
    assert run_json("run-now", "Nightly", "--key", key) == (0, slot)
    assert len(list_bodies(standin)) == 1
    standin.status, standin.body = 422, b'{"error": {"message": "No such account."}}'
    status, out, _ = run("run-now", "Nightly")
    assert (status, "No such account." in out) == (1, True)
    Connection.objects.update(base_url="http://127.0.0.1:9/elsewhere")
    status, slot = run_json("run-now", "Nightly")
    assert (status, slot["state"], len(list_bodies(standin))) == (3, "not-sent", 2), slot
    assert Slot.objects.count() == 3


def test_run_now_does_not_wait_for_a_job(schedule: Schedule, standin: Standin) -> None:  # noqa: F811
    key = str(uuid.uuid4())
    status, slot = run_json("run-now", "Nightly", "--key", key)
    assert (status, slot["state"], slot["job"]) == (0, "running", "j-1")
    assert run("run-now", "Nightly", "--key", key)[:2] == (0, "Running: job j-1\n")
    status, _, err = run("run-now", "Nightly")
    assert (status, "its job hasn't ended" in err) == (3, True)


def test_a_protected_connection_has_to_be_named(template: Template) -> None:
    Connection.objects.update(protected=True)
    status, _, err = run("create", "Night", *DAILY)
    assert (status, "--confirm 'Practice'" in err) == (3, True), err
    assert run("create", "Night", *DAILY, "--confirm", "Practice")[0] == 0
    Connection.objects.update(base_url="http://127.0.0.1:9/elsewhere")
    run("pause", "Night")
    assert run("resume", "Night")[0] == 3
    assert run("resume", "Night", "--confirm", "Practice")[0] == 0


def test_a_sync_is_scheduled(template: Template) -> None:
    status, made = run_json("create", "--sync", "Practice", *DAILY)
    assert (status, made["kind"], made["name"]) == (0, "sync", "Sync of Practice")
    assert run("edit", made["id"], "--set", "/x=1")[0] == 2
    assert run("show", made["id"])[0] == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("show", "None"), "There is no schedule named None."),
        (("show", "Nightly", "--number", "9"), "Nightly has no version 9."),
        (("create", "None", *DAILY), "There is no template named None."),
        (("create", *DAILY), "Name either a template or, with --sync, a connection."),
        (("create", "Night", "--when", "daily at 9"), "Say when it runs and in which time zone"),
        (("create", "Night", "--when", "now and then", "--zone", "UTC"), "isn't understood"),
        (("create", "Night", "--when", "every day at 9", "--zone", "Mars"), "Mars"),
        (("create", "Night", *DAILY, "--until", "2020-01-01T00:00"), "The end has passed."),
        (("create", "Night", *DAILY, "--from", "soon"), "Enter a date and a time"),
        (("create", "Night", *DAILY, "--variant", "VIP"), "no variant VIP"),
        (("create", "Night", *DAILY, "--template-version", "9"), "no version 9"),
        (("create", "Night", *DAILY, "--connection", "None"), "no connection named None"),
        (("create", "Night", *DAILY, "--set", "job_name"), "Write /pointer=value"),
        (("create", "Night", *DAILY, "--set", "job_name=x"), "isn't a JSON Pointer"),
        (("create", "Night", *DAILY, "--set", "/api_key=sk-123456789012"), "a credential"),
        (("create", "Night", *DAILY, "--days-off", "/nowhere"), "Can't read /nowhere"),
        (("create", "Night", *DAILY, "--missed-most", "0"), "Enter a number from 1 to 1000."),
        (("list", "--user", "nobody"), "There is no person named nobody."),
    ],
)
def test_what_is_invalid_is_one_sentence(
    schedule: Schedule, args: tuple[str, ...], says: str
) -> None:
    status, out, err = run(*args)
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert says in err
    status, answer = run_json(*args)
    assert (status, answer["outcome"], says in answer["sentence"]) == (2, "not-understood", True)
    assert Schedule.objects.count() == 1


def test_an_unknown_action_or_choice_is_refused(schedule: Schedule) -> None:
    for args in (("stop", "Nightly"), ("list", "--state", "odd"), ()):
        with pytest.raises(CommandError):
            call_command("schedules", *args)


def test_only_who_made_it_runs_it(schedule: Schedule, standin: Standin) -> None:  # noqa: F811
    make_person(Role.EDITOR, "colleague")
    assert run("show", "Nightly", "--user", "colleague")[0] == 2
    Template.objects.update(sharing=Sharing.VIEW)
    assert run("show", "Nightly", "--user", "colleague")[0] == 0
    for action in ("run-now", "pause", "resume", "edit", "end", "delete"):
        assert run(action, "Nightly", "--user", "colleague")[0] == 3, action
    assert not list_bodies(standin)
    assert get_schedule_version(Schedule.objects.get()).number == 1
    create_schedule(
        Person.objects.get(username="colleague"),
        Template.objects.get(),
        ScheduleInput("Nightly", "every day at 5", "UTC"),
    )
    # One's own comes first; two of others have to be told apart.
    assert run_json("show", "Nightly", "--user", "owner")[1]["person"] == "owner"
    make_person(Role.EDITOR, "third")
    status, _, err = run("show", "Nightly", "--user", "third")
    assert (status, "Use one of their IDs" in err) == (2, True)


def test_schedules_are_exported_with_their_template_and_imported(
    owner: Person, schedule: Schedule, tmp_path: Path
) -> None:
    create_schedule(
        owner, schedule.template, ScheduleInput("Other", "every day at 9", "Europe/Berlin")
    )
    folder = tmp_path / "out"
    assert run("export", str(folder), "Nightly") == (
        0, f"Wrote 1 schedule to 1 file in {folder}.\n", ""
    )  # fmt: skip
    [file] = folder.rglob("*.yaml")
    text = file.read_text("utf-8")
    assert ("name: Nightly" in text, "name: Other" in text) == (True, False)
    assert run("import", str(folder)) == (0, "same     schedule Nightly\n", "")
    file.write_text(text.replace("every day at 2:30", "every day at 4"), "utf-8")
    assert run("import", str(file), "--dry-run")[1] == "changed  schedule Nightly\n"
    assert Schedule.objects.get(name="Nightly").state == "active"
    assert run("import", str(file)) == (0, "changed  schedule Nightly\n", "")
    changed = Schedule.objects.get(name="Nightly")
    assert (changed.state, changed.latest_version) == ("paused", 2)
    # It has changed here since version 1 was exported.
    file.write_text(text.replace("every day at 2:30", "every day at 5"), "utf-8")
    assert run("import", str(file)) == (1, "conflict schedule Nightly (skipped)\n", "")
    status, answer = run_json("import", str(file), "--conflicts", "version")
    assert (status, answer["kind"], answer["skipped"]) == (0, "conflict", False)
    assert get_schedule_version(Schedule.objects.get(name="Nightly")).phrase == "every day at 5"
    file.write_text(text.replace("every day at 2:30", "every day at 6"), "utf-8")
    assert run("import", str(file), "--conflicts", "copy")[0] == 0
    assert Schedule.objects.filter(name="Nightly").count() == 2
    assert run("export", str(folder))[1] == f"Wrote 3 schedules to 1 file in {folder}.\n"


def test_a_file_without_its_template_here_or_with_a_mistake_is_named(
    schedule: Schedule, tmp_path: Path
) -> None:
    run("export", str(tmp_path))
    [file] = tmp_path.rglob("*.yaml")
    text = file.read_text("utf-8")
    file.write_text(text.replace("zone: Europe/Berlin", "zone: Mars"), "utf-8")
    status, out, err = run("import", str(file))
    assert (status, out, "/schedules/0/zone: " in err) == (2, "", True), err
    file.write_text(text, "utf-8")
    Schedule.objects.all().delete()
    Template.objects.all().delete()
    status, out, _ = run("import", str(file))
    assert (status, "Its template isn't here." in out) == (1, True)
    assert run("import", "/nowhere.yaml")[0] == 2
    assert run("export", "/dev/null/x")[0] == 2


def test_templates_take_their_schedules_along(
    owner: Person, schedule: Schedule, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("export_templates", str(tmp_path))
    [file] = tmp_path.rglob("*.yaml")
    assert "name: Nightly" in file.read_text("utf-8")
    Schedule.objects.all().delete()
    Template.objects.all().delete()
    capsys.readouterr()
    call_command("import_templates", str(file), "--dry-run")
    assert not Schedule.objects.exists()
    call_command("import_templates", str(file))
    listed = f"new      {file.name}\nnew      schedule Nightly\n"
    assert capsys.readouterr().out == listed * 2
    made = Schedule.objects.get()
    assert (made.state, made.person, made.template) == ("paused", owner, Template.objects.get())
    call_command("import_templates", str(file))
    assert capsys.readouterr().out == listed.replace("new ", "same")
    text = file.read_text("utf-8").replace("zone: Europe/Berlin", "zone: Mars")
    file.write_text(text.replace("name: Night\n", "name: Other\n"), "utf-8")
    with pytest.raises(SystemExit, match="2"):
        call_command("import_templates", str(file))
    assert "/schedules/0/zone: " in capsys.readouterr().err
    assert [each.name for each in Template.objects.all()] == ["Night"]


def test_before_anybody_has_signed_in_schedules_are_left_out(
    schedule: Schedule, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("export_templates", str(tmp_path))
    Schedule.objects.all().delete()
    Template.objects.all().delete()
    Person.objects.all().delete()
    call_command("import_templates", str(tmp_path))
    assert "import it with --user NAME" in capsys.readouterr().out
    assert (Template.objects.count(), Schedule.objects.count()) == (1, 0)
