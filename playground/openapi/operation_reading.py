"""Read an operation of a built-in or imported document, with everything a call needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from playground.jsontext import pointers
from playground.jsontext.errors import excerpt
from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument, read_list_rules
from playground.openapi.entries import DocumentFault, OperationEntry, read_plain_text
from playground.openapi.extensions import read_extensions
from playground.openapi.links import LinkReader, ResponseLink
from playground.openapi.parameter_reading import ParameterReader, read_examples
from playground.openapi.parameters import Encoding, Parameter, RequestBody
from playground.openapi.responses import JSON, list_successes, normalize_media_type
from playground.openapi.samples import find_sample
from playground.openapi.schemas import SchemaNode
from playground.openapi.security import SecurityReader
from playground.openapi.values import Api, ApiServer, Operation, ServerVariable


def read_api(document: ApiDocument, id: str, credential: Credential, address: str = "") -> Api:
    """The API of a document; relative server URLs are resolved against its address."""
    info = document.raw.get("info")
    info = info if isinstance(info, Mapping) else {}
    servers = read_servers(document.raw, address)
    return Api(
        id=id,
        title=read_plain_text(info.get("title")) or id,
        version=read_plain_text(info.get("version")),
        base_url=servers[0].default_url if servers else "",
        help=read_plain_text(info.get("description")),
        credential=credential,
        servers=servers,
    )


def read_servers(raw: Mapping[str, Any], address: str = "") -> tuple[ApiServer, ...]:
    """The servers listed in a document, a path or an operation."""
    listed = raw.get("servers")
    found = (
        [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    )
    return tuple(
        ApiServer(
            _join_address(address, each["url"]),
            read_plain_text(each.get("description")),
            _read_variables(each.get("variables")),
        )
        for each in found
        if isinstance(each, Mapping) and isinstance(each.get("url"), str)
    )


def _join_address(address: str, url: str) -> str:
    try:
        return (urljoin(address, url) if address else url).rstrip("/")
    except ValueError:
        return url


def _read_variables(raw: Any) -> tuple[ServerVariable, ...]:
    named = raw.items() if isinstance(raw, Mapping) else ()
    return tuple(
        ServerVariable(
            name=name,
            default=read_plain_text(each.get("default")),
            choices=tuple(map(read_plain_text, each["enum"]))
            if isinstance(each.get("enum"), list)
            else (),
            help=read_plain_text(each.get("description")),
        )
        for name, each in named
        if isinstance(each, Mapping)
    )


def find_requirement(document: ApiDocument, operation: Mapping[str, Any]) -> Any:
    """The `security` of an operation, by default that of its document."""
    return operation.get("security", document.raw.get("security"))


class OperationReader:
    """Reads operations of one document; faults are collected in `faults`.

    IDs get a prefix if other documents may have operations with the same name. Without a
    `security` reader, all operations use the API's credential.
    """

    def __init__(
        self,
        document: ApiDocument,
        api: Api,
        prefix: str = "",
        security: SecurityReader | None = None,
    ) -> None:
        self.document = document
        self.api = api
        self.prefix = prefix
        self.security = security
        self.faults: list[DocumentFault] = []
        self.parameters = ParameterReader(document, self.faults)
        self.links = LinkReader(document, prefix, self.read_parameters_quietly, self.report)

    def read(self, entry: OperationEntry) -> Operation:
        """The operation of an entry."""
        raw: Mapping[str, Any] = self.document.get(entry.pointer)
        fields = self.parameters.read(entry)
        bodies, is_required = self.read_bodies(raw, entry.pointer)
        path: Any = self.document.get(entry.path_pointer)
        return Operation(
            id=f"{self.prefix}{entry.id}",
            title=entry.title,
            summary=entry.summary,
            api=self.api,
            method=entry.method,
            path=entry.path,
            path_fields=fields["path"],
            query_fields=fields["query"],
            header_fields=fields["header"],
            cookie_fields=fields["cookie"],
            bodies=bodies,
            body_required=is_required,
            sample=find_sample(bodies[0]) if bodies else None,
            listed_fields=read_list_rules(bodies[0].schema) if bodies else {},
            replies=self.read_replies(raw, entry.pointer),
            servers=read_servers(raw) or read_servers(path),
            tags=entry.tags,
            deprecated=entry.deprecated,
            own_credential=self.find_credential(raw, entry.pointer),
            links=tuple(self.read_links(raw, entry.pointer)),
            **read_extensions(raw, entry.pointer, self.faults),
        )

    def find_credential(self, raw: Mapping[str, Any], pointer: str) -> Credential | None:
        """The part of the API's credential that the operation needs; None if it needs all."""
        if self.security is None:
            return None
        requirement = find_requirement(self.document, raw)
        if "security" in raw:
            for message in self.security.read(requirement).faults:
                self.report(f"{pointer}/security", message)
        return self.security.narrow(requirement, self.api.credential)

    def read_bodies(
        self, raw: Mapping[str, Any], pointer: str
    ) -> tuple[tuple[RequestBody, ...], bool]:
        """The bodies by media type, JSON first, and whether a body is required."""
        if "requestBody" not in raw:
            return (), False
        body, place = self.document.follow(raw["requestBody"], f"{pointer}/requestBody")
        content = body.get("content") if isinstance(body, Mapping) else None
        if not isinstance(content, Mapping) or not content:
            self.report(
                f"{pointer}/requestBody", "The body has no content, or its reference has no target."
            )
            return (), False
        bodies = [
            self.read_body(name, pointers.child(f"{place}/content", name)) for name in content
        ]
        # Stable, so several kinds of JSON keep their order.
        bodies.sort(key=lambda each: normalize_media_type(each.media_type) != JSON)
        return tuple(bodies), body.get("required") is True

    def read_body(self, media_type: str, pointer: str) -> RequestBody:
        raw, place = self.document.follow(self.document.get(pointer), pointer)
        raw = raw if isinstance(raw, Mapping) else {}
        encoding = raw.get("encoding")
        named = encoding.items() if isinstance(encoding, Mapping) else ()
        return RequestBody(
            media_type,
            SchemaNode.at(self.document, f"{place}/schema"),
            {name: _read_encoding(each) for name, each in named if isinstance(each, Mapping)},
            read_examples(self.document, raw, place),
        )

    def read_replies(self, raw: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """The media types of each documented status, with their schemas."""
        responses = raw.get("responses")
        if not isinstance(responses, Mapping):
            self.report(pointer, "It documents no responses, so any 2xx counts as a success.")
            responses = {}
        found: dict[str, Any] = {}
        for status, part in responses.items():
            own = pointers.child(f"{pointer}/responses", status)
            reply, place = self.document.follow(part, own)
            if isinstance(reply, Mapping):
                found[status] = self.read_content(reply, place)
            elif not status.startswith("x-"):
                self.report(own, f"The response {excerpt(status)} has no target.")
        if not list_successes(found):
            found["2XX"] = {}
        return found

    def read_links(self, raw: Mapping[str, Any], pointer: str) -> Iterator[ResponseLink]:
        """The links of all documented responses."""
        responses = raw.get("responses")
        for status, part in responses.items() if isinstance(responses, Mapping) else ():
            own = pointers.child(f"{pointer}/responses", status)
            reply, place = self.document.follow(part, own)
            if isinstance(reply, Mapping):
                yield from self.links.read(status, reply, place)

    def read_parameters_quietly(self, entry: OperationEntry) -> list[Parameter]:
        """The parameters of another operation, whose faults are reported when it is read."""
        found = ParameterReader(self.document, []).read(entry)
        return [each for listed in found.values() for each in listed]

    def read_content(self, reply: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        content = reply.get("content")
        return {
            name: {"schema": SchemaNode.at(self.document, place)}
            if self.document.get(place := f"{pointers.child(f'{pointer}/content', name)}/schema")
            is not None
            else {}
            for name in (content if isinstance(content, Mapping) else ())
        }

    def report(self, pointer: str, message: str) -> None:
        self.faults.append(DocumentFault(pointer, message))


def _read_encoding(raw: Mapping[str, Any]) -> Encoding:
    style, explode = read_plain_text(raw.get("style")), raw.get("explode")
    # Without any of the three, the media type decides (OpenAPI 3.1.1, 4.8.15.1.2).
    usual = style == "form" if style else None
    return Encoding(
        media_type=read_plain_text(raw.get("contentType")),
        style=style,
        explode=explode if isinstance(explode, bool) else usual,
        allow_reserved=raw.get("allowReserved") is True,
    )
