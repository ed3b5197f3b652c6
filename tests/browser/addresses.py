"""The addresses of all pages, with data that fills each of them."""

import json
import uuid
from datetime import timedelta

from django.utils import timezone

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.engine.processes import record_beat
from playground.history.models import Exchange
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_account_payload
from playground.payload_templates.models import Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.versions import open_template
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.people.tokens import make_token
from playground.sandbox.jobs import launch
from playground.sandbox.practice import find_workflow_details
from playground.workspace.models import Connection, JobRecord, Repeat, Workflow
from playground.workspace.workflows import edit_workflow, store_workflow
from tests.conftest import make_person
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template

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
