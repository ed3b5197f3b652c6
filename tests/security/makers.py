"""Objects for routes with parameters: a maker for each, so that new routes are tested too.

A maker takes the person who asks and gives the route's parameters; what it makes is that
person's own.
"""

import json
import uuid
from collections.abc import Callable
from datetime import date, time
from typing import Any

from playground.apis.importing import import_document
from playground.apis.waiting import offer_document
from playground.batches.files import store_rows
from playground.batches.models import Batch
from playground.drafts.drafts import discard_draft, start_draft
from playground.importers.tables import Reading, TableSource
from playground.openapi.reading import read_openapi
from playground.payload_templates.models import ShareLink
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.versions import open_template
from playground.people.models import Person, Role
from playground.people.tokens import find_link, make_invite, make_owner_link, make_token
from playground.schedules.models import Schedule, ScheduleDraft
from playground.timing.rules import Daily, write_rule
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.files import store_file
from playground.workspace.models import Connection, Repeat, Workflow
from playground.workspace.workflows import edit_workflow
from tests.apis.documents import as_bytes, shop
from tests.conftest import make_person
from tests.history.exchanges import end_exchange, make_exchange, start_exchange
from tests.payload_templates.templates import make_template

Maker = Callable[[Person], dict[str, Any]]


def make_colleague(person: Person) -> dict[str, Any]:
    return {"person_id": make_person(Role.EDITOR, "colleague").pk}


def make_open_invite(person: Person) -> dict[str, Any]:
    link = find_link(make_invite(Role.EDITOR, person))
    assert link
    return {"link_id": link.pk}


def make_connection(person: Person) -> dict[str, Any]:
    wanted = ConnectionInput("A connection", "captain-data", "sandbox:captain-data/v3")
    return {"connection_id": save_connection(wanted).id}


def make_own_exchange(person: Person) -> dict[str, Any]:
    return {"exchange_id": make_exchange(person).id}


def make_own_table(person: Person) -> dict[str, Any]:
    return {"exchange_id": end_exchange(start_exchange(person), b"a,b\n1,2\n").id}


def make_draft(person: Person) -> dict[str, Any]:
    return {"draft_id": start_draft(person, "launch-workflow", "{}").id}


def make_draft_with_file(person: Person) -> dict[str, Any]:
    file = store_file([b"a"], "a.txt", "text/plain", person)
    text = f'{{"id": 1, "attach": [{{"name": "a.txt", "data": "{{{{file:{file.id}}}}}"}}]}}'
    return {"draft_id": start_draft(person, "start-scenario", text).id, "file_id": file.id}


def make_discarded_draft(person: Person) -> dict[str, Any]:
    draft = start_draft(person, "launch-workflow", "{}")
    discard_draft(draft)
    return {"draft_id": draft.id}


def make_own_template(person: Person) -> dict[str, Any]:
    return {"template_id": make_template(person).id}


def make_draft_with_template(person: Person) -> dict[str, Any]:
    return {"draft_id": open_template(person, make_template(person)).id}


def make_open_link(person: Person) -> dict[str, Any]:
    return {"token": create_share_link(person, make_template(person), ShareLinkInput("view"))}


def make_own_link(person: Person) -> dict[str, Any]:
    make_open_link(person)
    return {"link_id": ShareLink.objects.get().id}


def make_workflow(person: Person) -> dict[str, Any]:
    made = make_connection(person)
    definition = json.dumps({"uid": "w-1", "name": "W", "steps": [{"step_uid": "s-1"}]})
    edit_workflow(Workflow(uid="w-1", **made), definition, "W")
    return {**made, "uid": "w-1"}


def make_repeat(person: Person) -> dict[str, Any]:
    return {"repeat_id": Repeat.objects.create(job_name="Night run", **make_connection(person)).pk}


def make_own_token(person: Person) -> dict[str, Any]:
    make_token(person, "script", ["read"], 1)
    return {"token_id": person.tokens.get().pk}


