"""The operations of the HTTP interface: list, get, save, check, send."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Query, Status
from ninja.errors import HttpError

from playground.api.authentication import Bearer, asker
from playground.api.schemas import (
    Checked,
    Filled,
    Misunderstood,
    NewTemplate,
    NewVersion,
    Sending,
    Sent,
    TemplateFull,
    TemplateList,
    Told,
)
from playground.api.unknown_parameters import refuse_strays
from playground.drafts.assignments import CannotFill, connect_to, set_json, set_typed
from playground.drafts.credentials import find_credentials
from playground.drafts.editing import State
from playground.history.models import Exchange
from playground.history.queries import find_exchange
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.openapi.operations import UnknownOperation, get_operation
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import (
    Search,
    TemplateInput,
    get_template,
    list_templates,
    may_change,
    record_use,
    validate_template_input,
)
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import (
    Content,
    VersionConflict,
    create_template,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from playground.rules.checking import blocks
from playground.sending.plans import Plan, check_plan, plan_state
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange
from playground.workspace.models import Connection

PAGE = 100
PATIENCE = 20.0
REFUSALS: Any = {401: Told, 403: Told, 404: Told, 422: Misunderstood, 429: Told}
BODIES: Any = {**REFUSALS, 400: Told}
CHANGES: Any = {**BODIES, 409: Told}

api = NinjaAPI(
    title="API Playground",
    version="1",
    description="Templates for scripts. Authorization: Bearer and a personal token.",
    docs_url=None,
    urls_namespace="api",
)


@api.get("/templates", response={200: TemplateList, **REFUSALS}, auth=Bearer("read"))
def list_all(
    request: HttpRequest,
    find: str = Query("", max_length=200),  # type: ignore[type-arg]
    page: int = Query(0, ge=0, le=10_000),  # type: ignore[type-arg]
) -> Any:
    """Those you see, by name; a hundred a page."""
    refuse_strays(request, "find", "page")
    search = Search(text=find.replace("\0", ""), sort="name")
    rows = list(list_templates(asker(request), search)[page * PAGE : page * PAGE + PAGE + 1])
    return {"templates": [_row(each) for each in rows[:PAGE]], "more": len(rows) > PAGE}


@api.get(
    "/templates/{template_id}",
    response={200: TemplateFull, **REFUSALS},
    auth=Bearer("read"),
)
def get_one(
    request: HttpRequest,
    template_id: uuid.UUID,
    variant: str = Query("", max_length=100),  # type: ignore[type-arg]
    version: int = Query(0, ge=0, le=2**31),  # type: ignore[type-arg]
) -> Any:
    """One template; with a variant, that variant's document."""
    refuse_strays(request, "variant", "version")
    return _full(_find(request, template_id), variant, version)


@api.post("/templates", response={201: TemplateFull, **CHANGES}, auth=Bearer("save"))
def create(request: HttpRequest, body: NewTemplate) -> Any:
    """A new template."""
    wanted = TemplateInput(body.name, body.description, tuple(body.tags), body.folder, body.sharing)
    if sentence := validate_template_input(wanted):
        raise HttpError(422, sentence)
    try:
        operation = get_operation(body.operation).id
    except UnknownOperation as unknown:
        raise HttpError(422, str(unknown)) from None
    _judge_document(body.document)
    connection = _connection(body.connection)
    state = State(body.document, path_values=body.path_values, connection=connection)
    template = create_template(asker(request), operation, Content(state), wanted)
    return Status(201, _full(template))


@api.put("/templates/{template_id}", response={200: TemplateFull, **CHANGES}, auth=Bearer("save"))
def save(request: HttpRequest, template_id: uuid.UUID, body: NewVersion) -> Any:
    """A new version, as shared values or as a variant. 409 when somebody saved meanwhile:
    nothing is overwritten."""
    template = _find(request, template_id)
    if not may_change(asker(request), template):
        raise HttpError(403, "This template is shared for using, not for changing.")
    _judge_document(body.document)
    content = read_content(_version(template, body.base))
    shared = content.state(body.variant)
    path_values = shared.path_values if body.path_values is None else body.path_values
    state = State(body.document, shared.metadata, path_values, shared.connection)
    content = content.change(body.variant.strip(), state)
    done = save_version(asker(request), template, content, body.base, body.note)
    if isinstance(done, VersionConflict):
        raise HttpError(409, f"Version {done.latest} was saved since version {done.base}.")
    template.refresh_from_db()
    return _full(template, body.variant.strip())


