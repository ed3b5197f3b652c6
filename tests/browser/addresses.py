"""The addresses of all pages, with data that fills each of them."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.apis.waiting import offer_document
from playground.batches.models import Batch, Row
from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.states import State
from playground.engine.processes import record_beat
from playground.history.models import Exchange
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_account_payload
from playground.openapi.reading import read_openapi
from playground.pages.schedules.strip import write_strip_fields
from playground.payload_templates.models import Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template, open_template
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.people.tokens import make_token
from playground.sandbox.jobs import launch
from playground.sandbox.practice import find_workflow_details
from playground.schedules.content import ScheduleInput
from playground.schedules.form_drafts import open_new_draft
from playground.schedules.models import Notification, ScheduleEvent, Slot
from playground.schedules.schedules import create_schedule, pause_schedule
from playground.workspace.models import Connection, JobRecord, Repeat, Workflow
from playground.workspace.workflows import edit_workflow, store_workflow
from tests.apis.documents import as_bytes
from tests.apis.pets import pets
from tests.conftest import make_person
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template
from tests.security.makers import make_own_batch

EMAIL = "00000000-0000-4d14-b2f9-000000000595"
ODD = """{
  "inputs": [{"first_name": "Ada", "last_name": null, "own": 1.10}, {"first_name": ""}],
  "job_name": " ",
  "steps": [{"accounts": ["nobody"], "parameters": {"x": {}}, "step_uid": "s-1"}],
  "repeat_option": {"type": "day", "value": 1},
  "own key": [1, 2]
}"""
SCENARIO = """{
  "id": "7", "matching": "email", "email": "nobody", "own": 1,
  "content": {"a": 1, "b": {"c": null}},
  "attach": [{"name": "a.txt", "data": "data:text/plain;base64,eA=="}]
}"""
STATUSES = ("running", "paused", "completed", "finished", "warning", "shutdown", "resting")


def make_pages(person: Person) -> dict[str, dict[str, str]]:
    """Paths by the page's name, in groups. The pages show data of this person."""
    fill_practice()
    practice = Connection.objects.get(practice=True, api="captain-data")
    return {
        "team": _team(person),
        "work": _work(person, practice),
        "templates": _templates(person, practice),
        "batches": _batches(person, practice),
        "apis": _apis(),
        "schedules": _schedules(person, practice),
        "round": _round(person, practice),
    }


def _team(person: Person) -> dict[str, str]:
    make_person(Role.VIEWER, "grace.hopper@example.com")
    record_event(person, "send", "Find e-mails on captain.example", "accepted")
    make_exchange(person)
    record_beat("web")
    make_token(person, "script", ["read"], 1)
    return {
        "people": "/people/",
        "audit": "/audit/",
        "status": "/status/",
        "profile": "/profile/",
        "tokens": "/profile/tokens/",
        "missing": "/nowhere/",
    }


def _work(person: Person, practice: Connection) -> dict[str, str]:
    values = {"workflow_uid": EMAIL}
    odd = start_draft(
        person, "launch-workflow", ODD, name="Odd", connection=practice, path_values=values
    )
    altcraft = Connection.objects.get(practice=True, api="altcraft")
    engage = start_draft(person, "start-scenario", SCENARIO, connection=altcraft)
    one, two = make_exchange(person, name="Night run"), make_exchange(person, name="Day run")
    return {
        "home": "/",
        "drafts": "/drafts/",
        "begin": "/drafts/new/",
        "paste": "/paste/",
        "builder": f"/drafts/{odd.id}/",
        "engage": f"/drafts/{engage.id}/",
        "history": "/history/",
        "exchange": f"/history/{one.id}/",
        "compare": f"/compare/?a={one.id}&b={two.id}",
    }


def _templates(person: Person, practice: Connection) -> dict[str, str]:
    kept = make_template(person, name="Kept", text=ODD, connection=practice, workflow_uid=EMAIL)
    open_template(person, kept)
    token = create_share_link(person, kept, ShareLinkInput("view"))
    return {
        "templates": "/templates/",
        "template": f"/templates/{kept.id}/",
        "share-template": f"/templates/{kept.id}/share/",
        "shared": f"/s/{token}/",
    }


