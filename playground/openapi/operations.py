"""Operations as data: each is one entry of an OpenAPI document in this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playground.openapi.documents import ListRule, load_document, read_list_rules

HERE = Path(__file__).parent
# Other keys of a path, such as `parameters`, aren't operations.
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
Schema = dict[str, Any]


class UnknownOperation(LookupError):
    """No document has the operation or API. The message lists the operations there are."""


@dataclass(frozen=True)
class CredentialField:
    """One value that a connection stores: hidden if `secret`, else shown."""

    name: str
    title: str
    secret: bool = True
    help: str = ""


@dataclass(frozen=True)
class CredentialScheme:
    """One way to add a credential to a call: in headers, or as the first key of the body.

    `headers` are pairs of a name and a template with placeholders such as `{key}`; `body_key`
    is the key that takes the value of `body_field`, unless the document has it already.
    """

    id: str
    title: str
    headers: tuple[tuple[str, str], ...] = ()
    body_key: str = ""
    body_field: str = ""

    def sends(self, name: str) -> bool:
        """Whether it takes the value of this field."""
        return self.body_field == name or any(f"{{{name}}}" in each for _, each in self.headers)


@dataclass(frozen=True)
class Credential:
    """The fields of a connection, and the schemes to send them with, the usual one first."""

    fields: tuple[CredentialField, ...]
    schemes: tuple[CredentialScheme, ...]

    def scheme(self, id: str = "") -> CredentialScheme:
        """The scheme with that ID, else the usual one."""
        # A connection may name a scheme that a newer version doesn't have.
        return next((each for each in self.schemes if each.id == id), self.schemes[0])

    def needs(self, name: str) -> bool:
        """Whether every scheme sends this field, so that every call needs it."""
        return all(each.sends(name) for each in self.schemes)


@dataclass(frozen=True)
class VerdictRule:
    """How to judge a reply, beyond being what `Operation.replies` documents.

    `equals` is a pointer and the value found there on success. `values` has, for each
    placeholder of the messages, the pointers where the reply may have its value, in order of
    preference; `{status}` is always known, `{reason}` if the body says what went wrong. `job`
    is the pointer of the UID of the job that was started, or empty.
    """

    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    equals: tuple[str, Any] | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    job: str = ""


@dataclass(frozen=True)
class Deduplication:
    """An API that answers a repeated request with the reply it gave before.

    One of `reply_headers` marks such a reply; a new value of `request_header` prevents it.
    """

    reply_headers: Sequence[str]
    request_header: str
    message: str


# Compared by identity, here and below: there is one object for each, and dicts can't be hashed.
@dataclass(frozen=True, eq=False)
class Parameter:
    """A value in the path or the query; `schema` has its type, default and examples."""

    name: str
    title: str
    help: str
    required: bool
    schema: Schema


@dataclass(frozen=True, eq=False)
class Api:
    """One API: an OpenAPI document in this folder."""

    id: str
    title: str
    version: str
    base_url: str
    help: str
    credential: Credential


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of an API. Never change its dicts: they are shared.

    `body_schema` is JSON Schema 2020-12 with references resolved, or None for a call without
    a body; `sample` is the example body, `max_bytes` the largest body allowed (0: unknown).
    `replies` maps a status (`"200"`, `"2XX"`) to its media types, none if it has no documented
    body. Its schemas require what a success must have. `unknown_advice` is what to do if it
    is unknown whether a call arrived. `repeat` has the pointers of a repeating call (`name`,
    `unit`, `every`), `ends_repeat` the path field that names the repeat this call ends.
    `listed_fields` has the keys of the body whose values another operation lists.
    """

    # OpenAPI's operationId, summary and description.
    id: str
    title: str
    summary: str
    api: Api
    method: str
    path: str
    path_fields: tuple[Parameter, ...]
    query_fields: tuple[Parameter, ...]
    body_schema: Schema | None
    sample: Mapping[str, Any] | None
    verdict: VerdictRule
    unknown_advice: tuple[str, ...] = ()
    harmless: bool = False
    deduplication: Deduplication | None = None
    max_bytes: int = 0
    replies: Mapping[str, Any] = field(default_factory=dict)
    repeat: Mapping[str, str] = field(default_factory=dict)
    ends_repeat: str = ""
    listed_fields: Mapping[str, ListRule] = field(default_factory=dict)

    @property
    def credential(self) -> Credential:
        return self.api.credential

    @property
    def sample_text(self) -> str:
        """The sample as formatted JSON text; empty for a call without a body."""
        if self.body_schema is None:
            return ""
        return json.dumps(self.sample or {}, indent=2, ensure_ascii=False)

    @property
    def key_order(self) -> tuple[str, ...]:
        """The keys of the body in the order of the API's documentation."""
        return tuple((self.body_schema or {}).get("properties", ()))