@api.post(
    "/templates/{template_id}/check",
    response={200: Checked, **BODIES},
    auth=Bearer("read"),
)
def check(request: HttpRequest, template_id: uuid.UUID, body: Filled) -> Any:
    """Every problem at once; nothing is sent."""
    template = _find(request, template_id)
    problems = check_plan(_plan(asker(request), template, body))
    return {"ready": not blocks(problems), "problems": [each.as_dict() for each in problems]}


@api.post("/templates/{template_id}/send", response={200: Sent, **CHANGES}, auth=Bearer("send"))
def send(request: HttpRequest, template_id: uuid.UUID, body: Sending) -> Any:
    """Send it, once a press, and wait for the verdict. Still `sending` after twenty seconds:
    ask for the exchange."""
    template, person = _find(request, template_id), asker(request)
    sent = submit_plan(
        person, _plan(person, template, body), body.press or uuid.uuid4(), body.confirm
    )
    if isinstance(sent, Blocked):
        raise HttpError(409, sent.sentence)
    record_use(template)
    return _sent(wait_for_exchange(sent, PATIENCE))


@api.get("/exchanges/{exchange_id}", response={200: Sent, **REFUSALS}, auth=Bearer("read"))
def get_exchange(request: HttpRequest, exchange_id: uuid.UUID) -> Any:
    """What came of a send."""
    exchange = find_exchange(asker(request), exchange_id)
    if exchange is None:
        raise HttpError(404, "There is no such exchange, or it is not yours.")
    return _sent(exchange)


def _find(request: HttpRequest, template_id: uuid.UUID) -> Template:
    person: Person = asker(request)
    try:
        return get_template(person, template_id)
    except Template.DoesNotExist:
        raise HttpError(404, "There is no such template, or it is not shared with you.") from None


def _version(template: Template, number: int) -> Version:
    try:
        return get_version(template, number)
    except Version.DoesNotExist:
        raise HttpError(404, "There is no such version.") from None


def _plan(person: Person, template: Template, filled: Filled) -> Plan:
    version = _version(template, filled.version)
    content = read_content(version)
    if filled.variant and find_variant(content.variants, filled.variant) is None:
        raise HttpError(404, "There is no such variant.")
    state = content.state(filled.variant)
    if filled.connection:
        state = connect_to(state, _connection(filled.connection))
    try:
        for pointer, typed in filled.values.items():
            state = set_typed(state, pointer, typed)
        for pointer, text in filled.json_values.items():
            state = set_json(state, pointer, text)
        return plan_state(template.operation, state, template.name, version, person)
    except (CannotFill, UnknownOperation) as sentence:
        raise HttpError(422, str(sentence)) from None


def _connection(name: str) -> str:
    if not name:
        return ""
    found = Connection.objects.filter(name=name.replace("\0", "")).first()
    if found is None:
        raise HttpError(404, "There is no connection of this name.")
    return str(found.id)


def _judge_document(text: str) -> None:
    try:
        parse(text)
    except JSONSyntaxError as error:
        raise HttpError(422, error.message) from None
    if places := find_credentials(text):
        raise HttpError(422, f"{places[0]} looks like a credential: keep it in a connection.")


def _row(template: Template) -> dict[str, Any]:
    names = ("id", "name", "description", "folder", "operation", "sharing", "changed_at", "used_at")
    row = {name: getattr(template, name) for name in names}
    return {**row, "tags": template.tag_list, "version": template.latest_version}


def _full(template: Template, variant: str = "", number: int = 0) -> dict[str, Any]:
    version = _version(template, number)
    content = read_content(version)
    if variant and find_variant(content.variants, variant) is None:
        raise HttpError(404, "There is no such variant.")
    state = content.state(variant)
    return {
        **_row(template),
        "version": version.number,
        "document": state.text,
        "path_values": dict(state.path_values),
        "connection": version.connection.name if version.connection else "",
        "variants": [each.name for each in content.variants],
    }


def _sent(exchange: Exchange) -> dict[str, Any]:
    return {
        "exchange": exchange.id,
        "outcome": exchange.outcome,
        "code": exchange.code,
        "sentence": exchange.message,
        "status": exchange.status,
        "job": exchange.job_uid,
    }
