"""Links of responses: operations that continue with values of a reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.errors import excerpt
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import (
    OperationEntry,
    list_operation_entries,
    read_plain_text,
)
from playground.openapi.expressions import list_texts, split_template
from playground.openapi.parameters import Parameter

# The status of a link that applies to any success.
ANY_SUCCESS = ""


@dataclass(frozen=True)
class ResponseLink:
    """One link; `operation` is the id of its target.

    `status` is the documented one (`201`, `2XX`, `default`). `parameters` has the values of
    parameters by their keys in `path_values`; `body` is the value of the body. Values are runtime
    expressions, texts with expressions in braces, or literals.
    """

    name: str
    status: str
    operation: str
    help: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False


ReadParameters = Callable[[OperationEntry], Iterable[Parameter]]


class LinkReader:
    """Reads the links of one document; target operations are listed on demand."""

    def __init__(
        self,
        document: ApiDocument,
        prefix: str,
        read_parameters: ReadParameters,
        report: Callable[[str, str], None],
    ) -> None:
        self._document, self._prefix, self._report = document, prefix, report
        self._read_parameters = read_parameters
        self._by_name: dict[str, OperationEntry] = {}
        self._by_pointer: dict[str, OperationEntry] = {}

    def read(
        self, status: str, response: Mapping[str, Any], pointer: str
    ) -> Iterator[ResponseLink]:
        """The usable links of a response; the others are reported as faults."""
        raw = response.get("links")
        if raw is None:
            return
        if not isinstance(raw, Mapping):
            self._report(f"{pointer}/links", "`links` isn't an object.")
            return
        for name, part in raw.items():
            own = pointers.child(f"{pointer}/links", name)
            link, place = self._document.follow(part, own)
            if not isinstance(link, Mapping):
                self._report(own, f"The link {excerpt(name)} has no target.")
            elif found := self._read_link(name, status, link, place):
                yield found

    def _read_link(
        self, name: str, status: str, link: Mapping[str, Any], pointer: str
    ) -> ResponseLink | None:
        self._list_entries()
        entry = self._find_entry(link)
        if entry is None:
            self._report(pointer, self._explain_missing(name, link))
            return None
        if "server" in link:
            message = f"The server of the link {excerpt(name)} isn't used: its calls stay on the"
            self._report(f"{pointer}/server", f"{message} connection.")
        body = link.get("requestBody")
        broken = self._find_broken(body)
        if broken is not None:
            self._report(f"{pointer}/requestBody", self._explain_broken(name, broken))
        return ResponseLink(
            name=read_plain_text(name) or entry.title,
            status=status,
            operation=f"{self._prefix}{entry.id}",
            help=read_plain_text(link.get("description")),
            parameters=self._read_values(name, link, entry, pointer),
            body=body,
            has_body="requestBody" in link and broken is None,
        )

    def _read_values(
        self, name: str, link: Mapping[str, Any], entry: OperationEntry, pointer: str
    ) -> dict[str, Any]:
        raw = link.get("parameters", {})
        if not isinstance(raw, Mapping):
            self._report(f"{pointer}/parameters", "`parameters` of this link isn't an object.")
            return {}
        known = list(self._read_parameters(entry)) if raw else []
        found: dict[str, Any] = {}
        for key, value in raw.items():
            place = pointers.child(f"{pointer}/parameters", key)
            parameter = find_parameter(known, key)
            broken = self._find_broken(value)
            if parameter is None:
                message = f"The link {excerpt(name)} sets {excerpt(key)}, which is no parameter of"
                self._report(place, f"{message} {entry.method} {entry.path}.")
            elif broken is not None:
                self._report(place, self._explain_broken(name, broken))
            else:
                found[parameter.key] = value
        return found

    def _list_entries(self) -> None:
        if self._by_pointer:
            return
        entries = list_operation_entries(self._document)
        by_name: dict[str, OperationEntry] = {}
        for entry in entries:
            raw = self._document.get(entry.pointer)
            # The first one keeps the name, as in the list of operations.
            by_name.setdefault(read_plain_text(raw.get("operationId")) or entry.id, entry)
        # Assigned last, so that other threads never see a partial index.
        self._by_name = by_name
        self._by_pointer = {each.pointer: each for each in entries}

    def _find_entry(self, link: Mapping[str, Any]) -> OperationEntry | None:
        reference = link.get("operationRef")
        if isinstance(reference, str):
            target = self._document.resolve(reference)
            return self._by_pointer.get(target) if target is not None else None
        return self._by_name.get(read_plain_text(link.get("operationId")))

    def _explain_missing(self, name: str, link: Mapping[str, Any]) -> str:
        lead = f"The link {excerpt(name)}"
        reference = link.get("operationRef")
        if isinstance(reference, str) and not reference.startswith("#"):
            return f"{lead} leads to another document ({excerpt(reference)}), so it isn't offered."
        wanted = reference or link.get("operationId")
        if not isinstance(wanted, str):
            return f"{lead} names no operation: it has neither operationId nor operationRef."
        return f"{lead} leads to {excerpt(wanted)}, which is no operation of this document."

    def _find_broken(self, value: Any) -> str | None:
        return next((each for each in list_texts(value) if split_template(each) is None), None)

    def _explain_broken(self, name: str, text: str) -> str:
        return f"The link {excerpt(name)} has {excerpt(text)}, which isn't a runtime expression."


def find_parameter(parameters: Iterable[Parameter], name: str) -> Parameter | None:
    """The parameter with a name that may be prefixed by its place: `id` or `path.id`."""
    listed = list(parameters)
    place, _dot, rest = name.partition(".")
    exact = (each for each in listed if (each.place, each.name) == (place, rest))
    # An operation's path parameters come first.
    plain = (each for each in listed if each.name == name)
    return next(exact, None) or next(plain, None)
