"""What a send starts from, found once and judged before anything leaves."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from playground.calls.values import Headers
from playground.drafts.editing import State
from playground.drafts.facts import load_facts
from playground.drafts.incomplete import check_incomplete
from playground.drafts.metadata import Metadata, own_variables, variable_values
from playground.drafts.models import Draft
from playground.jsontext.pointers import lines_of
from playground.jsontext.references import FILE_REFERENCE
from playground.jsontext.resolving import resolve_document
from playground.openapi.operations import Operation, get_operation
from playground.payload_templates.models import Version
from playground.payload_templates.secrets import secret_names_for
from playground.people.models import Person
from playground.rules.checking import check_document
from playground.rules.facts import Facts
from playground.rules.problems import ERROR, WARNING, Problem
from playground.workspace.files import data_uri_size, format_size, read_file_facts
from playground.workspace.models import Connection


@dataclass(frozen=True)
class Plan:
    """One call to be: the operation, where to, with which values. `text` is the document as
    it stands, references unresolved; `metadata` goes along for "send again"; `headers` are sent
    beside those of the connection. Sent from a template, `version` and `person` say whose
    secrets of it join."""

    operation: Operation
    connection: Connection | None
    path_values: Mapping[str, str] = field(default_factory=dict)
    query_values: Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    metadata: str = field(default="{}", repr=False)
    draft: Draft | None = None
    name: str = ""
    headers: Headers = ()
    version: Version | None = None
    person: Person | None = None


def plan_draft(draft: Draft) -> Plan:
    """Raises UnknownOperation for a draft of an operation that is gone."""
    return Plan(
        operation=get_operation(draft.operation),
        connection=draft.connection,
        path_values=dict(draft.path_values),
        text=draft.text,
        metadata=draft.metadata,
        draft=draft,
        name=draft.name,
    )


def plan_state(
    operation_id: str,
    state: State,
    name: str = "",
    version: Version | None = None,
    person: Person | None = None,
) -> Plan:
    """What a version of a template holds, sent without a draft. Raises UnknownOperation."""
    connection = Connection.objects.filter(id=state.connection) if state.connection else None
    return Plan(
        operation=get_operation(operation_id),
        connection=connection.first() if connection is not None else None,
        path_values=dict(state.path_values),
        text=state.text,
        metadata=state.metadata.write(),
        name=name,
        version=version,
        person=person,
    )


def bypass_deduplication(plan: Plan) -> Plan:
    """The same plan, told apart from those before it: the API will not answer from memory."""
    memory = plan.operation.deduplication
    if memory is None:
        return plan
    return replace(plan, headers=(*plan.headers, (memory.request_header, str(uuid.uuid4()))))


def plan_operation(
    operation_id: str,
    connection: Connection,
    path_values: Mapping[str, str] | None = None,
    query_values: Mapping[str, str] | None = None,
    text: str = "",
) -> Plan:
    """A call of ours: sync, a job's status, a test of the connection."""
    return Plan(
        operation=get_operation(operation_id),
        connection=connection,
        path_values=dict(path_values or {}),
        query_values=dict(query_values or {}),
        text=text,
    )


def gather_facts(plan: Plan) -> Facts:
    """What is known outside the document of this plan."""
    facts = load_facts(plan.connection, plan.path_values.get("workflow_uid", ""), plan.draft)
    own = own_variables(Metadata.read(plan.metadata))
    if own and facts.variables is not None:
        facts = replace(facts, variables={**facts.variables, **own})
    secrets = facts.secrets
    if plan.version is not None:
        secrets = (secrets or frozenset()) | secret_names_for(plan.person, plan.version)
    return replace(facts, files=read_file_facts(plan.text), secrets=secrets)


def check_plan(plan: Plan, facts: Facts | None = None) -> list[Problem]:
    """Every problem at once: connection, path values, half-typed places, document.

    `facts`, if the caller has them, need not be found again.
    """
    return [
        *_check_connection(plan),
        *_check_path(plan),
        *_check_half(plan),
        *_check_body(plan, facts),
    ]


def make_resolver(
    plan: Plan, now: datetime | None = None, make_uuid: Callable[[], object] = uuid.uuid4
) -> Callable[[str], str]:
    """Puts the values of variables into a JSON text; secrets and files stay references."""
    values = variable_values(plan.connection, Metadata.read(plan.metadata))
    return lambda text: resolve_document(text, values, now or datetime.now(UTC), make_uuid)


def _check_half(plan: Plan) -> list[Problem]:
    found = check_incomplete(plan.text, Metadata.read(plan.metadata))
    lines = lines_of(plan.text, [each.pointer for each in found if not each.line])
    return [each if each.line else replace(each, line=lines[each.pointer]) for each in found]


def _check_connection(plan: Plan) -> list[Problem]:
    if plan.connection is None:
        return [_error("no-connection", "#connect", "Choose a connection.")]
    if plan.connection.api != plan.operation.api.id:
        sentence = f"{plan.connection.name} is no connection to {plan.operation.api.title}."
        return [_error("wrong-api", "#connect", sentence, connection=plan.connection.name)]
    return []


def _check_path(plan: Plan) -> list[Problem]:
    return [
        _error("path-missing", f"#path/{each.name}", f"{each.title} is missing.", name=each.name)
        for each in plan.operation.path_fields
        if each.required and not plan.path_values.get(each.name, "").strip()
    ]


def _check_body(plan: Plan, facts: Facts | None) -> list[Problem]:
    schema = plan.operation.body_schema
    if schema is None:
        return []
    facts = facts or gather_facts(plan)
    found = check_document(plan.text, schema, facts, make_resolver(plan))
    return [*found, *_check_size(plan, facts)]


def measure_body(plan: Plan, facts: Facts) -> int:
    """Bytes of the document as it goes out, files as base64 counted in."""
    size = len(plan.text.encode("utf-8", "replace"))
    for name in FILE_REFERENCE.findall(plan.text) if facts.files else ():
        if file := (facts.files or {}).get(name):
            size += data_uri_size(file) - len(f"{{{{file:{name}}}}}")
    return size


def _check_size(plan: Plan, facts: Facts) -> Iterator[Problem]:
    most, size = plan.operation.max_bytes, measure_body(plan, facts)
    if most and size > most:
        params = {
            "size": format_size(size),
            "most": format_size(most),
            "api": plan.operation.api.title,
        }
        sentence = "The body has {size}; {api} takes {most}.".format_map(params)
        yield Problem("body-too-large", "", 1, WARNING, sentence, params)


def _error(code: str, pointer: str, sentence: str, **params: str) -> Problem:
    return Problem(code, pointer, 1, ERROR, sentence, params)