def _apis() -> dict[str, str]:
    importer = make_person(Role.EDITOR, "importer")
    api = import_document(importer, as_bytes(pets())).api
    newer = pets(info={"title": "Pets", "version": "2", "description": "All pets."})
    del newer["paths"]["/pets"]["get"]
    import_document(importer, as_bytes(newer), api=api)
    start_draft(importer, "pets:addPet", "{}")
    content = Content(State('{"name": "Tom"}'))
    details = TemplateInput("Every cat", sharing="view")
    create_template(importer, "pets:addPet", content, details)
    newer["components"]["schemas"]["Pet"] = {"required": ["age"], "properties": {"age": {}}}
    offer_document(importer, read_openapi(as_bytes(newer)), api)
    address, failure = "https://pets.example/openapi.json", "No answer came in 20 seconds."
    ImportedApi.objects.update(url=address, refresh="daily", refresh_failure=failure)
    return {
        "apis": "/apis/",
        "waiting-document": "/apis/pets/waiting/",
        "import-api": "/apis/import/",
        "api": "/apis/pets/",
        "api-report": "/apis/pets/report/",
        "api-change": f"/apis/pets/changes/{api.changes.get().pk}/",
        "api-operation": "/apis/pets/operations/addPet/",
        "next-operation": "/apis/pets/operations/addPet/follow-up/?operation=deletePet",
        "delete-api": "/apis/pets/delete/",
    }


def _batches(person: Person, practice: Connection) -> dict[str, str]:
    checked = _make_batch(person, practice, Batch.State.CHECKED)
    bad = {"column": 1, "code": "x", "message": "many isn't a number.", "severity": "error"}
    Row.objects.filter(batch=checked, number=2).update(state="bad", request=None, problems=[bad])
    Batch.objects.filter(pk=checked.pk).update(bad_row_count=1, request_count=5)
    run = _make_batch(person, practice, Batch.State.STOPPED)
    for number, state in enumerate(("accepted", "refused", "not-sent", "unknown", "done"), 1):
        Row.objects.filter(batch=run, number=number).update(
            state=state, message=f"It is {state}.", job_uid="j-1", seconds=0.25, attempt=1
        )
    buckets = [[3, 1, 0, 0], [0, 0, 0, 0], [9, 0, 2, 1]]
    Batch.objects.filter(pk=run.pk).update(
        counts={"accepted": 1, "refused": 1, "not-sent": 1, "unknown": 1, "done": 1, "waiting": 1},
        timeline={"start": 1_790_000_000, "width": 1, "buckets": buckets},
        reason="Stopped by ada.",
        started_at=timezone.now(),
        ended_at=timezone.now(),
    )
    protected = Connection.objects.create(
        name="Production",
        api="captain-data",
        base_url="https://api.captain.example",
        protected=True,
    )
    paused = _make_batch(person, protected, Batch.State.PAUSED)
    Batch.objects.filter(pk=paused.pk).update(
        counts={"refused": 1, "waiting": 5},
        bad_row_count=1,
        reason="Paused by ada.",
        started_at=timezone.now(),
    )
    draft = _make_batch(person, practice, Batch.State.DRAFT)
    return {
        "batches": "/batches/",
        "new-batch": f"/batches/new/?batch={draft.pk}",
        "choose-batch": "/batches/new/",
        "batch-draft": f"/batches/{draft.pk}/",
        "batch-checked": f"/batches/{checked.pk}/",
        "batch-run": f"/batches/{run.pk}/",
        "batch-paused": f"/batches/{paused.pk}/",
    }


def _make_batch(person: Person, practice: Connection, state: str) -> Batch:
    made = make_own_batch(person)
    batch = Batch.objects.get(pk=made["batch_id"])
    batch.connection, batch.connection_name = practice, practice.name
    batch.text, batch.path_values = ODD, {"workflow_uid": EMAIL}
    batch.columns, batch.state = ["name", "a number of rows"], state
    batch.row_count = batch.request_count = 6
    batch.counts = {"waiting": 6}
    batch.save()
    rows = [
        Row(batch=batch, number=n, line=n + 1, cells=["Ada", None], request=n, leader=True)
        for n in range(1, 7)
    ]
    Row.objects.bulk_create(rows)
    return batch