def make_own_batch(person: Person) -> dict[str, Any]:
    reading = Reading(format="csv", encoding="utf-8", delimiter=",", has_header=True)
    batch = Batch.objects.create(
        person=person,
        person_name=person.username,
        name="Night run",
        operation="launch-workflow",
        file=store_rows([b"name\nAda\n"], "rows.csv", "text/csv", person),
        source=TableSource(reading, ("name",), ("name",), 1).as_dict(),
        columns=["name"],
        mapping={"columns": [{"column": 0, "pointer": "/job_name"}]},
    )
    return {"batch_id": batch.pk}


def make_own_schedule(person: Person) -> dict[str, Any]:
    made = make_connection(person)
    connection = Connection.objects.get(pk=made["connection_id"])
    template = make_template(person, connection=connection, workflow_uid="w-1")
    schedule = Schedule.objects.create(
        person=person,
        person_name=person.username,
        name="Night run",
        template=template,
        connection=connection,
        connection_name=connection.name,
        base_url=connection.base_url,
    )
    schedule.versions.create(
        number=1,
        name="Night run",
        template=template,
        template_name=template.name,
        phrase="every day at 2:30",
        rule=write_rule(Daily((time(2, 30),), 1, date(2026, 11, 30))),
        zone="Europe/Berlin",
    )
    return {"schedule_id": schedule.pk}


def make_schedule_form(person: Person) -> dict[str, Any]:
    draft = open_template(person, make_template(person))
    ScheduleDraft.objects.create(draft=draft)
    return {"draft_id": draft.pk}


def make_api(person: Person) -> dict[str, Any]:
    imported = import_document(make_person(Role.OWNER, "importer"), as_bytes(shop()))
    return {"api_id": imported.api.id}


def make_waiting_document(person: Person) -> dict[str, Any]:
    importer = make_person(Role.OWNER, "importer")
    api = import_document(importer, as_bytes(shop())).api
    newer = shop()
    del newer["paths"]["/orders/{id}"]
    offer_document(importer, read_openapi(as_bytes(newer)), api)
    return {"api_id": api.id}


def make_api_change(person: Person) -> dict[str, Any]:
    importer = make_person(Role.OWNER, "importer")
    api = import_document(importer, as_bytes(shop())).api
    newer = shop(info={"title": "Corner shop", "version": "2"})
    import_document(importer, as_bytes(newer), api=api)
    return {"api_id": api.id, "change_id": api.changes.get().pk}


def make_api_operation(person: Person) -> dict[str, Any]:
    return {**make_api(person), "key": "placeOrder"}


