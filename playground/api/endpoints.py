"""The operations of the HTTP API: list, get, save, check and send templates.

Their docstrings are published in the OpenAPI document, and their names in its operation IDs.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Query, Status
from ninja.errors import HttpError

from playground.api import (
    batch_results,
    batch_sending,
    batches,
    schedule_running,
    schedules,
)
from playground.api.authentication import Bearer, TooManyRequests, get_person
from playground.api.filling import (
    fill_state,
    find_connection_id,
    get_variant_state,
    reject_credentials,
)
from playground.api.parameters import reject_unknown_parameters
from playground.api.schedule_access import add_schedule_answers
from playground.api.schemas import (
    CHECK,
    READ,
    SAVE,
    Checked,
    FillInput,
    NewTemplate,
    NewVersion,
    SendInput,
    SendResult,
    SentTemplate,
    TemplateDetail,
    TemplateList,
)
from playground.batches.access import BatchRefused, InvalidSetup
from playground.batches.models import Batch
from playground.drafts.assignments import AssignmentError
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext.errors import JSONSyntaxError
from playground.openapi.operations import UnknownOperation, get_operation
from playground.payload_templates import templates, versions
from playground.payload_templates.models import Template, Version
from playground.people.models import Person
from playground.rules.checking import blocks
from playground.sending.plans import Plan, check_plan, plan_state
from playground.sending.submission import Blocked, submit_plan
from playground.vault.storage_errors import drop_read_only_connection, explain_storage_error
from playground.workspace.models import Connection

PAGE_SIZE = 100
# Shorter than the usual timeout of a proxy in front, so that the client gets an answer.
WAIT_SECONDS = 20.0

api = NinjaAPI(
    title="API Playground",
    version="1",
    description=(
        "Templates, batches and schedules for scripts. "
        "Authenticate with Authorization: Bearer TOKEN."
    ),
    docs_url=None,
    urls_namespace="api",
)


# Exceptions raised anywhere below become answers here, so that operations need no `try`.
def _answer(status: int, message: str = "") -> Any:
    def answer(request: HttpRequest, error: Exception) -> HttpResponse:
        return api.create_response(request, {"detail": message or str(error)}, status=status)

    return answer


def _answer_storage_error(request: HttpRequest, error: Any) -> HttpResponse:
    failed = explain_storage_error(error)
    if failed is None:
        raise error
    drop_read_only_connection(failed.cause)
    answer = api.create_response(request, {"detail": failed.message}, status=failed.status)
    answer["Retry-After"] = str(failed.retry_after)
    return answer


NO_BATCH = "There is no such batch, or it isn't shared with you."
NO_TEMPLATE = "There is no such template, or it isn't shared with you."


@api.exception_handler(TooManyRequests)
def _answer_too_many(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    response = api.create_response(request, {"detail": str(error)}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


api.add_exception_handler(Template.DoesNotExist, _answer(404, NO_TEMPLATE))
api.add_exception_handler(Version.DoesNotExist, _answer(404, "There is no such version."))
api.add_exception_handler(Connection.DoesNotExist, _answer(404, "There is no such connection."))
for _error in (AssignmentError, InvalidSetup, UnknownOperation, JSONSyntaxError):
    api.add_exception_handler(_error, _answer(422))
api.add_exception_handler(Batch.DoesNotExist, _answer(404, NO_BATCH))
api.add_exception_handler(BatchRefused, _answer(409))
add_schedule_answers(api)
for _broken in (MultiPartParserError, SuspiciousOperation):
    api.add_exception_handler(_broken, _answer(400))
api.add_exception_handler(DatabaseError, _answer_storage_error)
api.add_exception_handler(OSError, _answer_storage_error)


@api.get("/templates", response={200: TemplateList, **READ}, auth=Bearer("read"))
def list_all(
    request: HttpRequest,
    find: str = Query("", max_length=200),  # type: ignore[type-arg]
    page: int = Query(0, ge=0, le=10_000),  # type: ignore[type-arg]
) -> Any:
    """List the templates that you can see, by name, a hundred per page."""
    reject_unknown_parameters(request, "find", "page")
    start = page * PAGE_SIZE
    # One row more than shown tells whether there is another page.
    search = templates.Search(text=find.replace("\0", ""))
    found = templates.list_templates(get_person(request), search)
    rows = list(found.order_by(Lower("name"), "-changed_at")[start : start + PAGE_SIZE + 1])
    summaries = [_format_summary(each) for each in rows[:PAGE_SIZE]]
    return {"templates": summaries, "more": len(rows) > PAGE_SIZE}


@api.get("/templates/{template_id}", response={200: TemplateDetail, **READ}, auth=Bearer("read"))
def get_one(
    request: HttpRequest,
    template_id: uuid.UUID,
    variant: str = Query("", max_length=100),  # type: ignore[type-arg]
    version: int = Query(0, ge=0, le=2**31),  # type: ignore[type-arg]
) -> Any:
    """Get one template; with a variant, the document of that variant."""
    reject_unknown_parameters(request, "variant", "version")
    template = templates.get_template(get_person(request), template_id)
    return _format_template(template, variant, version)


@api.post("/templates", response={201: TemplateDetail, **SAVE}, auth=Bearer("save"))
def create(request: HttpRequest, body: NewTemplate) -> Any:
    """Create a template."""
    tags = tuple(body.tags)
    details = templates.TemplateInput(body.name, body.description, tags, body.folder, body.sharing)
    if message := templates.validate_template_input(details):
        raise HttpError(422, message)
    operation = get_operation(body.operation).id
    reject_credentials(body.document)
    connection = find_connection_id(body.connection)
    state = State(body.document, path_values=body.path_values, connection=connection)
    content = versions.Content(state)
    template = versions.create_template(get_person(request), operation, content, details)
    return Status(201, _format_template(template))


@api.put("/templates/{template_id}", response={200: TemplateDetail, **SAVE}, auth=Bearer("save"))
def save(request: HttpRequest, template_id: uuid.UUID, body: NewVersion) -> Any:
    """Save a new version, of the shared values or of one variant.

    Returns 409 if someone else saved in the meantime; nothing is overwritten.
    """
    template = templates.get_template(get_person(request), template_id)
    if not templates.may_change(get_person(request), template):
        raise HttpError(403, "You can use this template, but not change it.")
    reject_credentials(body.document)
    content = versions.read_content(versions.get_version(template, body.base))
    shared = content.state(body.variant)
    path_values = shared.path_values if body.path_values is None else body.path_values
    state = State(body.document, shared.metadata, path_values, shared.connection)
    content = content.change(body.variant.strip(), state)
    saved = versions.save_version(get_person(request), template, content, body.base, body.note)
    # Scripts run unattended, so nothing is merged for them.
    if isinstance(saved, versions.VersionConflict):
        raise HttpError(409, f"Version {saved.latest} was saved since version {saved.base}.")
    template.refresh_from_db()
    return _format_template(template, body.variant.strip())


@api.post("/templates/{template_id}/check", response={200: Checked, **CHECK}, auth=Bearer("read"))
def check(request: HttpRequest, template_id: uuid.UUID, body: FillInput) -> Any:
    """Check a template with these values: all problems at once, and nothing is sent."""
    template = templates.get_template(get_person(request), template_id)
    plan, notes = _plan_send(get_person(request), template, body)
    problems = check_plan(plan)
    listed = [each.as_dict() for each in problems]
    return {"ready": not blocks(problems), "problems": listed, "notes": notes}


@api.post(
    "/templates/{template_id}/send", response={200: SentTemplate, **SAVE}, auth=Bearer("send")
)
def send(request: HttpRequest, template_id: uuid.UUID, body: SendInput) -> Any:
    """Send a template, only once for each `press`, and wait for the verdict.

    If the outcome is still `sending` after twenty seconds, get the exchange later.
    """
    person = get_person(request)
    template = templates.get_template(person, template_id)
    plan, notes = _plan_send(person, template, body)
    sent = submit_plan(person, plan, body.press or uuid.uuid4(), body.confirm, seconds=WAIT_SECONDS)
    if isinstance(sent, Blocked):
        if sent.retry_after:
            raise TooManyRequests(sent.retry_after, sent.message)
        raise HttpError(409, sent.message)
    templates.record_use(template)
    return {**_format_exchange(sent), "notes": notes}


@api.get("/exchanges/{exchange_id}", response={200: SendResult, **READ}, auth=Bearer("read"))
def get_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> Any:
    """Get the result of a send."""
    exchange = find_exchange(get_person(request), exchange_id)
    if exchange is None:
        raise HttpError(404, "There is no such exchange, or it isn't shared with you.")
    return _format_exchange(exchange)


def _plan_send(person: Person, template: Template, filled: FillInput) -> tuple[Plan, list[str]]:
    """The plan with these values, and the notes on its tables."""
    version = versions.get_version(template, filled.version)
    state = get_variant_state(versions.read_content(version), filled.variant)
    state, notes = fill_state(template.operation, state, filled)
    return plan_state(template.operation, state, template.name, version, person), notes


def _format_summary(template: Template) -> dict[str, Any]:
    names = ("id", "name", "description", "folder", "operation", "sharing", "changed_at", "used_at")
    row = {name: getattr(template, name) for name in names}
    return {**row, "tags": template.tag_list, "version": template.latest_version}


def _format_template(template: Template, variant: str = "", number: int = 0) -> dict[str, Any]:
    version = versions.get_version(template, number)
    content = versions.read_content(version)
    state = get_variant_state(content, variant)
    return {
        **_format_summary(template),
        "version": version.number,
        "document": state.text,
        "path_values": dict(state.path_values),
        "connection": version.connection.name if version.connection else "",
        "variants": [each.name for each in content.variants],
    }


def _format_exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "exchange": exchange.id,
        "outcome": exchange.outcome,
        "code": exchange.code,
        "sentence": exchange.message,
        "status": exchange.status,
        "job": exchange.job_uid,
    }


for _part in (batches, batch_sending, batch_results):
    api.add_router("/batches", _part.router)
for _part in (schedules, schedule_running):
    api.add_router("/schedules", _part.router)
