"""Operations as data: each is one entry of an OpenAPI document in this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playground.openapi.documents import load

HERE = Path(__file__).parent
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
Schema = dict[str, Any]


class UnknownOperation(LookupError):
    """No document has it. `str()` is a sentence that names those there are."""


@dataclass(frozen=True)
class CredentialField:
    """One value that a connection keeps: `secret` or shown."""

    name: str
    title: str
    secret: bool = True
    help: str = ""


@dataclass(frozen=True)
class CredentialWay:
    """One way a credential joins a call: headers, or the first key of the body.

    `headers` are (name, template) pairs with places such as `{key}`; `body_key` is the key
    that takes `body_field`'s value, before all others, unless the document has it already.
    """

    id: str
    title: str
    headers: tuple[tuple[str, str], ...] = ()
    body_key: str = ""
    body_field: str = ""


@dataclass(frozen=True)
class Credential:
    """What a connection needs to know, and the ways to send it, the usual one first."""

    fields: tuple[CredentialField, ...]
    ways: tuple[CredentialWay, ...]

    def way(self, id: str = "") -> CredentialWay:
        """The way of that id, else the usual one."""
        return next((way for way in self.ways if way.id == id), self.ways[0])


@dataclass(frozen=True)
class VerdictRule:
    """How a reply reads. Accepted is a 2xx whose body, if `equals` is given as (pointer,
    value), has that value there. `values` tell the pointers, in order of preference, where
    the reply has what the sentences name; `{status}` is always known. `job` is the pointer of
    the UID of the job that was started, or empty.
    """

    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    equals: tuple[str, Any] | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    job: str = ""


@dataclass(frozen=True)
class Deduplication:
    """The API answers repeats from memory: `reply_headers` tell, `request_header` forces."""

    reply_headers: tuple[str, ...]
    request_header: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Parameter:
    """A value in the path or the query; `schema` gives type, default and examples."""

    name: str
    title: str
    help: str
    required: bool
    schema: Schema


@dataclass(frozen=True, eq=False)
class Api:
    """One API: an OpenAPI document of this folder."""

    id: str
    title: str
    version: str
    base_url: str
    help: str
    credential: Credential


@dataclass(frozen=True, eq=False)
class Operation:
    """One call of an API. `body_schema` is JSON Schema 2020-12 with references resolved, or
    None for a call without a body; `most_bytes` is how large a body may be (0: not known).
    `replies` maps a status (`"200"`) to its media types, `sample` is the example body. `repeat`
    has pointers of the body that tell a repeating call, `ends_repeat` the path field that names
    what it ends. Never change the dicts: they are shared.
    """

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
    find_out: tuple[str, ...] = ()
    harmless: bool = False
    deduplication: Deduplication | None = None
    most_bytes: int = 0
    replies: Mapping[str, Any] = field(default_factory=dict)
    repeat: Mapping[str, str] = field(default_factory=dict)
    ends_repeat: str = ""

    @property
    def credential(self) -> Credential:
        return self.api.credential

    @property
    def sample_text(self) -> str:
        """The sample as JSON text, two spaces deep; empty for a call without a body."""
        if self.body_schema is None:
            return ""
        return json.dumps(self.sample or {}, indent=2, ensure_ascii=False)

    @property
    def key_order(self) -> tuple[str, ...]:
        """The keys of the body in the order the guide has them."""
        return tuple((self.body_schema or {}).get("properties", ()))


def find_operation(id: str) -> Operation:
    """The operation of that id, such as `launch-workflow`; raises UnknownOperation."""
    found = _operations().get(id)
    if found is None:
        names = ", ".join(_operations())
        raise UnknownOperation(f'There is no operation "{id}". There are: {names}.')
    return found


def knows(id: str) -> bool:
    """Whether there is an operation of that id."""
    return id in _operations()


def list_operations(api: str | None = None) -> list[Operation]:
    """All operations, or those of one API by its id, in the order of the documents."""
    return [each for each in _operations().values() if api in (None, each.api.id)]


def list_apis() -> list[Api]:
    """The APIs that come built in."""
    return list({each.api.id: each.api for each in _operations().values()}.values())


def find_api(id: str) -> Api:
    """The API of that id, such as `captain-data`; raises UnknownOperation."""
    found = next((api for api in list_apis() if api.id == id), None)
    if found is None:
        raise UnknownOperation(f'There is no API "{id}".')
    return found


@cache
def _operations() -> dict[str, Operation]:
    documents = sorted(map(load, HERE.glob("*.yaml")), key=lambda each: each["x-order"])
    return {each.id: each for document in documents for each in _read_document(document)}


def _read_document(document: Mapping[str, Any]) -> Iterator[Operation]:
    api = _read_api(document)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _read_operation(api, path, method, item[method])


def _read_api(document: Mapping[str, Any]) -> Api:
    info, server = document["info"], document["servers"][0]
    places = {name: each["default"] for name, each in server.get("variables", {}).items()}
    return Api(
        id=document["x-id"],
        title=info["title"],
        version=info["version"],
        base_url=server["url"].format_map(places),
        help=info.get("description", ""),
        credential=_read_credential(document["x-credential"]),
    )


def _read_credential(entry: Mapping[str, Any]) -> Credential:
    fields = tuple(CredentialField(**each) for each in entry["fields"])
    ways = tuple(
        CredentialWay(**{**way, "headers": tuple(way.get("headers", {}).items())})
        for way in entry["ways"]
    )
    return Credential(fields, ways)


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
        find_out=_sentences(entry.get("x-find-out", ())),
        harmless=entry.get("x-harmless", False),
        deduplication=_read_deduplication(deduplication) if deduplication else None,
        most_bytes=entry.get("x-most-bytes", 0),
        repeat=entry.get("x-repeat", {}),
        ends_repeat=entry.get("x-ends-repeat", ""),
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
        accepted=_sentences(entry["accepted"]),
        refused=_sentences(entry["refused"]),
        equals=(equals["pointer"], equals["value"]) if equals else None,
        values={name: tuple(pointers) for name, pointers in values.items()},
        job=entry.get("job", ""),
    )


def _read_deduplication(entry: Mapping[str, Any]) -> Deduplication:
    return Deduplication(tuple(entry["reply-headers"]), entry["request-header"], entry["sentence"])


def _sentences(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