MAKERS: dict[str, Maker] = {
    "link": lambda person: {"token": make_owner_link()},
    "change_role": make_colleague,
    "change_active": make_colleague,
    "withdraw_invite": make_open_invite,
    "connection": make_connection,
    "edit_connection": make_connection,
    "test_connection": make_connection,
    "delete_connection": make_connection,
    "accounts": make_connection,
    "create_account_draft": make_connection,
    "delete_repeat": make_repeat,
    "repair_draft": make_draft,
    "repair_batch": make_own_batch,
    "repair_template": lambda person: {"template_id": make_template(person).id},
    "workflow": make_workflow,
    "edit_workflow": make_workflow,
    "settle_workflow": make_workflow,
    "delete_workflow": make_workflow,
    "export_workflow": make_workflow,
    "api": make_api,
    "api_report": make_api,
    "update_api": make_api,
    "refresh_api": make_api,
    "schedule_refresh": make_api,
    "read_references": make_api,
    "waiting_document": make_waiting_document,
    "decide_waiting": make_waiting_document,
    "api_change": make_api_change,
    "delete_api": make_api,
    "api_operation": make_api_operation,
    "start_operation": make_api_operation,
    "change_reply_rule": make_api_operation,
    "add_follow_up": make_api_operation,
    "remove_follow_up": make_api_operation,
    "help": lambda person: {"name": "guide"},
    "batch": make_own_batch,
    "batch_state": make_own_batch,
    "change_batch_file": make_own_batch,
    "read_batch_file": make_own_batch,
    "map_batch": make_own_batch,
    "act_on_batch": make_own_batch,
    "batch_rows": make_own_batch,
    "decide_rows": make_own_batch,
    "copy_batch": make_own_batch,
    "delete_batch": make_own_batch,
    "save_bad_rows": make_own_batch,
    "save_batch_result": lambda person: {**make_own_batch(person), "ending": "csv"},
    "start_schedule": make_own_template,
    "schedule_repeat": make_repeat,
    "schedule_sync": make_connection,
    "schedule_batch": make_own_batch,
    "edit_schedule": make_own_schedule,
    "schedule_form": make_schedule_form,
    "check_schedule": make_schedule_form,
    "save_schedule": make_schedule_form,
    "schedule": make_own_schedule,
    "act_on_schedule": make_own_schedule,
    "open_schedule": make_own_schedule,
    "repeat_schedule": make_own_schedule,
    "delete_schedule": make_own_schedule,
    "compare_schedule_versions": make_own_schedule,
    "restore_schedule_version": lambda person: {**make_own_schedule(person), "number": 1},
    "rerun_failed": make_own_exchange,
    "retry_job": lambda person: {**make_connection(person), "job_uid": "j-1"},
    "job_rows": lambda person: {**make_connection(person), "job_uid": "j-1", "what": "results"},
    "save_job_rows": lambda person: {
        **make_connection(person),
        "job_uid": "j-1",
        "what": "nothing",
        "ending": "csv",
    },
    "start_sync": make_connection,
    "sync_state": make_connection,
    "remove_credential": lambda person: {**make_connection(person), "part": "key"},
    "exchange": make_own_exchange,
    "reply": make_own_exchange,
    "save_body": make_own_exchange,
    "cancel": make_own_exchange,
    "reply_text": make_own_exchange,
    "reply_rows": make_own_table,
    "share_exchange": make_own_exchange,
    "follow_up": make_own_exchange,
    "edit_and_resend": make_own_exchange,
    "draft_changed": make_draft,
    "job": lambda person: {**make_connection(person), "job_uid": "j-1"},
    "job_state": lambda person: {**make_connection(person), "job_uid": "j-1"},
    "builder": make_draft,
    "edit_draft": make_draft,
    "undo_or_redo": lambda person: {**make_draft(person), "direction": "undo"},
    "store_secrets": make_draft,
    "draft_resolved": make_draft,
    "draft_change_log": make_draft,
    "paste_into": make_draft,
    "paste_rows": make_draft,
    "draft_part": make_draft,
    "draft_state": make_draft,
    "draft_document": make_draft,
    "send_draft": make_draft,
    "dry_run": make_draft,
    "draft_code": lambda person: {**make_draft(person), "language": "curl"},
    "upload_file": make_draft,
    "draft_choices": make_draft,
    "draft_completions": make_draft,
    "draft_file": make_draft_with_file,
    "file_uri": make_draft_with_file,
    "rename_draft": make_draft,
    "discard_draft": make_draft,
    "restore_draft": make_discarded_draft,
    "draft_template": make_draft_with_template,
    "save_template": make_draft_with_template,
    "save_to_template": make_draft_with_template,
    "switch_variant": make_draft_with_template,
    "template": make_own_template,
    "open_template": make_own_template,
    "edit_template": make_own_template,
    "star_template": make_own_template,
    "duplicate_template": make_own_template,
    "fork_template": make_own_template,
    "archive_template": make_own_template,
    "delete_template": make_own_template,
    "restore_template": make_own_template,
    "compare_versions": make_own_template,
    "compare_parent": make_own_template,
    "dismiss_parent_changes": make_own_template,
    "restore_version": lambda person: {**make_own_template(person), "number": 1},
    "change_variant": make_own_template,
    "change_template_variables": make_own_template,
    "template_file": lambda person: {**make_own_template(person), "ending": "yaml"},
    "template_example": lambda person: {**make_own_template(person), "ending": "yaml"},
    "revoke_token": make_own_token,
    "prefill_template": make_own_template,
    "share_template": make_own_template,
    "revoke_link": make_own_link,
    "share": make_open_link,
    "share_opened": make_open_link,
    "check_share": make_open_link,
    "send_share": make_open_link,
    "share_sent": lambda person: {**make_open_link(person), "submission": uuid.uuid4()},
    "fork_share": make_open_link,
}