def get_operation(id: str) -> Operation:
    """The operation with that ID, such as `launch-workflow`; raises UnknownOperation."""
    found = _operations().get(id)
    if found is None:
        names = ", ".join(_operations())
        raise UnknownOperation(f'There is no operation "{id}". Available: {names}.')
    return found


def operation_exists(id: str) -> bool:
    """Whether there is an operation with that ID."""
    return id in _operations()


def list_operations(api: str | None = None) -> list[Operation]:
    """All operations, or those of one API by its ID, in the order of the documents."""
    return [each for each in _operations().values() if api in (None, each.api.id)]


def list_apis() -> list[Api]:
    """The built-in APIs."""
    return list({each.api.id: each.api for each in _operations().values()}.values())


def get_api(id: str) -> Api:
    """The API with that ID, such as `captain-data`; raises UnknownOperation."""
    found = next((api for api in list_apis() if api.id == id), None)
    if found is None:
        raise UnknownOperation(f'There is no API "{id}".')
    return found


@cache
def _operations() -> dict[str, Operation]:
    # Read once per process: the documents are part of the program.
    documents = sorted(map(load_document, HERE.glob("*.yaml")), key=lambda each: each["x-order"])
    return {each.id: each for document in documents for each in _read_document(document)}


def _read_document(document: Mapping[str, Any]) -> Iterator[Operation]:
    api = _read_api(document)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _read_operation(api, path, method, item[method])


def _read_api(document: Mapping[str, Any]) -> Api:
    info, server = document["info"], document["servers"][0]
    # Templates of the server's URL (OpenAPI 4.8.5) are filled with their defaults; people type
    # their own host into the connection.
    defaults = {name: each["default"] for name, each in server.get("variables", {}).items()}
    return Api(
        id=document["x-id"],
        title=info["title"],
        version=info["version"],
        base_url=server["url"].format_map(defaults),
        help=info.get("description", ""),
        credential=_read_credential(document["x-credential"]),
    )


def _read_credential(entry: Mapping[str, Any]) -> Credential:
    fields = tuple(CredentialField(**each) for each in entry["fields"])
    schemes = tuple(
        CredentialScheme(**{**each, "headers": tuple(each.get("headers", {}).items())})
        for each in entry["schemes"]
    )
    return Credential(fields, schemes)


def _read_operation(api: Api, path: str, method: str, entry: Mapping[str, Any]) -> Operation:
    body = entry.get("requestBody", {}).get("content", {}).get(JSON, {})
    deduplication = entry.get("x-deduplication")
    return Operation(
        id=entry["operationId"],
        title=entry["summary"],
        summary=entry.get("description", ""),
        api=api,
        method=method.upper(),
        path=path,
        path_fields=_parameters(entry, "path"),
        query_fields=_parameters(entry, "query"),
        body_schema=body.get("schema"),
        sample=body.get("example"),
        verdict=_read_verdict(entry["x-verdict"]),
        unknown_advice=_messages(entry.get("x-unknown-advice", ())),
        harmless=entry.get("x-harmless", False),
        deduplication=Deduplication(**deduplication) if deduplication else None,
        max_bytes=entry.get("x-max-bytes", 0),
        repeat=entry.get("x-repeat", {}),
        ends_repeat=entry.get("x-ends-repeat", ""),
        listed_fields=read_list_rules(body.get("schema", {})),
        replies={status: reply.get("content", {}) for status, reply in entry["responses"].items()},
    )


def _parameters(entry: Mapping[str, Any], where: str) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name=each["name"],
            title=each["schema"].get("title", each["name"]),
            help=each.get("description", ""),
            required=each.get("required", False),
            schema=each["schema"],
        )
        for each in entry.get("parameters", ())
        if each["in"] == where
    )


def _read_verdict(entry: Mapping[str, Any]) -> VerdictRule:
    equals = entry.get("equals")
    values = entry.get("values", {})
    return VerdictRule(
        accepted=_messages(entry["accepted"]),
        refused=_messages(entry["refused"]),
        equals=(equals["pointer"], equals["value"]) if equals else None,
        values={name: tuple(pointers) for name, pointers in values.items()},
        job=entry.get("job", ""),
    )


def _messages(value: str | Sequence[str]) -> tuple[str, ...]:
    """One message or several; the first whose placeholders can all be filled is shown."""
    return (value,) if isinstance(value, str) else tuple(value)