def _schedules(person: Person, practice: Connection) -> dict[str, str]:
    template = make_template(person, text=ODD, connection=practice, workflow_uid=EMAIL)
    wanted = ScheduleInput("Night run", "every 6 hours", "Europe/Berlin", starts_at=timezone.now())
    schedule = create_schedule(person, template, wanted)
    paused = create_schedule(person, template, replace(wanted, name="Paused"))
    pause_schedule(person, paused.pk, "The client is on holiday.")
    for hours, state in enumerate(Slot.State.values, 1):
        at = timezone.now() - timedelta(hours=hours)
        Slot.objects.create(
            schedule=schedule,
            planned_at=at,
            due_at=at,
            state=state,
            reason=f"It is {state}.",
            version=1,
            started_at=at,
            ended_at=at + timedelta(seconds=2),
        )
    for kind in ScheduleEvent.Kind.values:
        event = ScheduleEvent.objects.create(
            schedule=schedule, kind=kind, words=f"It is {kind}.", details="A reply said so."
        )
        Notification.objects.create(event=event, person=person, mail_failure="No server answers.")
    form = open_new_draft(person, template, typed=write_strip_fields(wanted))
    return {
        "schedules": "/schedules/",
        "schedule": f"/schedules/{schedule.pk}/",
        "schedule-versions": f"/schedules/{schedule.pk}/compare/",
        "schedule-form": f"/schedules/form/{form.pk}/",
        "delete-schedule": f"/schedules/{schedule.pk}/delete/",
        "calendar": "/schedules/calendar/",
        "timeline": "/schedules/timeline/",
        "notifications": "/notifications/",
    }


def _round(person: Person, practice: Connection) -> dict[str, str]:
    for place, status in enumerate(STATUSES):
        made = make_exchange(person, name=status)
        Exchange.objects.filter(pk=made.pk).update(
            job_uid=f"j-{place}", connection_id=practice.id, connection_name=practice.name
        )
        JobRecord.objects.create(connection=practice, uid=f"j-{place}", status=status, name=status)
    for unit in ("day", "hour"):
        Repeat.objects.create(connection=practice, job_name="Nightly", unit=unit, every="1")
    job = _ended_job()
    _let_drift(person, practice)
    update = start_draft(
        person,
        "update-account",
        build_account_payload(get_operation("update-account"), "linkedin", "a-1"),
        connection=practice,
        path_values={"integration_uid": "linkedin"},
    )
    own = f"/connections/{practice.id}"
    return {
        "workflows": "/workflows/",
        "workflow": f"/workflows/{practice.id}/{EMAIL}/",
        "add-workflow": "/workflows/new/",
        "edit-workflow": f"/workflows/{practice.id}/{EMAIL}/edit/",
        "connections": "/connections/",
        "connection": f"{own}/",
        "edit-connection": f"{own}/edit/",
        "accounts": f"{own}/accounts/",
        "account": f"/drafts/{update.id}/",
        "jobs": "/jobs/",
        "job": f"/jobs/{practice.id}/{job}/",
        "results": f"/jobs/{practice.id}/{job}/rows/results/",
        "inputs": f"/jobs/{practice.id}/{job}/rows/inputs/",
        "repeats": "/repeats/",
        "drift": "/drift/",
    }


def _ended_job() -> str:
    rows = [{"first_name": "Ada", "last_name": "L", "company_name": "A"}, {"first_name": ""}]
    details = find_workflow_details(EMAIL)
    assert details
    job = launch(details, {"job_name": "Night", "inputs": rows, "steps": []})
    job.started_at = timezone.now() - timedelta(hours=1)
    job.save()
    return str(job.uid)


def _let_drift(person: Person, practice: Connection) -> None:
    """Make a draft and a template outdated: an input key is renamed and a step removed."""
    uid = f"w-{uuid.uuid4()}"
    keys = {"name": {"required": 1, "variations": ["full_name"]}}
    steps = [
        {"step_uid": "s-1", "step_name": "One", "input_schema": keys},
        {"step_uid": "s-2", "step_name": "Two"},
    ]
    store_workflow(practice, json.dumps({"uid": uid, "name": "Drifting", "steps": steps}))
    text = json.dumps(
        {
            "inputs": [{"name": "Ada"}],
            "job_name": "J",
            "steps": [
                {"accounts": [], "parameters": {}, "step_uid": each["step_uid"]} for each in steps
            ],
        },
        indent=2,
    )
    values = {"workflow_uid": uid}
    start_draft(person, "launch-workflow", text, connection=practice, path_values=values)
    make_template(person, name="Drifting", text=text, connection=practice, **values)
    renamed = {"full_name": {"required": 1, "variations": []}}
    after = {"uid": uid, "name": "Drifting", "steps": [{**steps[0], "input_schema": renamed}]}
    edit_workflow(Workflow.objects.get(uid=uid), json.dumps(after), "Drifting")
    assert Template.objects.filter(name="Drifting").exists()
