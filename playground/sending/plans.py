"""What a send starts from: everything looked up once, and checked before anything leaves."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.crypto import salted_hmac

from playground.calls.values import Headers
from playground.drafts.facts import load_facts
from playground.drafts.incomplete import check_incomplete
from playground.drafts.metadata import Metadata, own_variables, variable_values
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.jsontext.parsing import parse_plain
from playground.jsontext.pointers import lines_of
from playground.jsontext.references import find_references, may_have_references
from playground.jsontext.resolving import resolve_document
from playground.openapi.operations import Operation, get_operation
from playground.payload_templates.models import Version
from playground.payload_templates.secrets import secret_names_for
from playground.people.models import Person
from playground.rules.checking import Read, check_document
from playground.rules.context import LIMIT
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.parameters import check_typed_values
from playground.rules.problems import ERROR, Problem
from playground.sending.body_checks import check_body_size, check_chosen_files
from playground.sending.file_access import find_openable_files
from playground.sending.listed_values import Choices, check_listed_values, load_choices
from playground.workspace.connections import format_variables, load_connection
from playground.workspace.files import read_file_facts
from playground.workspace.models import Connection
from playground.workspace.workflows import find_definition_text

WORKFLOW_UID = "workflow_uid"


@dataclass(frozen=True)
class Plan:
    """One call to make: the operation, the connection and the values.

    `text` is the document with its references unresolved; `metadata` is stored with it, to send
    it again. `headers` are sent in addition to those of the connection. Without a draft, `version`
    and `person` tell whose secrets of a template are used; `schedule_version` is the ID of a
    schedule's version that may have some of its own. `now` is what `{{now}}` and `{{today}}` count
    from, in its time zone; else the moment of the send.
    """

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
    schedule_version: int | None = None
    now: datetime | None = None

    @property
    def media_type(self) -> str:
        """The chosen media type of the body; empty for the operation's first."""
        return Metadata.read(self.metadata).media_type

    @property
    def is_body_left_out(self) -> bool:
        """Whether an optional body is left out."""
        has_choice = not self.operation.body_required and self.operation.body_schema is not None
        return has_choice and Metadata.read(self.metadata).is_body_left_out

    @property
    def sent_text(self) -> str:
        """The document to send; empty while the body is left out."""
        return "" if self.is_body_left_out else self.text

    @property
    def body_schema(self) -> Mapping[str, Any] | None:
        """The schema of the document; None if there is none to send."""
        if not self.operation.body_required and not self.sent_text.strip():
            return None
        return self.operation.find_body_schema(self.media_type)

    @property
    def opener(self) -> Person | None:
        """Whose files may be sent."""
        return self.draft.person if self.draft else self.person


def plan_draft(draft: Draft) -> Plan:
    """Plan the send of a draft. Raises UnknownOperation if its operation no longer exists."""
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
    find: Callable[[str], Connection | None] = load_connection,
) -> Plan:
    """Plan the send of a template's version without a draft. Raises UnknownOperation."""
    return Plan(
        operation=get_operation(operation_id),
        connection=find(state.connection),
        path_values=dict(state.path_values),
        text=state.text,
        metadata=state.metadata.write(),
        name=name,
        version=version,
        person=person,
    )


def plan_operation(
    operation_id: str,
    connection: Connection,
    path_values: Mapping[str, str] | None = None,
    query_values: Mapping[str, str] | None = None,
    text: str = "",
) -> Plan:
    """Plan a call of the application itself: sync, job status, connection test."""
    return Plan(
        operation=get_operation(operation_id),
        connection=connection,
        path_values=dict(path_values or {}),
        query_values=dict(query_values or {}),
        text=text,
    )


def bypass_deduplication(plan: Plan) -> Plan:
    """Return the plan with a new request id, so that the API doesn't answer from its cache."""
    deduplication = plan.operation.deduplication
    if deduplication is None:
        return plan
    header = (deduplication.request_header, str(uuid.uuid4()))
    return replace(plan, headers=(*plan.headers, header))


def gather_facts(plan: Plan) -> Facts:
    """Return what the rules need to know beyond the document."""
    # A draft's secrets and files only matter to references, which most documents don't have.
    typed = "\n".join(plan.path_values.values())
    text = plan.sent_text
    has_references = may_have_references(text) or may_have_references(typed)
    draft = plan.draft if has_references else None
    facts = load_facts(plan.connection, plan.path_values.get(WORKFLOW_UID, ""), draft)
    variables = own_variables(Metadata.read(plan.metadata))
    if variables and facts.variables is not None:
        facts = replace(facts, variables={**facts.variables, **variables})
    secrets = facts.secrets
    if plan.version is not None:
        own = secret_names_for(plan.person, plan.version, plan.schedule_version)
        secrets = (secrets or frozenset()) | own
    files = read_file_facts(f"{text}\n{typed}") if has_references else {}
    if files:
        # Somebody else's file is treated like one that doesn't exist.
        openable = find_openable_files(plan.opener, files, plan.version)
        files = {id: file for id, file in files.items() if id in openable}
    return replace(facts, files=files, secrets=secrets)


