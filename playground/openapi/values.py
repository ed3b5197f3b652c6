"""APIs and operations as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.openapi.credentials import Credential
from playground.openapi.documents import ListRule
from playground.openapi.links import ResponseLink
from playground.openapi.parameters import Parameter, RequestBody
from playground.openapi.reply_rules import ReplyRule

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class VerdictRule:
    """How to judge a reply, beyond being what `Operation.replies` documents.

    `equals` is a pointer and the value found there on success. `values` has, for each
    placeholder of the messages, the pointers where the reply may have its value, in order of
    preference; `{status}` is always known, `{reason}` if the body says what went wrong. `job`
    is the pointer to the UID of the job that was started, or empty. `own` is the rule that people
    set on the page of an imported operation.
    """

    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    equals: tuple[str, Any] | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    job: str = ""
    own: ReplyRule | None = None


@dataclass(frozen=True)
class Deduplication:
    """An API that answers a repeated request with the reply it gave before.

    One of `reply_headers` marks such a reply; a new value of `request_header` prevents it.
    """

    reply_headers: Sequence[str]
    request_header: str
    message: str


@dataclass(frozen=True)
class ServerVariable:
    """A placeholder in a server URL; any value is allowed if it has no `choices`."""

    name: str
    default: str
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class ApiServer:
    """A server of an API; `url` may have placeholders in braces."""

    url: str
    help: str = ""
    variables: tuple[ServerVariable, ...] = ()

    @property
    def default_url(self) -> str:
        """The address with each variable at its default."""
        url = self.url
        for each in self.variables:
            url = url.replace(f"{{{each.name}}}", each.default)
        return url


# Compared by identity, here and below: each exists once, and dicts can't be hashed.
@dataclass(frozen=True, eq=False)
class Api:
    """One API: a built-in or imported OpenAPI document."""

    id: str
    title: str
    version: str
    base_url: str
    help: str
    credential: Credential
    servers: tuple[ApiServer, ...] = ()


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of an API. Don't modify its dicts: they are shared.

    `bodies` has the media types that a body may have, JSON first, none for a call without a
    body; their schemas are JSON Schema 2020-12 with references resolved.
    `sample` is the example body, `max_bytes` the largest body allowed (0: unknown).
    `replies` maps a status (`"200"`, `"2XX"`) to its media types, none if it has no documented
    body. Its schemas require what a success must have. `unknown_advice` is what to do if it
    is unknown whether a call arrived. `repeat` has the pointers of a repeating call (`name`,
    `unit`, `every`), `ends_repeat` the path field that names the repeat this call ends.
    `listed_fields` has the keys of the body whose values another operation lists. `links` lead
    from a reply to follow-up operations.
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
    sample: Any
    verdict: VerdictRule
    unknown_advice: tuple[str, ...] = ()
    harmless: bool = False
    deduplication: Deduplication | None = None
    max_bytes: int = 0
    replies: Mapping[str, Any] = field(default_factory=dict)
    repeat: Mapping[str, str] = field(default_factory=dict)
    ends_repeat: str = ""
    listed_fields: Mapping[str, ListRule] = field(default_factory=dict)
    header_fields: tuple[Parameter, ...] = ()
    cookie_fields: tuple[Parameter, ...] = ()
    bodies: tuple[RequestBody, ...] = ()
    body_required: bool = True
    servers: tuple[ApiServer, ...] = ()
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    own_credential: Credential | None = None
    links: tuple[ResponseLink, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All values outside the body."""
        return (*self.path_fields, *self.query_fields, *self.header_fields, *self.cookie_fields)

    @property
    def credential(self) -> Credential:
        """The operation's own credential, a subset of the API's fields, else the API's."""
        return self.own_credential or self.api.credential

    def find_body(self, media_type: str = "") -> RequestBody | None:
        """The body of a media type, else the first; None for a call without a body."""
        found = (each for each in self.bodies if each.media_type == media_type)
        return next(found, self.bodies[0] if self.bodies else None)

    def find_body_schema(self, media_type: str = "") -> Schema | None:
        """The schema of a media type's body, else of the first; None for a call without a body."""
        body = self.find_body(media_type)
        return body.schema if body else None

    @property
    def body_schema(self) -> Schema | None:
        """The schema of the first media type; None for a call without a body."""
        return self.bodies[0].schema if self.bodies else None

    @property
    def sample_text(self) -> str:
        """The sample as formatted JSON text; empty for a call without a body."""
        if self.body_schema is None:
            return ""
        sample = {} if self.sample is None else self.sample
        return json.dumps(sample, indent=2, ensure_ascii=False)

    @property
    def key_order(self) -> tuple[str, ...]:
        """The keys of the body in the order of the API's documentation."""
        return tuple((self.body_schema or {}).get("properties", ()))