@dataclass(frozen=True)
class Lookups:
    """What the check of a plan looks up; the same for all payloads of a batch.

    `limit` and `lines` are as in `check_document`.
    """

    facts: Facts
    resolve: Callable[[str], str]
    choices: Mapping[str, Choices]
    limit: int = LIMIT
    lines: bool = True


def look_up(plan: Plan, facts: Facts | None = None) -> Lookups:
    """Look up what the check of a plan needs; callers that have the facts already pass them."""
    choices = load_choices(plan.operation, plan.connection)
    return Lookups(facts or gather_facts(plan), make_resolver(plan), choices)


def check_plan(
    plan: Plan,
    facts: Facts | None = None,
    read: Read = parse_plain,
    lookups: Lookups | None = None,
) -> list[Problem]:
    """Return every problem at once: connection, path values, incomplete input, document.

    Callers that have the facts or all lookups already pass them; `read` is as in
    `check_document`.
    """
    schema = plan.body_schema
    if schema is not None and lookups is None:
        lookups = look_up(plan, facts)
    facts = lookups.facts if lookups else facts
    problems = [*_check_target(plan, facts or NO_FACTS), *_check_incomplete(plan)]
    if schema is not None and lookups is not None:
        problems += check_document(
            plan.text, schema, lookups.facts, lookups.resolve, read, lookups.limit, lookups.lines
        )
        problems += check_body_size(plan.text, plan.operation, lookups.facts)
        problems += check_chosen_files(plan.text, plan.operation.find_body(plan.media_type))
        if lookups.choices:
            problems += check_listed_values(
                plan.text, plan.operation, plan.connection, lookups.choices
            )
    return problems


def make_resolver(
    plan: Plan, now: datetime | None = None, make_uuid: Callable[[], object] = uuid.uuid4
) -> Callable[[str], str]:
    """Return a function that resolves the variables in a JSON text.

    References to secrets and files stay: only a call that is sent contains those.
    """
    values = variable_values(plan.connection, Metadata.read(plan.metadata))
    begin = now or plan.now
    return lambda text: resolve_document(text, values, begin or datetime.now(UTC), make_uuid)


def fingerprint_plan(plan: Plan) -> str:
    """Return a digest that is equal for the same document, values and connection."""
    own = Metadata.read(plan.metadata).variables
    # This list and the salt must never change: new digests are compared with stored ones.
    parts = [
        plan.operation.id,
        str(plan.connection.id if plan.connection else ""),
        sorted(plan.path_values.items()),
        sorted(plan.query_values.items()),
        plan.sent_text,
        *([sorted(own.items())] if own else ()),
        *([plan.media_type] if plan.media_type else ()),
    ]
    # Keyed: a short document could be guessed from a plain digest.
    return salted_hmac("playground.likeness", json.dumps(parts), algorithm="sha256").hexdigest()


def describe_context(plan: Plan) -> str:
    """Return what surrounds the document, as the JSON text that is stored with the exchange.

    That is the connection, the values of the variables in use and the workflow's definition.
    """
    connection = plan.connection
    texts, variables = [plan.sent_text, *plan.path_values.values()], {}
    # Only variables that are used: a change of any other would not concern this send.
    if any("{{" in text for text in texts):
        found = [each for text in texts for each in find_references(text)]
        names = {each.variable for each in found if each.kind in ("variable", "row")}
        values = format_variables(connection)
        variables = {name: values[name] for name in sorted(names) if name in values}
    target = connection and {
        "name": connection.name,
        "base_url": connection.base_url,
        "way": connection.settings.get("way", ""),
    }
    workflow = find_definition_text(connection, plan.path_values.get(WORKFLOW_UID, ""))
    return json.dumps({"connection": target, "variables": variables, "workflow": workflow})


def _check_target(plan: Plan, facts: Facts) -> Iterator[Problem]:
    # Pointers that begin with # name places of the page outside the document.
    connection, api = plan.connection, plan.operation.api
    if connection is None:
        yield _error("no-connection", "#connect", "Choose a connection.")
    elif connection.api != api.id:
        message = f"{connection.name} isn't a connection to {api.title}."
        yield _error("wrong-api", "#connect", message, connection=connection.name)
    yield from check_typed_values(plan.operation.parameters, plan.path_values, facts)


def _check_incomplete(plan: Plan) -> list[Problem]:
    metadata = Metadata.read(plan.metadata)
    if not metadata.incomplete or plan.is_body_left_out:
        return []
    found = check_incomplete(plan.text, metadata)
    lines = lines_of(plan.text, [each.pointer for each in found if not each.line])
    return [each if each.line else replace(each, line=lines[each.pointer]) for each in found]


def _error(code: str, pointer: str, message: str, **params: str) -> Problem:
    return Problem(code, pointer, 1, ERROR, message, params)
